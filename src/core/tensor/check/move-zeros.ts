import { normal } from "../../random/normal.ts";
import { randomStream } from "../../random/random-stream.ts";

/** How far parameters that are exactly 0 are moved. */
const NOISE = 0.05;

/**
 * A parameter that is 0 everywhere, moved by small noise: with a bias of 0, before and after the bias cannot be told
 * apart. Null where the values already differ from 0.
 */
export function moveZeros(values: Float32Array, seed: number): Float32Array | null {
  if (!values.every((value) => value === 0)) return null;
  return Float32Array.from(normal(randomStream(seed), values.length), (value) => NOISE * value);
}
