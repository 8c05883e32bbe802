/** A time as one says it: "3 µs", "1.2 s", "21 min". */
export function saidTime(ms: number): string {
  const said = (value: number, unit: string): string =>
    `${value >= 10 ? Math.round(value) : Number(value.toPrecision(2))} ${unit}`;
  if (ms < 1) return said(ms * 1000, "µs");
  if (ms < 1_000) return said(ms, "ms");
  if (ms < 90_000) return said(ms / 1_000, "s");
  if (ms < 90 * 60_000) return said(ms / 60_000, "min");
  return said(ms / 3_600_000, "h");
}

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

/** "5×784×10". */
export const saidShape = ({
  m,
  k,
  n,
}: {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}): string => `${m}×${k}×${n}`;
