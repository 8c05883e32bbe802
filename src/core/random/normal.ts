import type { RandomStream } from "./random-stream.ts";

/**
 * `count` draws from the standard normal distribution, two at a time by the Box–Muller transform:
 * √(−2 ln u) cos 2πv and √(−2 ln u) sin 2πv, with u in (0, 1] so that the logarithm is finite.
 *
 * @see Box and Muller, "A note on the generation of random normal deviates" (1958)
 */
export function normal(stream: RandomStream, count: number): Float64Array {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - stream.next()));
    const angle = 2 * Math.PI * stream.next();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** A prime, so that no two rows of a matrix made of repetitions are the same. */
const DRAWS = 1_000_003;

/**
 * Fills `values` from a normal distribution of this standard deviation. Beyond a million they repeat: drawing all of
 * 39 million would take longer than measuring with them.
 */
export function fillNormal(stream: RandomStream, values: Float32Array, std = 1): void {
  const drawn = normal(stream, Math.min(values.length, DRAWS));
  for (let at = 0; at < values.length; at++) values[at] = drawn[at % DRAWS] * std;
}
