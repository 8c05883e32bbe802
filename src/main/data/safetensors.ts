import type { FileHandle } from "node:fs/promises";
import { DataFormatError } from "../../core/errors.ts";
import { openRegularFile } from "./regular-file.ts";
import { replaceFile, type ReplaceOptions } from "./replace-file.ts";

/** A float32 tensor by its shape, values in C order. */
export interface SavedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What a file holds: tensors by name, and words about them. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, SavedTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Headers name a few hundred tensors; the format itself allows 100 MB. */
const MAX_HEADER_BYTES = 1 << 20;
const LENGTH_BYTES = 8;

/**
 * Writes tensors as .safetensors: beside the target first, flushed, then renamed, so that a crash or a full disk leaves
 * an older file as it was.
 *
 * @throws {Error} If it cannot be written. @see https://github.com/huggingface/safetensors
 */
export async function writeSafetensors(
  path: string,
  { tensors, metadata }: Safetensors,
  options: ReplaceOptions = {},
): Promise<void> {
  const header: Record<string, HeaderEntry | Readonly<Record<string, string>>> = { __metadata__: metadata };
  let at = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: "F32", shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Blanks up to a multiple of eight, so that the values lie aligned.
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const head = new Uint8Array(LENGTH_BYTES + headerBytes).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(headerBytes), true);
  head.set(text, LENGTH_BYTES);
  const fill = async (handle: FileHandle): Promise<void> => {
    await handle.appendFile(head);
    for (const { data } of Object.values(tensors)) {
      await handle.appendFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  };
  try {
    await replaceFile(path, fill, options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`"${path}" was not saved: ${reason}. Choose another place or free some space.`, {
      cause: error,
    });
  }
}

function isEntry(value: unknown): value is HeaderEntry {
  const entry = value as Partial<HeaderEntry> | null;
  return (
    typeof entry?.dtype === "string" &&
    Array.isArray(entry.shape) &&
    entry.shape.every((size) => Number.isSafeInteger(size) && size >= 0) &&
    Array.isArray(entry.data_offsets) &&
    (entry.data_offsets as readonly unknown[]).length === 2 &&
    entry.data_offsets.every((offset) => Number.isSafeInteger(offset) && offset >= 0)
  );
}

function parseHeader(path: string, text: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(text);
    if (typeof header === "object" && header !== null && !Array.isArray(header)) {
      return header as Record<string, unknown>;
    }
  } catch {
    // Said below.
  }
  throw new DataFormatError(path, LENGTH_BYTES, "a JSON object as header", text.slice(0, 40));
}

/**
 * Reads a .safetensors file of float32 tensors. Sizes are compared with the file's before anything is allocated.
 *
 * @throws {DataFormatError} If header, types, places or sizes do not fit. @throws {Error} If it cannot be opened.
 */
export async function readSafetensors(path: string): Promise<Safetensors> {
  const { handle, sizeBytes } = await openRegularFile(path);
  try {
    const read = async (from: number, length: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, from + done);
        if (bytesRead === 0) {
          throw new DataFormatError(path, from + done, `${length} bytes`, `${done} bytes`);
        }
        done += bytesRead;
      }
      return bytes;
    };
    if (sizeBytes < LENGTH_BYTES) {
      throw new DataFormatError(path, 0, `at least ${LENGTH_BYTES} bytes`, `${sizeBytes} bytes`);
    }
    const headerBytes = Number(new DataView((await read(0, LENGTH_BYTES)).buffer).getBigUint64(0, true));
    const dataAt = LENGTH_BYTES + headerBytes;
    if (headerBytes > MAX_HEADER_BYTES || dataAt > sizeBytes) {
      throw new DataFormatError(
        path,
        0,
        `a header of at most ${Math.min(MAX_HEADER_BYTES, sizeBytes - LENGTH_BYTES)} bytes`,
        `${headerBytes}`,
      );
    }
    const header = parseHeader(path, new TextDecoder().decode(await read(LENGTH_BYTES, headerBytes)));
    const { __metadata__: metadata = {}, ...entries } = header;
    const tensors: Record<string, SavedTensor> = {};
    for (const [name, entry] of Object.entries(entries)) {
      if (!isEntry(entry) || entry.dtype !== "F32") {
        throw new DataFormatError(
          path,
          LENGTH_BYTES,
          `tensor ${name} of type F32 with shape and offsets`,
          JSON.stringify(entry).slice(0, 80),
        );
      }
      const [begin, end] = entry.data_offsets;
      const numel = entry.shape.reduce((product, size) => product * size, 1);
      if (end - begin !== 4 * numel || dataAt + end > sizeBytes) {
        throw new DataFormatError(
          path,
          dataAt + begin,
          `${4 * numel} bytes of ${name} with shape (${entry.shape.join(", ")})`,
          `${Math.min(end, sizeBytes - dataAt) - begin} bytes`,
        );
      }
      const bytes = await read(dataAt + begin, end - begin);
      tensors[name] = { shape: entry.shape, data: new Float32Array(bytes.buffer) };
    }
    return { tensors, metadata: metadata as Record<string, string> };
  } finally {
    await handle.close();
  }
}
