import type { FileHandle } from "node:fs/promises";
import { messageOf } from "../../core/thrown.ts";
import * as v from "valibot";
import { DataFormatError } from "../../core/errors.ts";
import { duplicateKey } from "./duplicate-key.ts";
import { openRegularFile } from "./regular-file.ts";
import { bfloat16s, float16 } from "./half-floats.ts";
import { replaceFile, type ReplaceOptions } from "./replace-file.ts";

/** A float32 tensor by its shape, values in C order. */
export interface SavedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What may be written: float32, float64, bytes, whole numbers of 64 bits. */
export interface WrittenTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Uint8Array | BigInt64Array;
}

/** Types that are read: the bytes of a value, and how values become float32. */
const FLOAT_TYPES: Readonly<Record<string, { readonly bytes: number; readonly read: ReadFloats }>> = {
  F32: { bytes: 4, read: (bytes) => new Float32Array(bytes.buffer) },
  F16: { bytes: 2, read: (bytes) => Float32Array.from(new Uint16Array(bytes.buffer), float16) },
  BF16: { bytes: 2, read: (bytes) => bfloat16s(new Uint16Array(bytes.buffer)) },
  F64: { bytes: 8, read: (bytes) => Float32Array.from(new Float64Array(bytes.buffer)) },
  I64: {
    bytes: 8,
    read: (bytes) => Float32Array.from(new BigInt64Array(bytes.buffer), (value) => Number(value)),
  },
};
type ReadFloats = (bytes: Uint8Array<ArrayBuffer>) => Float32Array;

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
  {
    tensors,
    metadata,
  }: Pick<Safetensors, "metadata"> & { readonly tensors: Readonly<Record<string, WrittenTensor>> },
  options: ReplaceOptions = {},
): Promise<void> {
  const header: Record<string, HeaderEntry | Readonly<Record<string, string>>> = { __metadata__: metadata };
  let at = 0;
  // The widest values first: all of them lie aligned.
  const ordered = Object.entries(tensors).sort(
    ([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT,
  );
  for (const [name, { shape, data }] of ordered) {
    const dtype = dtypeOf(data);
    header[name] = { dtype, shape, data_offsets: [at, at + data.byteLength] };
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
    for (const [, { data }] of ordered) {
      await handle.appendFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  };
  try {
    await replaceFile(path, fill, options);
  } catch (error) {
    const reason = messageOf(error);
    throw new Error(`"${path}" was not saved: ${reason}. Choose another place or free some space.`, {
      cause: error,
    });
  }
}

function dtypeOf(data: WrittenTensor["data"]): string {
  if (data instanceof Float32Array) return "F32";
  if (data instanceof Float64Array) return "F64";
  return data instanceof Uint8Array ? "U8" : "I64";
}

const sizes = v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(0)));
const entrySchema = v.strictObject({
  dtype: v.string(),
  shape: sizes,
  data_offsets: v.pipe(sizes, v.length(2)),
});
const metadataSchema = v.record(v.string(), v.string());

/** Where a tensor's values lie, counted from the end of the header. */
interface Place {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function parseHeader(path: string, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const refuse = (expected: string, got: string): never => {
    throw new DataFormatError(path, LENGTH_BYTES, expected, got);
  };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse("a header in UTF-8", "bytes that are none");
  }
  if (!text.startsWith("{")) return refuse("a header that begins with {", JSON.stringify(text.slice(0, 40)));
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    return refuse("a JSON object as header", text.slice(0, 40));
  }
  const twice = duplicateKey(text);
  if (twice !== null) return refuse("every name once", `${JSON.stringify(twice)} twice`);
  return header as Readonly<Record<string, unknown>>;
}

