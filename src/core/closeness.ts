/** How far two tensors are from being close element by element. */
export interface Closeness {
  /** Elements with |a − b| > atol + rtol · |b|, and those where just one is NaN or they are different infinities. */
  readonly outside: number;
  /** The element that is furthest outside: its place and values; null where all are inside. */
  readonly worst: {
    readonly index: number;
    readonly a: number;
    readonly b: number;
    readonly excess: number;
  } | null;
}

/** What is close to what: |a − b| ≤ atol + rtol · |b|. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/**
 * Compares a with b element by element. NaN is close to nothing, an infinity to itself.
 *
 * @param firstIndex Index of a[0] in the whole tensor.
 * @throws {RangeError} If the lengths differ.
 */
export function closenessOf(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { rtol, atol }: Tolerance,
  firstIndex = 0,
): Closeness {
  if (a.length !== b.length) {
    throw new RangeError(`closenessOf: expected ${b.length} elements, as in the second, got ${a.length}`);
  }
  let [outside, at, largest] = [0, -1, -1];
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    const excess = Math.abs(a[i] - b[i]) - (atol + rtol * Math.abs(b[i]));
    if (excess <= 0) continue;
    outside++;
    // NaN is further outside than anything.
    const size = Number.isNaN(excess) ? Infinity : excess;
    if (size > largest) [at, largest] = [i, size];
  }
  const worst = at < 0 ? null : { index: firstIndex + at, a: a[at], b: b[at], excess: largest };
  return { outside, worst };
}

/** The closeness of two parts together; of equally bad elements the first one's stands. */
export const mergeCloseness = (first: Closeness, second: Closeness): Closeness => ({
  outside: first.outside + second.outside,
  worst:
    second.worst !== null && (first.worst === null || second.worst.excess > first.worst.excess)
      ? second.worst
      : first.worst,
});
