import {
  LARGEST_CACHE_BYTES,
  SMALLEST_CACHE_BYTES,
  USUAL_CACHE_BYTES,
} from "../../shared/engine/cache-blocks.ts";
import type { TimedBlocks } from "../../shared/engine/worker-tasks.ts";

/** Blocks for another cache than the system's must be this much faster in every round. */
const CLEARLY_FASTER = 1.06;
/** Rounds that lie further apart than this were disturbed, and say nothing of a cache. */
const QUIET = 1.15;

const within = (bytes: number): number =>
  Math.min(LARGEST_CACHE_BYTES, Math.max(SMALLEST_CACHE_BYTES, Math.round(bytes)));

/**
 * Caches for which blocks are worth timing, the one that is believed first: what the system says, half and twice as much;
 * a virtual machine need not say the truth. Where the system says nothing, all powers of two.
 */
export function cachesToTry(systemCacheBytes: number | null): readonly number[] {
  const sizes =
    systemCacheBytes === null
      ? [USUAL_CACHE_BYTES, SMALLEST_CACHE_BYTES, USUAL_CACHE_BYTES / 2, LARGEST_CACHE_BYTES]
      : [systemCacheBytes, systemCacheBytes / 2, 2 * systemCacheBytes];
  return [...new Set(sizes.map(within))];
}

/**
 * The first, unless blocks for another were clearly faster in every round of a quiet measurement. They change no result,
 * only the time.
 */
export function chooseBlocks(timed: readonly TimedBlocks[]): number {
  const [first] = timed;
  if (first === undefined) return USUAL_CACHE_BYTES;
  const quiet = timed.every(({ rounds }) => Math.max(...rounds) <= QUIET * Math.min(...rounds));
  if (!quiet) return first.cacheBytes;
  const beats = (other: TimedBlocks, chosen: TimedBlocks): boolean =>
    other.rounds.length > 0 &&
    other.rounds.every((gflops, round) => gflops >= CLEARLY_FASTER * (chosen.rounds[round] ?? Infinity));
  return timed.reduce((chosen, other) => (beats(other, chosen) ? other : chosen), first).cacheBytes;
}
