import { grouped } from "../../../core/grouped.ts";
import { saidTime } from "../compute/said-time.ts";

/** Of a rung whose one call takes longer than the budget. */
export const skippedNote = (callMs: number): string => `skipped: about ${saidTime(callMs)}`;

/** What a rung got of the samples it should have had. */
interface Taken {
  readonly samples: number;
  readonly wanted: number;
  readonly callMs: number;
  /** Whether `callMs` is of a call after the first, which may have compiled code. */
  readonly isWarm: boolean;
}

function saidTaken({ samples, wanted, callMs, isWarm }: Taken): string {
  if (samples > 0) return `: ${samples} of ${wanted} samples`;
  return isWarm ? `: one call takes about ${saidTime(callMs)}` : `: its first call took ${saidTime(callMs)}`;
}

/** Of a rung that had not all its samples when its budget was used up. */
export const cutNote = (budgetMs: number, taken?: Taken): string =>
  `cut after ${saidTime(budgetMs)}${taken === undefined ? "" : saidTaken(taken)}`;

/** "5 × 1,000 × 10", as the window writes it. */
export const saidShape = ({
  m,
  k,
  n,
}: {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}): string => [m, k, n].map(grouped).join(" × ");
