import type { RandomStream } from "./random-stream.ts";

/** The numbers 0 … count − 1 in random order (Fisher–Yates): row indices for an epoch. */
export function permutation(stream: RandomStream, count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(stream.next() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
