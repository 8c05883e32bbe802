import type { MetricPoint } from "../../../shared/run-records.ts";
import type { Evaluation, Trainer } from "./trainer.ts";

/** Names of the metrics; `loss` of each step's batch, the others over the whole sets after each epoch. */
export const METRICS = {
  step: "loss",
  train: "trainLoss",
  trainAccuracy: "trainAccuracy",
  valid: "validLoss",
  validAccuracy: "validAccuracy",
} as const;

/** The clock that workers stamp records with. */
const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export interface TrainingListener {
  phase(phase: string): void;
  progress(fraction: number): void;
  metrics(points: readonly MetricPoint[]): void;
}

export interface TrainingOutcome {
  readonly steps: number;
  readonly seconds: number;
  readonly finalTrainLoss: number;
  readonly finalValidLoss: number;
  /** NaN where there are no classes. */
  readonly validAccuracy: number;
}

/**
 * Trains to the end, evaluating both sets before the first epoch and after each.
 *
 * @throws {DivergedError} At the first loss that is not finite. @throws {ExperimentCancelled} When cancelled.
 */
export async function train(trainer: Trainer, listener: TrainingListener): Promise<TrainingOutcome> {
  const startedMs = monotonicMs();
  const { stepsPerEpoch, totalSteps } = trainer;
  const epochs = Math.ceil(totalSteps / stepsPerEpoch);
  const began = trainer.step;
  const evaluate = async (epoch: number): Promise<Record<"train" | "valid", Evaluation>> => {
    const at = { step: trainer.step, epoch };
    const found = { train: await trainer.evaluate("train"), valid: await trainer.evaluate("valid") };
    const wallMs = monotonicMs() - startedMs;
    const point = (name: string, value: number): MetricPoint[] =>
      Number.isNaN(value) ? [] : [{ name, ...at, value, wallMs }];
    listener.metrics([
      ...point(METRICS.train, found.train.loss),
      ...point(METRICS.trainAccuracy, found.train.accuracy),
      ...point(METRICS.valid, found.valid.loss),
      ...point(METRICS.validAccuracy, found.valid.accuracy),
    ]);
    return found;
  };

  listener.phase("loss before training");
  let last = await evaluate(0);
  let step = trainer.step;
  while (!trainer.finished) {
    const { epoch } = trainer;
    listener.phase(`epoch ${epoch} of ${epochs}`);
    await trainer.advance((records) => {
      const points = records.map(({ value, clockMs }): MetricPoint => ({
        ...{ name: METRICS.step, step: ++step, epoch, value, wallMs: clockMs - startedMs },
      }));
      listener.metrics(points);
      listener.progress(step / totalSteps);
    });
    if (trainer.step % stepsPerEpoch === 0 || trainer.step === totalSteps) last = await evaluate(epoch);
  }
  return {
    steps: trainer.step - began,
    seconds: (monotonicMs() - startedMs) / 1000,
    finalTrainLoss: last.train.loss,
    finalValidLoss: last.valid.loss,
    validAccuracy: last.valid.accuracy,
  };
}
