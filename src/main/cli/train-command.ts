import { dirname, resolve } from "node:path";
import { networkOf } from "../../shared/specs/network-spec.ts";
import { namedQuantity } from "../../shared/format/named-quantity.ts";
import type { MetricPoint, RunSummary } from "../../shared/runs/run-records.ts";
import { learningRate } from "../../core/optimisers/schedule.ts";
import { EPOCH_METRICS, STATISTIC_NAMES } from "../../shared/experiments/training.ts";
import { stepsOf, type TrainSpec } from "../../shared/specs/train-spec.ts";
import type { GivenParameters } from "../lab/compute/network-setup.ts";
import type { Lab } from "../lab/lab.ts";
import { trainingOfRun } from "../lab/training/resolved-training.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { complain, print, printJson, warn } from "./print.ts";
import { readParameters } from "../data/read-parameters.ts";
import { readWeightsFile } from "../exchange/weights/read-weights-file.ts";
import { readTrainingJson, trainingIn, type TrainingJson } from "./read-spec.ts";
import { showProgress } from "./show-progress.ts";
import { UsageError } from "./usage-error.ts";
import type { StartedRun } from "../lab/activity/experiment.ts";
import { COMMAND_NAME } from "../place/command-name.ts";

export interface TrainOptions {
  readonly threads: number;
  readonly resume?: string;
  readonly again?: true;
  readonly csv?: string;
  readonly force?: true;
  readonly json?: true;
}

/** Metrics of one step, or of the whole sets after an epoch, as one line; statistics of layers are left out. */
function stepLines(
  points: readonly MetricPoint[],
  rateOf: (step: number) => number,
): readonly Record<string, number>[] {
  const lines: Record<string, number>[] = [];
  const names: Readonly<Record<string, string>> = {
    [STATISTIC_NAMES.loss]: "loss",
    [EPOCH_METRICS.train]: "trainLoss",
    [EPOCH_METRICS.trainAccuracy]: "trainAccuracy",
    [EPOCH_METRICS.valid]: "validLoss",
    [EPOCH_METRICS.validAccuracy]: "accuracy",
  };
  for (const { name, step, epoch, value, wallMs } of points) {
    const key = names[name];
    if (key === undefined) continue;
    const last = lines.at(-1);
    // The numbers of both sets come together and make one line.
    if (key !== "loss" && last?.["step"] === step && !("loss" in last)) last[key] = value;
    else lines.push({ step, epoch, [key]: value, lr: rateOf(Math.max(0, step - 1)), ms: wallMs });
  }
  return lines;
}

/** Weights to begin with, as the spec names them, from the spec's own folder on. @throws {DataFormatError} */
export async function givenWeights(spec: TrainSpec, file: string): Promise<GivenParameters | null> {
  const { weights } = spec;
  if (weights === undefined) return null;
  const network = networkOf(spec);
  const from = dirname(file);
  return "file" in weights
    ? (await readWeightsFile(resolve(from, weights.file), network)).parameters
    : readParameters(network, resolve(from, weights.dir), weights.prefix);
}

/** The numbers that a training is known by. */
export function trainingResult({ id, status, summary }: RunSummary): Record<string, unknown> {
  const { steps, seconds, stepsPerSecond, finalTrainLoss, finalValidLoss, validAccuracy } = summary;
  const numbers = { steps, seconds, stepsPerSecond, finalTrainLoss, finalValidLoss, validAccuracy };
  return { run: id, status, ...numbers };
}

function printResult(result: Readonly<Record<string, unknown>>, json: boolean): void {
  if (json) {
    printJson(result, { oneLine: true });
    return;
  }
  // JSON has every digit; here are the words and digits of the window.
  const { run, status, ...numbers } = result;
  const shown = Object.entries(numbers).flatMap(([key, value]) => {
    if (typeof value !== "number") return [];
    const { label, text } = namedQuantity(key, value);
    return [`${label}: ${text}\n`];
  });
  print(`run: ${String(run)}\nstatus: ${String(status)}\n${shown.join("")}`);
}

/** A training to begin, or a run to go on with. */
export type TrainingWanted =
  | (TrainingJson & { readonly given: GivenParameters | null })
  | { readonly resume: string };

/** @throws {UsageError} @throws {ContractError} If the spec's file cannot be used. @throws {DataFormatError} If its weights' file cannot. */
export async function trainingWanted(
  file: string | undefined,
  { resume }: TrainOptions,
): Promise<TrainingWanted> {
  if (file !== undefined && resume === undefined) {
    const training = await readTrainingJson(file);
    return { ...training, given: await givenWeights(training.spec, file) };
  }
  if (file === undefined && resume !== undefined) return { resume };
  throw new UsageError("train: give either a spec or --resume with a run");
}

/** Trains what a spec says, or goes on with a run; with `--json` one line a step and an evaluation as they come, then the summary. */
export async function runTrainCommand(
  lab: Lab,
  wanted: TrainingWanted,
  options: TrainOptions,
): Promise<ExitCode> {
  const { threads } = options;
  const csv = options.csv === undefined ? [] : [resolve(options.csv)];
  const overwrite = options.force === true;
  lab.runs.requireTargets(csv, { overwrite });
  const writeMetrics = async (runId: string): Promise<void> => {
    for (const path of csv) await lab.runs.export({ what: "metrics", runIds: [runId], path, overwrite });
  };
  let spec: TrainSpec;
  let start: () => StartedRun;
  if ("resume" in wanted) {
    const { resume } = wanted;
    ({ spec } = trainingOfRun(lab.runs.get({ runId: resume }).run));
    start = () => lab.training.resume({ runId: resume, underNewId: options.again === true });
  } else {
    spec = trainingIn(lab, wanted);
    const trainingOptions = { threads, given: wanted.given, again: options.again === true };
    const { run } = lab.training.identify({ spec, ...trainingOptions });
    if (run !== null && options.again !== true) {
      const advice =
        run.status === "finished"
          ? "The same spec, seed, threads and code give the same losses; --again runs it all the same."
          : `It is ${run.status}: ${COMMAND_NAME} train --resume ${run.id} goes on with it.`;
      warn(`this training is there already, run ${run.id}. ${advice}`);
      printResult({ ...trainingResult(run), repeated: true }, options.json === true);
      await writeMetrics(run.id);
      return run.status === "finished" ? EXIT.ok : EXIT.failedCheck;
    }
    start = () => lab.training.start({ spec, ...trainingOptions });
  }
  const { total } = stepsOf(spec);
  const rateOf = (t: number): number => learningRate(spec.schedule, spec.optimizer.lr, t, total);
  const stopProgress = showProgress(lab);
  const stopLines = lab.subscribe((event) => {
    if (options.json !== true || event.name !== "trainingMetrics") return;
    for (const line of stepLines(event.payload.points, rateOf)) printJson(line, { oneLine: true });
  });
  const started = start();
  if ("resume" in wanted && started.runId !== wanted.resume) {
    warn(`run ${started.runId} goes on from run ${wanted.resume}, which stays as it is; its events say why.`);
  }
  try {
    const run = await started.done;
    printResult(trainingResult(run), options.json === true);
    await writeMetrics(run.id);
    if (run.failure !== null) complain(`The training failed: ${run.failure}`);
    return run.status === "finished" ? EXIT.ok : EXIT.failedCheck;
  } finally {
    stopLines();
    stopProgress();
  }
}
