import { atOnce, type Steps } from "../steps.ts";
import type { RandomStream } from "./random-stream.ts";

const ROWS_A_STEP = 1 << 16;

/** As `permutation`, in steps: millions of rows take seconds, and whoever draws them may have other work. */
export function* permutationSteps(stream: RandomStream, count: number): Steps<Int32Array> {
  const order = new Int32Array(count);
  for (let index = 0; index < count; index++) order[index] = index;
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(stream.next() * (last + 1));
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
    if (last % ROWS_A_STEP === 0) yield;
  }
  return order;
}

/** The numbers 0 … count − 1 in random order (Fisher–Yates): row indices for an epoch. */
export const permutation = (stream: RandomStream, count: number): Int32Array =>
  atOnce(permutationSteps(stream, count));