/** The tensors in the order of their values. @throws {DataFormatError} If one is not what the format allows. */
function placesOf(
  path: string,
  entries: Readonly<Record<string, unknown>>,
  types: readonly string[],
): Place[] {
  return Object.entries(entries)
    .map(([name, entry]): Place => {
      const refuse = (expected: string, got: string): never => {
        throw new DataFormatError(path, LENGTH_BYTES, expected, got);
      };
      const checked = v.safeParse(entrySchema, entry);
      if (!checked.success) {
        return refuse(
          `tensor ${name} with dtype, shape and data_offsets`,
          JSON.stringify(entry).slice(0, 80),
        );
      }
      const { dtype, shape, data_offsets: offsets } = checked.output;
      const type = types.includes(dtype) ? FLOAT_TYPES[dtype] : undefined;
      if (type === undefined) return refuse(`tensor ${name} of type ${types.join(" or ")}`, dtype);
      const [begin = 0, end = 0] = offsets;
      const numel = shape.reduce((product, size) => product * size, 1);
      if (end - begin !== type.bytes * numel) {
        return refuse(
          `${type.bytes * numel} bytes of ${name} with shape (${shape.join(", ")})`,
          `data_offsets of ${end - begin} bytes`,
        );
      }
      return { name, dtype, shape, begin, end };
    })
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
}

/** Values must fill the file: none shared, none unused. @throws {DataFormatError} */
function requireFilled(path: string, places: readonly Place[], dataAt: number, sizeBytes: number): void {
  let filled = 0;
  for (const { name, begin, end } of places) {
    if (begin !== filled) {
      const what = begin < filled ? "which overlaps the tensor before it" : "which leaves a hole before it";
      throw new DataFormatError(path, dataAt + begin, `${name} from ${filled} on`, `${begin}, ${what}`);
    }
    filled = end;
  }
  if (dataAt + filled === sizeBytes) return;
  throw new DataFormatError(
    path,
    Math.min(dataAt + filled, sizeBytes),
    `${dataAt + filled} bytes for the tensors of the header`,
    `${sizeBytes} bytes`,
  );
}

/**
 * Reads a .safetensors file of float32 tensors (with `widen` of half, brain and double floats too, as float32), as
 * strictly as the format is: every name once, the values without holes or overlaps up to the end of the file. Everything is compared with the file's size, and `check` may refuse names and
 * shapes, before anything is allocated.
 *
 * @throws {DataFormatError} If header, types, places or sizes do not fit. @throws {Error} If it cannot be opened.
 * @see https://github.com/huggingface/safetensors#format
 */
export async function readSafetensors(
  path: string,
  check: (shapes: ReadonlyMap<string, readonly number[]>) => void = () => undefined,
  { widen = false }: { readonly widen?: boolean } = {},
): Promise<Safetensors> {
  const { handle, sizeBytes } = await openRegularFile(path);
  try {
    const read = async (from: number, length: number): Promise<Uint8Array<ArrayBuffer>> => {
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
    const header = parseHeader(path, await read(LENGTH_BYTES, headerBytes));
    const { __metadata__: given = {}, ...entries } = header;
    if (Array.isArray(given) || !v.is(metadataSchema, given)) {
      throw new DataFormatError(
        path,
        LENGTH_BYTES,
        "texts in __metadata__",
        JSON.stringify(given).slice(0, 80),
      );
    }
    const places = placesOf(path, entries, widen ? Object.keys(FLOAT_TYPES) : ["F32"]);
    requireFilled(path, places, dataAt, sizeBytes);
    check(new Map(places.map(({ name, shape }) => [name, shape])));
    const read32: [string, SavedTensor][] = [];
    for (const { name, dtype, shape, begin, end } of places) {
      const bytes = await read(dataAt + begin, end - begin);
      read32.push([name, { shape, data: FLOAT_TYPES[dtype]?.read(bytes) ?? new Float32Array() }]);
    }
    // Not by assignment: a tensor may be called __proto__.
    return { tensors: Object.fromEntries(read32), metadata: given };
  } finally {
    await handle.close();
  }
}
