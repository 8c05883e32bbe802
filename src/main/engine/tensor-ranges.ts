import { sizeBytesOf, type Tensor } from "../../core/ops/recording-ops.ts";

/** Bytes [begin, end) of the arena. */
export interface ByteRange {
  readonly begin: number;
  readonly end: number;
}

export const rangeOf = (tensor: Tensor): ByteRange => ({
  begin: tensor.offsetBytes,
  end: tensor.offsetBytes + sizeBytesOf(tensor),
});

/** The same elements in the same shape. */
export const same = (one: Tensor, other: Tensor): boolean =>
  one.offsetBytes === other.offsetBytes &&
  one.shape.length === other.shape.length &&
  one.shape.every((size, d) => size === other.shape[d]);

export const overlaps = (one: ByteRange, other: ByteRange): boolean =>
  one.begin < other.end && other.begin < one.end;

export const sameRange = (one: ByteRange, other: ByteRange): boolean =>
  one.begin === other.begin && one.end === other.end;

/**
 * Which tensors lie in one buffer: a part of a tensor is a tensor too, at an offset inside it. Ranges that overlap,
 * also by way of others, have one number.
 */
export class Buffers {
  readonly #ofBegin = new Map<number, number>();

  constructor(ranges: Iterable<ByteRange>) {
    const sorted = [...ranges].sort((one, other) => one.begin - other.begin);
    let [buffer, end] = [-1, -1];
    for (const range of sorted) {
      if (range.begin >= end) buffer++;
      end = Math.max(end, range.end);
      this.#ofBegin.set(range.begin, buffer);
    }
  }

  /** The buffer that a range among those given lies in; −1 for a range that overlaps none of them. */
  of({ begin }: ByteRange): number {
    return this.#ofBegin.get(begin) ?? -1;
  }
}
