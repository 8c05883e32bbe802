import * as v from "valibot";
import { median } from "../../core/statistics.ts";
import { liveSettingsSchema } from "../../shared/live/live-settings.ts";
import type { RunDetails, Timing } from "../../shared/runs/run-records.ts";
import type { Lab } from "../lab/lab.ts";
import { openSeedNotebook, withParameters, withWeights } from "../lab/live/seed-notebook.ts";
import { runReport } from "../report/run-report.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { complain, print, printJson } from "./print.ts";
import { readWeights } from "./read-weights.ts";
import { showProgress } from "./show-progress.ts";

export interface NotebookOptions {
  readonly seed: number;
  readonly rows: number;
  readonly threads: number;
  readonly samples: number;
  readonly coordinates: number;
  readonly weights?: string;
  readonly json?: true;
}

/** Cells that time the passes of a stage. */
const TIMED = {
  "layer classes": { forward: "c42", backward: "c43" },
  Module: { forward: "c63", backward: "c64" },
  autograd: { forward: "c84", backward: "c86" },
} as const;

/** The result as scripts read it. */
function toJson({ run, machine, cells, timings, gradientChecks }: RunDetails): unknown {
  const cellOf = (id: string) => cells.find(({ cell }) => cell === id);
  const measured = (id: string): Record<string, unknown> => cellOf(id)?.measured ?? {};
  const samples = (id: string): { median: number; samples: number[] } => {
    const title = cellOf(id)?.title ?? id;
    const ms = timings
      .filter(({ stage }: Timing) => stage.startsWith(`${title}: `))
      .map((timing) => timing.ms);
    return { median: ms.length === 0 ? NaN : median(ms), samples: ms };
  };
  return {
    run: run.id,
    status: run.status,
    machine,
    data: { ...measured("c5"), normalized: measured("c7") },
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
    loss: measured("c23")["loss"],
    stages: Object.entries(TIMED).map(([name, { forward, backward }]) => ({
      name,
      forwardMs: samples(forward),
      backwardMs: samples(backward),
    })),
    gradientChecks,
    memory: { peakRssBytes: run.summary["peakRssBytes"] },
  };
}

/** Runs the notebook that comes with the app; prints a table, or JSON with `--json`. */
export async function runNotebookCommand(lab: Lab, options: NotebookOptions): Promise<ExitCode> {
  const { seed, rows, threads, samples, coordinates } = options;
  const settings = v.parse(liveSettingsSchema, { seed, rows, threads, limitMs: null });
  const weights = options.weights === undefined ? null : await readWeights(options.weights);
  const seedNotebook = withParameters(await openSeedNotebook(lab.documents), {
    SAMPLES: samples,
    DIFFERENCES: coordinates,
  });
  const document = weights === null ? seedNotebook : withWeights(seedNotebook, weights);
  const stopProgress = showProgress(lab);
  let runId: string;
  try {
    ({ runId } = await lab.session.runSaved({ document, settings }, {}));
  } finally {
    stopProgress();
  }
  const details = lab.runs.get({ runId });
  if (options.json === true) printJson(toJson(details));
  else print(`${runReport(details)}\n`);
  const { run, cells } = details;
  if (run.failure !== null) complain(`The run failed: ${run.failure}`);
  const failed = cells.filter(({ verdict }) => verdict === "failed");
  for (const { cell, reason } of failed) complain(`Cell ${cell} failed: ${reason}`);
  return run.status === "finished" && failed.length === 0 ? EXIT.ok : EXIT.failedCheck;
}
