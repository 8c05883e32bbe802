import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import * as v from "valibot";
import { median } from "../../core/statistics.ts";
import { notebookSettingsSchema } from "../../shared/experiments/notebook.ts";
import type { RunDetails, RunSummary, Timing } from "../../shared/runs/run-records.ts";
import type { Lab } from "../lab/lab.ts";
import { gradientFile } from "../lab/notebook/save-gradients.ts";
import { GRADIENT_NAMES } from "../lab/compute/notebook-network.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { complain, print, printJson } from "./print.ts";
import { readWeights } from "./read-weights.ts";
import { runReport } from "../report/run-report.ts";
import { showProgress } from "./show-progress.ts";

export interface NotebookOptions {
  readonly seed: number;
  readonly rows: number;
  readonly threads: number;
  readonly samples: number;
  readonly coordinates: number;
  readonly weights?: string;
  readonly saveGradients?: string;
  readonly force?: true;
  readonly json?: true;
}

const HAND_WRITTEN = ["functions", "layer classes", "Module"] as const;
/** Cells that time the backward pass of a stage: they hold its gradients too. */
const BACKWARD_CELL = { functions: "29", "layer classes": "43", Module: "64" } as const;

/** The result as scripts read it. */
function toJson({ run, machine, cells, timings, gradientChecks }: RunDetails): unknown {
  const measured = (cell: string): Record<string, unknown> =>
    cells.find((result) => result.cell === cell)?.measured ?? {};
  const samples = (stage: string, pass: Timing["pass"]): { median: number; samples: number[] } => {
    const ms = timings
      .filter((timing) => timing.stage === stage && timing.pass === pass && !timing.warmup)
      .map((timing) => timing.ms);
    return { median: ms.length === 0 ? NaN : median(ms), samples: ms };
  };
  const normalized = measured("7");
  return {
    run: run.id,
    status: run.status,
    machine,
    data: { ...measured("5"), normalized },
    cells: cells.map(({ cell, title, order, expected, measured: values, verdict, reason, ms }) => ({
      cell,
      title,
      order,
      expected,
      measured: values,
      verdict,
      reason,
      ms,
    })),
    loss: measured("23")["loss"],
    stages: HAND_WRITTEN.map((name) => ({
      name,
      forwardMs: samples(name, "forward"),
      backwardMs: samples(name, "backward"),
      gradients: cells.find((result) => result.cell === BACKWARD_CELL[name])?.details.gradients ?? [],
    })),
    gradientChecks: gradientChecks.filter(({ stage }) => HAND_WRITTEN.some((name) => name === stage)),
    autograd: {
      forwardMs: samples("autograd", "forward"),
      backwardMs: samples("autograd", "backward"),
      gradients: cells.find((result) => result.cell === "86")?.details.gradients ?? [],
      gradientChecks: gradientChecks.filter(({ stage }) => stage === "autograd"),
    },
    memory: { peakRssBytes: run.summary["peakRssBytes"], forecastBytes: run.config["forecastBytes"] },
  };
}

const failedCells = (details: RunDetails): boolean =>
  details.cells.some(({ verdict }) => verdict === "failed");

/** Runs the whole notebook; prints a table, or JSON with `--json`. */
export async function runNotebookCommand(lab: Lab, options: NotebookOptions): Promise<ExitCode> {
  const { seed, rows, threads, samples, coordinates } = options;
  const settings = v.parse(notebookSettingsSchema, { seed, rows, threads, samples, coordinates });
  const weights = options.weights === undefined ? null : await readWeights(options.weights);
  const folder = options.saveGradients === undefined ? null : resolve(options.saveGradients);
  if (folder !== null) {
    await mkdir(folder, { recursive: true });
    const files = GRADIENT_NAMES.map((name) => gradientFile(folder, name));
    lab.runs.requireTargets(files, { overwrite: options.force === true });
  }
  const stopProgress = showProgress(lab);
  const started = lab.notebook.run({ selection: { kind: "all" }, settings }, weights);
  let run: RunSummary;
  try {
    run = await started.done;
  } finally {
    stopProgress();
  }
  const details = lab.runs.get({ runId: run.id });
  if (options.json === true) printJson(toJson(details));
  else print(`${runReport(details)}\n`);
  if (folder !== null && run.status === "finished") await lab.notebook.saveGradients(folder);
  if (run.failure !== null) complain(`The run failed: ${run.failure}`);
  return run.status === "finished" && !failedCells(details) ? EXIT.ok : EXIT.failedCheck;
}
