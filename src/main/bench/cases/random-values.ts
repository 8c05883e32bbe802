import { normal } from "../../../core/random/normal.ts";
import { randomStream } from "../../../core/random/random-stream.ts";

/** A prime, so that no two rows of a matrix made of repetitions are the same. */
const DRAWS = 1_000_003;

/**
 * `count` values from a normal distribution of this standard deviation. Beyond a million they repeat: drawing all of
 * 39 million would take longer than measuring with them.
 */
export function randomValues(seed: number, count: number, std = 1): Float32Array {
  const drawn = normal(randomStream(seed), Math.min(count, DRAWS));
  const values = new Float32Array(count);
  for (let at = 0; at < count; at++) values[at] = (drawn[at % DRAWS] ?? 0) * std;
  return values;
}
