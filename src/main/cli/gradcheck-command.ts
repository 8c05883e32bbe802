import { resolve } from "node:path";
import * as v from "valibot";
import {
  gradcheckSettingsSchema,
  type GradcheckRecord,
  type GradcheckSettings,
  type GradientReference,
  type GradientReport,
} from "../../shared/experiments/gradcheck.ts";
import { formatNumber, formatPercent, withMinusSigns } from "../../shared/format/number.ts";
import type { RunSummary } from "../../shared/runs/run-records.ts";
import { networkOf, NOTEBOOK_NETWORK, type NetworkSpec } from "../../shared/specs/network-spec.ts";
import type { GivenParameters } from "../lab/compute/network-setup.ts";
import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { gradcheckOutcome } from "./gradcheck-outcome.ts";
import { complain, print, printJson } from "./print.ts";
import { readParameters } from "../data/read-parameters.ts";
import { readNetworkSpec } from "./read-spec.ts";
import { showProgress } from "./show-progress.ts";
import { textTable } from "../report/text-table.ts";

export interface GradcheckOptions {
  readonly weights?: string;
  readonly prefix: string;
  readonly rows?: number;
  readonly reference: readonly GradientReference[];
  readonly coordinates?: number;
  readonly allCoordinates?: true;
  readonly bug?: string;
  readonly tolerance: string;
  readonly threads: number;
  readonly csv?: string;
  readonly force?: true;
  readonly json?: true;
}

/** Coordinates a tensor for finite differences, when nothing is said. */
const COORDINATES = 200;

const toJsonReport = (report: GradientReport): unknown => {
  const { reference, tensor, coordinates, maxAbs, relMax, relNorm, hiddenByAtol, allclose } = report;
  const { cosine, kinks, excused, verdict, reason, worst } = report;
  return {
    reference,
    tensor,
    coordinates,
    maxAbs,
    relMax,
    relNorm,
    hiddenByAtol,
    allclose,
    cosine,
    kinks,
    excused,
    verdict,
    reason,
    worst,
  };
};

const said = (value: number): string => formatNumber(value, 3);

function textReport({ report }: GradcheckRecord, status: RunSummary["status"]): string {
  const rows = report.reports.map((one) => [
    one.tensor,
    one.reference,
    formatNumber(one.coordinates),
    said(one.maxAbs),
    said(one.relMax),
    said(one.relNorm),
    formatPercent(one.hiddenByAtol),
    one.allclose ? "yes" : "no",
    formatNumber(one.kinks),
    one.verdict,
    withMinusSigns(one.reason),
  ]);
  const columns = [
    "tensor",
    "reference",
    "coordinates",
    "max abs",
    "rel max",
    "rel norm",
    "hidden by atol",
    "allclose",
    "kinks",
    "verdict",
    "reason",
  ];
  return [
    `${report.title}: loss ${formatNumber(report.loss, 8)}${Number.isNaN(report.referenceLoss) ? "" : `, in float64 ${formatNumber(report.referenceLoss, 8)}`}`,
    "",
    textTable(columns, rows),
    "",
    ...report.notes,
    gradcheckOutcome(report, status),
  ].join("\n");
}

/** What is checked, with which weights; null: drawn ones. */
export interface GradcheckWanted {
  readonly settings: GradcheckSettings;
  readonly weights: GivenParameters | null;
}

/** @throws {ContractError} If the spec's file cannot be used. @throws {DataFormatError} If the weights' cannot. @throws {v.ValiError} */
export async function gradcheckWanted(
  file: string | undefined,
  options: GradcheckOptions,
): Promise<GradcheckWanted> {
  const spec: NetworkSpec = file === undefined ? NOTEBOOK_NETWORK : await readNetworkSpec(file);
  const { rows = spec.data.rows, reference, coordinates = COORDINATES } = options;
  const settings = v.parse(gradcheckSettingsSchema, {
    network: { ...spec, data: { ...spec.data, rows } },
    references: [...reference],
    bug: options.bug ?? null,
    coordinates: options.allCoordinates === true ? null : coordinates,
    tolerance: options.tolerance,
    threads: options.threads,
  });
  const weights =
    options.weights === undefined
      ? null
      : await readParameters(networkOf(spec), resolve(options.weights), options.prefix);
  return { settings, weights };
}

/** Checks the gradients of a network; prints a table, or JSON with `--json`. Exit code 1 when it does not pass. */
export async function runGradcheckCommand(
  lab: Lab,
  { settings, weights }: GradcheckWanted,
  options: GradcheckOptions,
): Promise<ExitCode> {
  const csv = options.csv === undefined ? [] : [resolve(options.csv)];
  const overwrite = options.force === true;
  lab.runs.requireTargets(csv, { overwrite });
  const stopProgress = showProgress(lab);
  const started = lab.gradcheck.start(settings, weights);
  try {
    const run = await started.done;
    const record = lab.gradcheck.get({ runId: run.id });
    const { loss, passed, reports } = record.report;
    if (options.json === true) printJson({ run: run.id, loss, passed, reports: reports.map(toJsonReport) });
    else print(`${textReport(record, run.status)}\n`);
    for (const path of csv) await lab.runs.export({ what: "gradchecks", runIds: [run.id], path, overwrite });
    if (run.failure !== null) complain(`The gradient check failed: ${run.failure}`);
    return run.status === "finished" && passed ? EXIT.ok : EXIT.failedCheck;
  } finally {
    stopProgress();
  }
}
