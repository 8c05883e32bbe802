import { DataFormatError } from "../../core/errors.ts";
import { npyType, type NpyType } from "./npy-type.ts";

/** Bytes of the part of an IDX header that tells how long the header is. */
export const IDX_MAGIC_BYTES = 4;
/** More axes than any data set has; a random byte here is a wrong file. */
const MAX_RANK = 8;

/** numpy's names of the types; all of more than a byte are big-endian. */
const TYPES: Readonly<Record<number, string>> = {
  0x08: "|u1",
  0x09: "|i1",
  0x0b: ">i2",
  0x0c: ">i4",
  0x0d: ">f4",
  0x0e: ">f8",
};

const hex = (bytes: Iterable<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");

/** Length of the whole header, from its first four bytes. @throws {DataFormatError} */
export function idxHeaderBytes(file: string, magic: Uint8Array): number {
  const [zero0, zero1, type = 0, rank = 0] = magic;
  if (zero0 !== 0 || zero1 !== 0) {
    const swapped = magic[2] === 0 && magic[3] === 0 && (magic[1] ?? 0) in TYPES;
    throw new DataFormatError(
      file,
      0,
      "the IDX magic 00 00, type, rank (big-endian)",
      swapped ? `${hex(magic)}, the magic in little-endian order` : hex(magic),
    );
  }
  if (!(type in TYPES)) {
    throw new DataFormatError(file, 2, "a type from 08 (unsigned byte) to 0e (float64)", hex([type]));
  }
  if (rank < 1 || rank > MAX_RANK) throw new DataFormatError(file, 3, `1 to ${MAX_RANK} axes`, String(rank));
  return IDX_MAGIC_BYTES + 4 * rank;
}

/** The type of the values behind a sound header. */
export function idxType(header: Uint8Array): NpyType {
  const type = npyType(TYPES[header[2] ?? 0] ?? "");
  if (typeof type === "string") throw new TypeError(`idxType: ${type}`);
  return type;
}

/** The sizes that a complete header claims. */
export function idxShape(header: Uint8Array): readonly number[] {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  return Array.from({ length: header.byteLength / 4 - 1 }, (_, axis) =>
    view.getUint32(IDX_MAGIC_BYTES + 4 * axis, false),
  );
}
