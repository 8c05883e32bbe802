import type { LadderSample, RungResult } from "../../shared/ladder.ts";
import { hasTimes } from "./ladder-results.ts";

/** z of a two-sided 95 % interval, for ranks that scatter as a binomial with p = ½: σ = √n / 2. */
const RANKS = 1.96 / 2;

/** The timed samples without the cold call. */
export const warmTimes = (samples: readonly LadderSample[]): number[] =>
  samples.filter(({ cold }) => !cold).map(({ ms }) => ms);

/** A 95 % interval for the median from the order statistics: it assumes nothing about how times scatter. */
export function medianInterval(samples: readonly LadderSample[]): readonly [lo: number, hi: number] {
  const sorted = warmTimes(samples).sort((a, b) => a - b);
  const below = Math.max(0, Math.floor(sorted.length / 2 - RANKS * Math.sqrt(sorted.length)));
  return [sorted[below] ?? NaN, sorted[sorted.length - 1 - below] ?? NaN];
}

/** Neighbours in speed whose intervals overlap: which one is faster cannot be said. */
export function unrankedPairs(rungs: readonly RungResult[]): readonly (readonly [RungResult, RungResult])[] {
  const byTime = rungs.filter(hasTimes).toSorted((a, b) => b.medianMs - a.medianMs);
  return byTime.flatMap((slower, index) => {
    const faster = byTime[index + 1];
    if (faster === undefined) return [];
    const [lo] = medianInterval(slower.samples);
    const [, hi] = medianInterval(faster.samples);
    return lo <= hi ? [[slower, faster] as const] : [];
  });
}
