import { randomStream } from "../../random/random-stream.ts";
import type { Rounding } from "./evaluate.ts";

/** Half of float32's spacing, relative. */
const HALF_ULP = 2 ** -24;

/**
 * Rounds as float32 arithmetic may: each value that float32 does not hold by a random amount up to half a unit in its
 * last place. What two such
 * passes differ by shows how far right float32 gradients may be from float64 ones.
 */
export function roundingSample(seed: number): Rounding {
  const stream = randomStream(seed);
  let state = Math.floor(stream.next() * 2 ** 32) | 1;
  return (values) =>
    values.map((value) => {
      // xorshift32: some millions of draws a check, of which nothing but spread is asked.
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return Math.fround(value) === value ? value : value + value * HALF_ULP * (state / 2 ** 31);
    });
}

/** As the engine stores it. */
export const toFloat32: Rounding = (values) => values.map(Math.fround);
