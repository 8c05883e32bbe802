import type { CellResult, Verdict } from "../../shared/runs/run-records.ts";

export interface VerdictCounts {
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly totalMs: number;
}

export function verdictCounts(results: readonly Pick<CellResult, "verdict" | "ms">[]): VerdictCounts {
  const counts = { exact: 0, "in band": 0, differs: 0, failed: 0, measured: 0 };
  let totalMs = 0;
  for (const { verdict, ms } of results) {
    counts[verdict] += 1;
    totalMs += ms;
  }
  return { counts, totalMs };
}
