/**
 * The contiguous range [begin, end) of `items` that worker `worker` of `threads` takes: sizes differ by at most one,
 * and the split depends on nothing else, so the same worker meets the same rows in every op.
 */
export function shardRange(items: number, worker: number, threads: number): { begin: number; end: number } {
  if (worker >= threads) return { begin: 0, end: 0 };
  return {
    begin: Math.floor((items * worker) / threads),
    end: Math.floor((items * (worker + 1)) / threads),
  };
}
