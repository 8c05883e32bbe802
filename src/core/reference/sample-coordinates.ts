import { randomStream } from "../random/random-stream.ts";

/** The first of the streams that samples are drawn from, away from those that draw weights. */
const FIRST_STREAM = 500;

/** `count` of the numbers 0 … size − 1 without repetition, in ascending order (Floyd's algorithm). */
function sample(next: () => number, size: number, count: number): number[] {
  const chosen = new Set<number>();
  for (let top = Math.max(0, size - count); top < size; top++) {
    const index = Math.floor(next() * (top + 1));
    chosen.add(chosen.has(index) ? top : index);
  }
  return [...chosen].sort((left, right) => left - right);
}

/**
 * Up to `count` coordinates of each tensor, as flat indices, every one equally likely and none twice; all of a tensor
 * that has no more. The same seed gives the same sample.
 */
export function sampleCoordinates<Name extends string>(
  seed: number,
  sizes: Readonly<Record<Name, number>>,
  count: number,
): Record<Name, number[]> {
  const entries = Object.entries<number>(sizes).map(([name, size], index) => {
    const stream = randomStream(seed, FIRST_STREAM + index);
    return [name, sample(() => stream.next(), size, count)];
  });
  // Object.fromEntries forgets the names that Object.entries has just listed.
  return Object.fromEntries(entries) as Record<Name, number[]>;
}
