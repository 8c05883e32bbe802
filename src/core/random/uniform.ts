import type { RandomStream } from "./random-stream.ts";

/** `count` draws from the uniform distribution over [lo, hi): lo + (hi − lo) u. */
export const uniform = (stream: RandomStream, count: number, lo = 0, hi = 1): Float64Array =>
  Float64Array.from({ length: count }, () => lo + (hi - lo) * stream.next());
