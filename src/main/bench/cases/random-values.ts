import { fillNormal } from "../../../core/random/normal.ts";
import { randomStream } from "../../../core/random/random-stream.ts";

/** `count` values from a normal distribution of this standard deviation; beyond a million they repeat. */
export function randomValues(seed: number, count: number, std = 1): Float32Array {
  const values = new Float32Array(count);
  fillNormal(randomStream(seed), values, std);
  return values;
}
