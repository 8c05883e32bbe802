import { formatMoment } from "../../shared/format/date.ts";
import { metricLabel, namedQuantity } from "../../shared/format/named-quantity.ts";
import { formatNumber } from "../../shared/format/number.ts";
import { repeatCommand } from "../../shared/runs/repeat-command.ts";
import { codeOfPart, placeOfPart } from "../../shared/runs/own-part.ts";
import type { Quantities } from "../../shared/runs/run-records.ts";
import { counted } from "../../core/counted.ts";
import type { SavedRuns } from "../lab/runs/open-saved-runs.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { ladderJson, ladderReport } from "./ladder-report.ts";
import { print, printJson } from "./print.ts";
import { textTable } from "../report/text-table.ts";
import { COMMAND_NAME } from "../place/command-name.ts";

/** Results in the window's words and digits, each beside the name by which a filter knows it; JSON has every digit. */
const results = (summary: Quantities): string[][] =>
  Object.entries(summary).map(([name, value]) => {
    const { label, text } = namedQuantity(name, value);
    return [label, text, name];
  });

/** What was set stands under its own name, as in the spec and in a comparison. */
const settings = (config: Quantities): string[][] =>
  Object.entries(config).map(([name, value]) => [name, namedQuantity(name, value, { given: true }).text]);

/** Everything that is saved of one run but the points of its metrics, of which it names the last. */
export function runShowCommand(
  lab: Pick<SavedRuns, "runs" | "ladder">,
  runId: string,
  options: { readonly json?: true },
): ExitCode {
  const details = lab.runs.get({ runId });
  const metrics = new Map(lab.runs.metrics(runId).map(({ name, step, value }) => [name, { step, value }]));
  const ladder = lab.ladder.has(runId) ? lab.ladder.get({ runId }) : null;
  if (options.json === true) {
    const last = Object.fromEntries(metrics);
    printJson({ ...details, lastMetrics: last, ...(ladder === null ? {} : { ladder: ladderJson(ladder) }) });
    return EXIT.ok;
  }
  const { run, machine, events, gradientChecks, timings, ownParts } = details;
  const { command, specFile, caution } = repeatCommand(run);
  const part = (title: string, head: string[], rows: string[][]): string[] =>
    rows.length === 0 ? [] : ["", title, textTable(head, rows)];
  const failed = gradientChecks.filter(({ passed }) => !passed);
  print(
    `${[
      `${run.name} (${run.id})`,
      `${run.kind}, ${run.status}, started ${formatMoment(run.startedAt)}, ended ${run.finishedAt === null ? "not yet" : formatMoment(run.finishedAt)}`,
      `${counted(run.threads, "thread")} on ${machine.cpuModel} (${machine.id})`,
      ...(run.tags.length === 0 ? [] : [`tags: ${run.tags.join(" ")}`]),
      ...(run.failure === null ? [] : [`failure: ${run.failure}`]),
      ...(run.notes === "" ? [] : ["", run.notes]),
      ...part("Results", ["result", "value", "in a filter"], results(run.summary)),
      ...(ladder === null ? [] : ["", "Rungs", ladderReport(ladder)]),
      ...part("Settings", ["setting", "value"], settings(run.config)),
      ...ownParts.flatMap((own) => [
        "",
        `${own.kind} ${own.name} (${placeOfPart(own)}${own.origin === null ? "" : `, code ${own.origin.codeHash.slice(0, 12)}`})`,
        ...codeOfPart(own)
          .trimEnd()
          .split("\n")
          .map((line) => `  ${line}`.trimEnd()),
      ]),
      ...part(
        "Metrics",
        ["metric", "last step", "last value", "in a filter"],
        [...metrics].map(([name, { step, value }]) => [
          metricLabel(name),
          formatNumber(step),
          formatNumber(value),
          name,
        ]),
      ),
      ...part(
        "What happened",
        ["when", "step", "what", "how"],
        events.map(({ at, step, kind, text }) => [
          formatMoment(at),
          step === null ? "" : formatNumber(step),
          kind,
          text,
        ]),
      ),
      "",
      `${counted(timings.length, "timing")}, ${counted(gradientChecks.length, "gradient check")}, ${failed.length} of them failed`,
      "",
      `Again: ${COMMAND_NAME} ${command}${caution === "" ? "" : ` (${caution})`}`,
      ...(specFile === null ? [] : [`       with the run's spec as ${specFile}`]),
    ].join("\n")}\n`,
  );
  return EXIT.ok;
}
