import { grouped } from "../../../core/grouped.ts";
import { saidTime } from "../compute/said-time.ts";

/** Of a rung whose one call takes longer than the budget. */
export const skippedNote = (callMs: number): string => `skipped: about ${saidTime(callMs)}`;

/** What a rung got of the samples it should have had. */
interface Taken {
  readonly samples: number;
  readonly wanted: number;
  readonly callMs: number;
}

function saidTaken({ samples, wanted, callMs }: Taken): string {
  return samples === 0 ? `: one call takes about ${saidTime(callMs)}` : `: ${samples} of ${wanted} samples`;
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
