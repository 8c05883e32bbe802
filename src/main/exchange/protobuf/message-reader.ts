import { DataFormatError } from "../../../core/errors.ts";

/** One field of a message, by its wire type. */
export type Field =
  | { readonly number: number; readonly kind: "integer"; readonly value: bigint }
  | { readonly number: number; readonly kind: "bytes"; readonly value: Uint8Array; readonly at: number }
  | { readonly number: number; readonly kind: "fixed32" | "fixed64"; readonly value: Uint8Array };

const MOST_VARINT_BYTES = 10;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The fields of a protobuf message in `bytes`, one after the other. Lengths are compared with what is there before
 * anything is taken, and nothing is read deeper than the caller asks for: a message within itself costs nothing.
 *
 * @param at Where the bytes lie in the file, for errors.
 * @throws {DataFormatError}
 */
export function* fieldsOf(file: string, bytes: Uint8Array, at = 0): Generator<Field> {
  let position = 0;
  const refuse = (expected: string, got: string): never => {
    throw new DataFormatError(file, at + position, expected, got);
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let i = 0; i < MOST_VARINT_BYTES; i++) {
      const byte = bytes[position];
      if (byte === undefined) return refuse("the rest of a number", "the end of the message");
      position++;
      value |= BigInt(byte & 127) << BigInt(7 * i);
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    return refuse(`a number of at most ${MOST_VARINT_BYTES} bytes`, "a longer one");
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - position) {
      return refuse(`${length} bytes`, `${bytes.length - position} to the end of the message`);
    }
    position += length;
    return bytes.subarray(position - length, position);
  };
  while (position < bytes.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    if (number < 1 || number > 536_870_911) refuse("the number of a field", String(number));
    switch (Number(tag & 7n)) {
      case 0:
        yield { number, kind: "integer", value: varint() };
        break;
      case 1:
        yield { number, kind: "fixed64", value: take(8) };
        break;
      case 2: {
        const length = varint();
        if (length > BigInt(bytes.length)) refuse(`at most ${bytes.length} bytes`, String(length));
        const value = take(Number(length));
        yield { number, kind: "bytes", value, at: at + position - value.length };
        break;
      }
      case 5:
        yield { number, kind: "fixed32", value: take(4) };
        break;
      default:
        refuse("a field of protobuf 3", `wire type ${tag & 7n}`);
    }
  }
}

/** @throws {DataFormatError} If the bytes are no UTF-8. */
export function textOf(file: string, { value, at }: Extract<Field, { readonly kind: "bytes" }>): string {
  try {
    return utf8.decode(value);
  } catch {
    throw new DataFormatError(file, at, "text in UTF-8", "bytes that are none");
  }
}

/** A copy that numbers can be looked at in, wherever the bytes lay. */
export const aligned = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/** Of a fixed32 or fixed64 field. */
export const realOf = (bytes: Uint8Array): number =>
  (bytes.length === 4 ? new Float32Array(aligned(bytes)) : new Float64Array(aligned(bytes)))[0] ?? NaN;

/** A packed list of float32. @throws {DataFormatError} If bytes are left over. */
export function packedFloats(file: string, bytes: Uint8Array, at: number): Float32Array<ArrayBuffer> {
  if (bytes.length % 4 !== 0)
    throw new DataFormatError(file, at, "values of 4 bytes", `${bytes.length} bytes`);
  return new Float32Array(aligned(bytes));
}

/** A packed list of float64. @throws {DataFormatError} If bytes are left over. */
export function packedDoubles(file: string, bytes: Uint8Array, at: number): Float64Array<ArrayBuffer> {
  if (bytes.length % 8 !== 0)
    throw new DataFormatError(file, at, "values of 8 bytes", `${bytes.length} bytes`);
  return new Float64Array(aligned(bytes));
}

/** A packed list of int64. @throws {DataFormatError} */
export function packedIntegers(file: string, bytes: Uint8Array, at: number): bigint[] {
  const values: bigint[] = [];
  let [value, shift] = [0n, 0n];
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte >= 128) {
      if (shift > 63n) throw new DataFormatError(file, at, "numbers of at most 10 bytes", "a longer one");
      continue;
    }
    values.push(BigInt.asIntN(64, value));
    [value, shift] = [0n, 0n];
  }
  return values;
}

/** A signed whole number; larger ones than a double holds exactly become NaN. */
export function wholeOf(value: bigint): number {
  const signed = Number(BigInt.asIntN(64, value));
  return Number.isSafeInteger(signed) ? signed : NaN;
}
