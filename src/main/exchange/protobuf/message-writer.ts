const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const utf8 = new TextEncoder();

/** Seven bits a byte, the lowest first; negative numbers as their 64-bit two's complement. */
function varint(value: number | bigint): Uint8Array {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  out.push(Number(rest));
  return Uint8Array.from(out);
}

/**
 * Writes one protobuf message, field by field in the order of the calls.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];

  /** int32, int64, uint64, bool, enum. */
  integer(field: number, value: number | bigint): this {
    return this.#add(field, WIRE.varint, varint(value));
  }

  float(field: number, value: number): this {
    return this.#add(field, WIRE.fixed32, new Uint8Array(Float32Array.of(value).buffer));
  }

  double(field: number, value: number): this {
    return this.#add(field, WIRE.fixed64, new Uint8Array(Float64Array.of(value).buffer));
  }

  /** A packed list. */
  doubles(field: number, values: readonly number[]): this {
    return this.bytes(field, new Uint8Array(Float64Array.from(values).buffer));
  }

  text(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#add(field, WIRE.bytes, varint(value.length));
    this.#parts.push(value);
    return this;
  }

  message(field: number, value: MessageWriter): this {
    return this.bytes(field, value.encode());
  }

  encode(): Uint8Array {
    return Buffer.concat(this.#parts);
  }

  #add(field: number, wire: number, content: Uint8Array): this {
    this.#parts.push(varint(field * 8 + wire), content);
    return this;
  }
}
