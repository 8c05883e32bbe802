import type { FileHandle } from "node:fs/promises";
import { DataFormatError } from "../../core/errors.ts";
import { NPY_PREFIX_BYTES, npyHeaderRange, parseNpyHeader } from "./npy-header.ts";
import { openRegularFile } from "./regular-file.ts";

/** Values in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** Headers are a few hundred bytes; this is where a wrong length is noticed. */
const MAX_HEADER_BYTES = 1 << 20;
const CHUNK_BYTES = 1 << 22;

/** Fills `target` from `position`; @returns the bytes read, fewer only at the end of the file. */
async function readFully(handle: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < target.length) {
    const length = Math.min(CHUNK_BYTES, target.length - done);
    const { bytesRead } = await handle.read(target, done, length, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/**
 * Reads a .npy file of float32 or float64 in C order. The size that the header claims is compared with the file's
 * before anything is allocated.
 *
 * @throws {DataFormatError} Pickles and object arrays are refused; other types, orders and sizes are named.
 */
export async function readNpy(path: string): Promise<NpyArray> {
  const { handle, sizeBytes } = await openRegularFile(path);
  try {
    const prefix = new Uint8Array(Math.min(NPY_PREFIX_BYTES, sizeBytes));
    await readFully(handle, prefix, 0);
    const { begin, end } = npyHeaderRange(path, prefix);
    if (end - begin > MAX_HEADER_BYTES) {
      throw new DataFormatError(
        path,
        8,
        `a header of at most ${MAX_HEADER_BYTES} bytes`,
        `${end - begin} bytes`,
      );
    }
    if (end > sizeBytes) throw new DataFormatError(path, sizeBytes, `${end} bytes`, `${sizeBytes} bytes`);
    const text = new Uint8Array(end - begin);
    await readFully(handle, text, begin);
    const { shape, dtype } = parseNpyHeader(path, new TextDecoder("latin1").decode(text), begin);

    const numel = shape.reduce((product, size) => product * size, 1);
    const expectedBytes = end + numel * (dtype === "float32" ? 4 : 8);
    if (expectedBytes !== sizeBytes) {
      throw new DataFormatError(
        path,
        Math.min(expectedBytes, sizeBytes),
        `${expectedBytes} bytes for shape (${shape.join(", ")})`,
        `${sizeBytes} bytes`,
      );
    }
    const data = dtype === "float32" ? new Float32Array(numel) : new Float64Array(numel);
    const bytes = new Uint8Array(data.buffer);
    const got = await readFully(handle, bytes, end);
    // Somebody may have cut the file while it was read.
    if (got !== bytes.length)
      throw new DataFormatError(path, end + got, `${expectedBytes} bytes`, `${end + got} bytes`);
    return { shape, data };
  } finally {
    await handle.close();
  }
}
