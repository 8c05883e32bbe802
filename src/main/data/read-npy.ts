import type { FileHandle } from "node:fs/promises";
import { DataFormatError } from "../../core/errors.ts";
import {
  type NotNumbersError,
  NPY_PREFIX_BYTES,
  npyHeaderRange,
  parseNpyHeader,
  type NpyHeader,
} from "./npy-header.ts";
import { openRegularFile, readRegularFile, type RegularFile } from "./regular-file.ts";

/** Values in C order, and numpy's name of the type that they had in the file. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: Uint8Array | Float32Array | Float64Array;
}

/** Labels that are words, one a row. */
export interface TextArray {
  readonly shape: readonly number[];
  readonly texts: readonly string[];
}

/** Headers are a few hundred bytes; this is where a wrong length is noticed. */
const MAX_HEADER_BYTES = 64 * 1024;
/** What is converted between two breaths of main's event loop. */
const CHUNK_BYTES = 1 << 20;

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

/** The header, and where the values begin. */
async function readHeader(
  path: string,
  { handle, sizeBytes }: RegularFile,
): Promise<NpyHeader & { end: number }> {
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
  return { ...parseNpyHeader(path, new TextDecoder("latin1").decode(text), begin), end };
}

/** Values whose first axis runs fastest, in an order in which the last one does. */
function fromFortran<A extends NumberArray["data"]>(data: A, shape: readonly number[], out: A): A {
  const rank = shape.length;
  const index = new Array<number>(rank).fill(0);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  let at = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[at] ?? 0;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const [size = 1, stride = 0, place = 0] = [shape[axis], strides[axis], index[axis]];
      if (place + 1 < size) {
        index[axis] = place + 1;
        at += stride;
        break;
      }
      index[axis] = 0;
      at -= place * stride;
    }
  }
  return out;
}

/**
 * Reads a .npy file of numbers, in C or Fortran order: bool, whole numbers and floats of any size, in the smallest array that holds
 * them exactly. The size that the header claims is compared with the file's, and `check` may refuse shape and type,
 * before anything is allocated.
 *
 * @throws {DataFormatError} Pickles and object arrays are refused, other types, orders and sizes named; so is a whole
 * number that float64 cannot hold.
 */
export async function readNpy(
  path: string,
  check: (found: { readonly shape: readonly number[]; readonly dtype: string }) => void = () => undefined,
): Promise<NumberArray> {
  const file = await openRegularFile(path);
  const { handle, sizeBytes } = file;
  try {
    const { shape, type, fortran, end } = await readHeader(path, file);
    check({ shape, dtype: type.name });
    const numel = shape.reduce((product, size) => product * size, 1);
    const expectedBytes = end + numel * type.bytes;
    if (expectedBytes !== sizeBytes) {
      throw new DataFormatError(
        path,
        Math.min(expectedBytes, sizeBytes),
        `${expectedBytes} bytes for shape (${shape.join(", ")}) of ${type.name}`,
        `${sizeBytes} bytes`,
      );
    }
    const data = type.allocate(numel);
    // Somebody may cut the file while it is read.
    const requireAll = (got: number, wanted: number): void => {
      if (got === wanted) return;
      throw new DataFormatError(path, end + got, `${expectedBytes} bytes`, `${end + got} bytes`);
    };
    const inOrder = (): NumberArray => ({
      shape,
      dtype: type.name,
      data: fortran && shape.length > 1 ? fromFortran(data, shape, type.allocate(numel)) : data,
    });
    if (type.native) {
      requireAll(await readFully(handle, new Uint8Array(data.buffer), end), data.byteLength);
      return inOrder();
    }
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, numel * type.bytes));
    for (let first = 0; first < numel; first += CHUNK_BYTES / type.bytes) {
      const bytes = chunk.subarray(0, (numel - first) * type.bytes);
      const from = first * type.bytes;
      requireAll(from + (await readFully(handle, bytes, end + from)), from + bytes.length);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < bytes.length / type.bytes; i++) {
        const value = type.read(view, i * type.bytes);
        if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
          throw new DataFormatError(
            path,
            end + from + i * type.bytes,
            "whole numbers up to 2^53, which float64 holds exactly",
            `${value} as value ${first + i}`,
          );
        }
        data[first + i] = value;
      }
    }
    return inOrder();
  } finally {
    await handle.close();
  }
}

/** A million labels of some letters; what is larger is no list of labels. */
const MOST_TEXT_BYTES = 256 << 20;

/** A value's text: what is shorter than the longest ends in zeros. */
function textOf(value: Buffer, { unitBytes, little }: NonNullable<NotNumbersError["text"]>): string {
  if (unitBytes === 1) return value.toString("utf8").replace(/\0+$/, "");
  let text = "";
  for (let at = 0; at < value.length; at += unitBytes) {
    const point = little ? value.readUInt32LE(at) : value.readUInt32BE(at);
    text += point <= 0x10ffff ? String.fromCodePoint(point) : "\uFFFD";
  }
  return text.replace(/\0+$/, "");
}

/**
 * The words of a .npy that holds one a row, as `refusal`, with which readNpy() refused it, says; null where it holds no text,
 * or several a row.
 *
 * @throws {DataFormatError} If the file is cut short, or larger than labels are.
 */
export async function readNpyTexts(path: string, { text }: NotNumbersError): Promise<TextArray | null> {
  if (text === null) return null;
  const { shape, valueBytes } = text;
  const [rows = 0] = shape;
  if (shape.length === 0 || shape.reduce((product, size) => product * size, 1) !== rows) return null;
  const bytes = await readRegularFile(path, MOST_TEXT_BYTES);
  const { end } = npyHeaderRange(path, bytes.subarray(0, NPY_PREFIX_BYTES));
  const expectedBytes = end + rows * valueBytes;
  if (bytes.length !== expectedBytes) {
    const at = Math.min(bytes.length, expectedBytes);
    throw new DataFormatError(path, at, `${expectedBytes} bytes for ${rows} texts`, `${bytes.length} bytes`);
  }
  const texts = Array.from({ length: rows }, (_, row) =>
    textOf(bytes.subarray(end + row * valueBytes, end + (row + 1) * valueBytes), text).trim(),
  );
  return { shape, texts };
}
