import type { LadderComparison } from "../../shared/experiments/ladder.ts";
import type { Lab } from "../lab/lab.ts";
import { formatNumber } from "../../shared/format/number.ts";
import { rungName } from "../lab/rungs/describe-rungs.ts";
import { saidShape } from "../lab/ladder/words.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { print, printJson } from "./print.ts";
import { textTable } from "../report/text-table.ts";

function report({ sameMachine, sameThreads, warnings, rungs }: LadderComparison): string {
  const rows = rungs.map(({ rung, shape, threads, ratio, verdict }) => [
    rungName(rung),
    saidShape(shape),
    String(threads),
    ratio === null ? "–" : formatNumber(ratio.value),
    ratio === null ? "–" : `${formatNumber(ratio.lo)} to ${formatNumber(ratio.hi)}`,
    verdict,
  ]);
  const mind = [
    ...warnings.one.map((warning) => `Mind, of the first: ${warning}`),
    ...warnings.other.map((warning) => `Mind, of the second: ${warning}`),
  ];
  return [
    ...(sameMachine ? [] : ["The two ladders were measured on different machines.", ""]),
    ...(sameThreads ? [] : ["The two ladders were measured with different numbers of threads.", ""]),
    ...mind,
    ...(mind.length > 0 ? [""] : []),
    rows.length === 0
      ? "No rung was measured in both ladders at the same shape."
      : textTable(["rung", "shape", "threads", "second ÷ first", "95 % interval", "the second is"], rows),
  ].join("\n");
}

/** Compares two saved ladders, rung by rung. */
export function runCompareLaddersCommand(
  lab: Lab,
  runs: { readonly first: string; readonly second: string },
  options: { readonly json?: true },
): ExitCode {
  const comparison = lab.ladder.compare({ runId: runs.first, otherRunId: runs.second });
  if (options.json === true) printJson(comparison);
  else print(`${report(comparison)}\n`);
  return EXIT.ok;
}
