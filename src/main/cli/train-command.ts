import { dirname, resolve } from "node:path";
import { trainNetworkOf } from "../../shared/network-spec.ts";
import type { MetricPoint } from "../../shared/run-records.ts";
import { trainSpecSchema } from "../../shared/train-spec.ts";
import type { Lab } from "../lab/lab.ts";
import { METRICS } from "../lab/training/train.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { readParameters } from "./read-parameters.ts";
import { readSpec } from "./read-spec.ts";
import { showProgress } from "./show-progress.ts";

export interface TrainOptions {
  readonly threads: number;
  readonly json?: true;
}

/** One line for a step, and one for the sets after each epoch. */
function jsonLine({ name, step, epoch, value, wallMs }: MetricPoint): string {
  return JSON.stringify({ step, epoch, [name === METRICS.step ? "loss" : name]: value, ms: wallMs });
}

/** Trains what a spec says; with `--json` one line a metric as it comes, then the summary. */
export async function runTrainCommand(lab: Lab, file: string, options: TrainOptions): Promise<ExitCode> {
  const spec = await readSpec(trainSpecSchema, file);
  const { weights } = spec;
  const parameters =
    weights === undefined
      ? null
      : await readParameters(trainNetworkOf(spec), resolve(dirname(file), weights.dir), weights.prefix);
  const stopProgress = showProgress(lab);
  const stopLines = lab.subscribe((event) => {
    if (options.json !== true || event.name !== "trainingMetrics") return;
    process.stdout.write(event.payload.points.map((point) => `${jsonLine(point)}\n`).join(""));
  });
  const started = lab.train(spec, options.threads, parameters);
  const interrupt = (): void => {
    lab.cancel();
  };
  process.once("SIGINT", interrupt);
  try {
    const { id, status, summary, failure } = await started.done;
    const { steps, seconds, stepsPerSecond, finalTrainLoss, finalValidLoss, validAccuracy } = summary;
    const result = { run: id, status, steps, seconds, stepsPerSecond, finalTrainLoss, finalValidLoss };
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify({ ...result, validAccuracy })}\n`);
    } else {
      const shown = Object.entries({ ...result, validAccuracy }).filter(([, value]) => value !== undefined);
      process.stdout.write(shown.map(([name, value]) => `${name}: ${String(value)}\n`).join(""));
    }
    if (failure !== null) process.stderr.write(`The training failed: ${failure}\n`);
    return status === "finished" ? EXIT.ok : EXIT.failedCheck;
  } finally {
    process.removeListener("SIGINT", interrupt);
    stopLines();
    stopProgress();
  }
}
