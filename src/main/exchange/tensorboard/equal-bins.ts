/** Bins that a histogram of any buckets is kept in. */
const BINS = 64;

interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/**
 * Counts over 64 equal bins from lo to hi: what a bucket holds is spread evenly over its width, as TensorBoard draws it.
 * Null where there is nothing finite to show.
 */
export function equalBins(
  buckets: readonly Bucket[],
  lo: number,
  hi: number,
): { readonly lo: number; readonly hi: number; readonly counts: readonly number[] } | null {
  if (!Number.isFinite(lo) || !Number.isFinite(hi) || lo > hi) return null;
  // All values are equal.
  const [from, to] = lo === hi ? [lo - 0.5, hi + 0.5] : [lo, hi];
  const width = (to - from) / BINS;
  const counts = new Array<number>(BINS).fill(0);
  const add = (bin: number, count: number): void => {
    const at = Math.min(BINS - 1, Math.max(0, bin));
    counts[at] = (counts[at] ?? 0) + count;
  };
  for (const { from: begin, to: end, count } of buckets) {
    if (!(count > 0) || !Number.isFinite(count)) continue;
    // The outermost buckets reach to ±1e308: values do not.
    const [left, right] = [Math.max(from, Math.min(begin, to)), Math.min(to, Math.max(end, from))];
    const [first, last] = [Math.floor((left - from) / width), Math.floor((right - from) / width)];
    if (!(right > left)) {
      add(first, count);
      continue;
    }
    for (let bin = first; bin <= Math.min(last, BINS - 1); bin++) {
      const [binLeft, binRight] = [from + bin * width, from + (bin + 1) * width];
      const shared = Math.max(0, Math.min(right, binRight) - Math.max(left, binLeft));
      add(bin, (count * shared) / (right - left));
    }
  }
  return { lo: from, hi: to, counts };
}
