import { resolve } from "node:path";
import * as v from "valibot";
import { ladderSettingsSchema, type LadderSettings } from "../../shared/experiments/ladder.ts";
import type { RunSummary } from "../../shared/runs/run-records.ts";
import type { Lab } from "../lab/lab.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { complain, print, printJson } from "./print.ts";
import { ladderJson, ladderReport } from "./ladder-report.ts";
import { showProgress } from "./show-progress.ts";
import { UsageError } from "./usage-error.ts";

export interface LadderOptions {
  readonly preset?: LadderSettings["preset"];
  readonly m?: number;
  readonly k?: number;
  readonly n?: number;
  readonly threads: number;
  readonly budget: number;
  readonly seed: number;
  readonly scaling?: true;
  readonly pytorch: boolean;
  readonly csv?: string;
  readonly summaryCsv?: string;
  readonly force?: true;
  readonly json?: true;
}

/** Looks for PyTorch; says of each Python where it lies before it is started. */
async function findPyTorch(lab: Lab): Promise<void> {
  const stop = lab.subscribe((event) => {
    if (event.name !== "pythonTried" || event.payload.python === null) return;
    complain(`Looking for PyTorch: starting ${event.payload.python}`);
  });
  try {
    await lab.ladder.findPyTorch();
  } finally {
    stop();
  }
}

/** A preset by its name, or a shape of one's own by all its sizes. @throws {UsageError} If it is neither of them. */
function climbedAt({ preset, m, k, n }: LadderOptions): Pick<LadderSettings, "preset" | "shape"> {
  if (m === undefined && k === undefined && n === undefined) {
    return { preset: preset ?? "notebook", shape: { m: 1, k: 1, n: 1 } };
  }
  if (preset !== undefined) {
    throw new UsageError("ladder: --preset names a shape already: leave it out, or --m, --k and --n");
  }
  if (m === undefined || k === undefined || n === undefined) {
    throw new UsageError("ladder: a shape of one's own needs all of --m, --k and --n");
  }
  return { preset: "custom", shape: { m, k, n } };
}

/** What is climbed. @throws {UsageError} @throws {v.ValiError} If a size or a number is none that a ladder takes. */
export function ladderSettings(options: LadderOptions): LadderSettings {
  const { threads, budget, seed } = options;
  return v.parse(ladderSettingsSchema, {
    ...climbedAt(options),
    threads,
    budgetSeconds: budget,
    seed,
    scaling: options.scaling === true,
  });
}

/** Climbs the ladder; prints a table, or JSON with `--json`. */
export async function runLadderCommand(
  lab: Lab,
  settings: LadderSettings,
  options: LadderOptions,
): Promise<ExitCode> {
  const outputs = [
    ...(options.csv === undefined ? [] : [{ what: "ladder-samples" as const, path: resolve(options.csv) }]),
    ...(options.summaryCsv === undefined
      ? []
      : [{ what: "ladder-summary" as const, path: resolve(options.summaryCsv) }]),
  ];
  const overwrite = options.force === true;
  lab.runs.requireTargets(
    outputs.map(({ path }) => path),
    { overwrite },
  );
  if (options.pytorch) await findPyTorch(lab);
  const stopProgress = showProgress(lab);
  const started = lab.ladder.start(settings);
  let run: RunSummary;
  try {
    run = await started.done;
  } finally {
    stopProgress();
  }
  if (!lab.ladder.has(run.id)) {
    complain(
      `The ladder was ${run.status} before it measured anything${run.failure === null ? "" : `: ${run.failure}`}`,
    );
    return EXIT.failedCheck;
  }
  const record = lab.ladder.get({ runId: run.id });
  if (options.json === true) printJson(ladderJson(record));
  else print(`${ladderReport(record)}\n`);
  for (const { what, path } of outputs) await lab.runs.export({ what, runIds: [run.id], path, overwrite });
  if (run.failure !== null) complain(`The ladder failed: ${run.failure}`);
  const wrong = record.rungs.some(({ status }) => status === "wrong");
  return run.status === "finished" && !wrong ? EXIT.ok : EXIT.failedCheck;
}
