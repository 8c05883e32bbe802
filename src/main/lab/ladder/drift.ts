import { median } from "../../../core/statistics.ts";
import type { RungResult } from "../../../shared/experiments/ladder.ts";

/** Rungs that got slower by this much from their first to their last samples, all of them, mean the machine did. */
const DRIFT = 1.05;
/** Samples a rung needs for its two halves to be compared. */
const DRIFT_SAMPLES = 8;

/** By how much a rung's second half of samples is slower than its first; null if it has too few. */
function driftOf({ samples }: RungResult): number | null {
  const warm = samples.filter(({ cold }) => !cold).map(({ ms }) => ms);
  if (warm.length < DRIFT_SAMPLES) return null;
  const half = Math.floor(warm.length / 2);
  return median(warm.slice(half)) / median(warm.slice(0, half));
}

/** Warns of a machine that got slower under a ladder. */
export function driftWarnings(results: readonly RungResult[]): string[] {
  const drifts = results.map(driftOf).filter((drift) => drift !== null);
  const drift = median(drifts);
  if (drifts.length === 0 || drift <= DRIFT) return [];
  return [
    `The machine got slower while the ladder ran: the rungs' last samples took ${Math.round(100 * (drift - 1))} % longer than their first.`,
  ];
}
