import { formatDuration } from "../../shared/format/duration.ts";
import { metricLabel, namedQuantity } from "../../shared/format/named-quantity.ts";
import { formatNumber } from "../../shared/format/number.ts";
import type { ComparedTiming, RunComparison } from "../../shared/runs/run-comparison.ts";
import type { RunValue } from "../../shared/runs/run-table.ts";
import { timingVerdict } from "../../shared/runs/timing-verdict.ts";
import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { print, printJson } from "./print.ts";
import { textTable } from "../report/text-table.ts";

const said = (key: string, value: RunValue, given?: { readonly given: boolean }): string =>
  value === null ? "–" : namedQuantity(key, value, given).text;

function saidTiming(timing: ComparedTiming["runs"][number]): string {
  if (timing === null) return "–";
  const { medianMs, loMs, hiMs, verdict } = timing;
  const interval = `${formatDuration(medianMs)} [${formatDuration(loMs)}, ${formatDuration(hiMs)}]`;
  return verdict === "first" ? interval : `${interval}, ${timingVerdict(timing)}`;
}

function report({ runs, cautions, settings, results, metrics, timings, checks }: RunComparison): string {
  const part = (title: string, first: string, rows: string[][]): string[] =>
    rows.length === 0 ? [] : [title, textTable([first, ...runs.map(({ id }) => id)], rows), ""];
  return [
    ...cautions.map((caution) => `Mind: ${caution}`),
    ...(cautions.length > 0 ? [""] : []),
    ...part(
      "Settings that differ",
      "setting",
      settings
        .filter(({ same }) => !same)
        .map(({ key, values }) => [key, ...values.map((value) => said(key, value, { given: true }))]),
    ),
    ...part(
      "Results",
      "result",
      results.map(({ key, values }) => [
        namedQuantity(key, 0).label,
        ...values.map((value) => said(key, value)),
      ]),
    ),
    ...part(
      "Metrics: last (lowest … highest)",
      "metric",
      metrics.map(({ name, runs: of }) => [
        metricLabel(name),
        ...of.map((one) =>
          one === null
            ? "–"
            : `${formatNumber(one.last)} (${formatNumber(one.min)} … ${formatNumber(one.max)})`,
        ),
      ]),
    ),
    ...part(
      "Times: median [95 % interval], compared with the first run",
      "what was timed",
      timings.map(({ label, runs: of }) => [label, ...of.map(saidTiming)]),
    ),
    ...part(
      "Gradient checks",
      "what was checked",
      checks.map(({ label, runs: of }) => [
        label,
        ...of.map((one) => (one === null ? "–" : `${one.verdict}, relMax ${formatNumber(one.relMax)}`)),
      ]),
    ),
  ].join("\n");
}

/** Compares saved runs; the others with the first. */
export async function runCompareCommand(
  lab: Pick<Lab, "runs">,
  runIds: readonly string[],
  options: { readonly json?: true },
): Promise<ExitCode> {
  const comparison = await lab.runs.compare({ runIds });
  if (options.json === true) printJson(comparison);
  else print(`${report(comparison)}\n`);
  return EXIT.ok;
}
