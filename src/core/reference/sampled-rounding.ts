import { hash32 } from "../random/hash.ts";

/** Rows of a block that are computed with made-up rounding. */
const SAMPLED_ROWS = 8;
/** Of each row. */
export const SAMPLES = 4;

/** Rows to calibrate with, spread over a block of so many. */
export function sampledRows(rows: number): readonly number[] {
  const count = Math.min(rows, SAMPLED_ROWS);
  return Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
}

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);

/** −1 to 1, by the value alone: units with equal values round alike, as they do in a computer. */
export function rounding(value: number, sample: number): number {
  bits[0] = value;
  return hash32(words[0] ^ hash32(words[1] ^ hash32(sample + 1))) / 2 ** 31 - 1;
}
