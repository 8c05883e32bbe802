import type { TuningReport } from "../../shared/experiments/tuning.ts";
import { blocksText } from "../../shared/experiments/blocks-text.ts";
import { formatDate } from "../../shared/format/date.ts";
import { formatNumber, formatPercent } from "../../shared/format/number.ts";
import { textTable } from "../report/text-table.ts";

/** The tuning's table of candidates, then the peak and when it was measured. */
export function tuningText(report: TuningReport): string {
  const { kernels, peakGflops, measuredAt, source } = report;
  const rows = kernels.map(({ instructionSet, failure, gflops, peakShare, chosen }) => [
    instructionSet,
    failure === null ? "yes" : "no",
    failure === null ? formatNumber(gflops) : "–",
    peakShare === null ? "–" : formatPercent(peakShare),
    chosen ? "yes" : "",
  ]);
  const failures = kernels.flatMap(({ failure }) => (failure === null ? [] : [`not used: ${failure}`]));
  const peak =
    peakGflops === null
      ? "multiply-add peak of one thread: unknown, this runtime has no fused multiply-add"
      : `multiply-add peak of one thread: ${formatNumber(peakGflops)} GFLOP/s`;
  return [
    textTable(["kernels", "verified", "GFLOP/s", "of peak", "chosen"], rows),
    ...failures,
    peak,
    blocksText(report),
    `measured ${formatDate(measuredAt)}${source === "saved" ? ", taken from the database" : ""}; one thread`,
  ].join("\n");
}
