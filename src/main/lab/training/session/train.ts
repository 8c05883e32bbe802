import { counted } from "../../../../core/counted.ts";
import { grouped } from "../../../../core/grouped.ts";
import { errorOf } from "../../../../core/thrown.ts";
import { DivergedError } from "../../../../core/errors.ts";
import { METRIC_NAMES } from "../../../../core/network/metrics.ts";
import type { MetricPoint, RunEvent } from "../../../../shared/runs/run-records.ts";
import {
  epochMetric,
  EPOCH_METRICS,
  type ActivationHistogram,
} from "../../../../shared/experiments/training.ts";
import type { UnitPictures } from "../../../../shared/experiments/learned.ts";
import { isOutOfSpace } from "../../../store/store-failure.ts";
import type { ActivityHandle } from "../../activity/activity-handle.ts";
import { eventNumber } from "../event-number.ts";
import type { Checkpoint, Checkpoints } from "./checkpoints.ts";
import { monotonicMs } from "../../../timing/monotonic-ms.ts";
import type { Evaluation, Evaluations } from "./record-evaluation.ts";
import type { Trainer, TrainingState } from "./trainer.ts";
import type { TrainingSession } from "./training-session.ts";

/** A state to go on from is written this often: with a dispatch of 250 ms, less than a second is done again. */
const SAVE_EVERY_MS = 500;

export interface TrainingListener {
  metrics(points: readonly MetricPoint[]): void;
  histogram(histogram: ActivationHistogram): void;
  pictures(step: number, pictures: UnitPictures): void;
  event(kind: RunEvent["kind"], step: number, text: string): void;
  /** Makes all metrics so far durable: a checkpoint must not be ahead of them. @returns false while the disk is full. */
  flush(): boolean;
  /** A checkpoint could not be written for want of room; the next one is tried all the same. */
  noRoom(reason: string): void;
  /** Paused, gone on, another learning rate. */
  changed(): void;
}

/** Where a training goes on; a new one begins at step 0. */
export interface TrainingStart {
  readonly evaluated: boolean;
  readonly wallMs: number;
  /** Validation losses of the epochs so far, the one before training first. */
  readonly validLosses: readonly number[];
}

/** Pictures of a plane follow each other like frames of the screen; what lies between two dispatches is let pass. */
const PICTURE_EVERY_MS = 1000 / 60 - 2;

export interface TrainingOutcome {
  /** Of all its parts, where it was cut short and went on. */
  readonly steps: number;
  /** Of all its parts, without what was lost when one was cut short. */
  readonly seconds: number;
  readonly finalTrainLoss: number;
  /** Null without validation rows. */
  readonly finalValidLoss: number | null;
  /** Null without validation rows or classes. */
  readonly validMetrics: Evaluation["metrics"];
}

/** A loop, since a state may be looked at after every epoch of two steps: 10 ms for a million numbers with `every`, 1 here. */
function allFinite(numbers: Float32Array): boolean {
  let zero = 0;
  // 0 · x is NaN for an infinite x and for NaN.
  for (const number of numbers) zero += 0 * number;
  return zero === 0;
}

/** What is no longer finite in a state, or null. */
const brokenIn = ({ values }: TrainingState): string | null =>
  Object.entries(values).find(([, numbers]) => !allFinite(numbers))?.[0] ?? null;

/** Epochs since the validation loss was last lower by more than `minDelta`, and the lowest. */
class Progress {
  readonly #minDelta: number;
  best = Infinity;
  epochsSince = 0;

  constructor(minDelta: number) {
    this.#minDelta = minDelta;
  }

  /** @returns whether this is the lowest so far. */
  add(loss: number): boolean {
    const better = loss < this.best;
    this.epochsSince = loss < this.best - this.#minDelta ? 0 : this.epochsSince + 1;
    if (better) this.best = loss;
    return better;
  }
}

/**
 * Trains to the end, evaluating both sets before the first epoch and after each, and writing checkpoints beside it:
 * the state of the last half second, the lowest validation loss, and at the end the weights.
 *
 * @throws {DivergedError} At the first loss that is not finite, that of the last update too. @throws {ExperimentCancelled} When cancelled. Both
 * leave the last good state as a checkpoint.
 */
export async function train(
  trainer: Trainer,
  start: TrainingStart,
  session: TrainingSession,
  {
    checkpoints,
    activity,
    listener,
  }: {
    readonly checkpoints: Checkpoints;
    readonly activity: ActivityHandle;
    readonly listener: TrainingListener;
  },
): Promise<TrainingOutcome> {
  const { spec, stepsPerEpoch, totalSteps } = trainer.training;
  const epochs = Math.ceil(totalSteps / stepsPerEpoch);
  let startedMs = monotonicMs() - start.wallMs;
  const wallMs = (): number => monotonicMs() - startedMs;
  const beganMs = wallMs();
  const progress = new Progress(spec.earlyStop?.minDelta ?? 0);
  for (const loss of start.validLosses) progress.add(loss);
  const last: { found: Evaluations | null } = { found: null };

  // One write at a time, while the training goes on.
  let saving: Promise<void> = Promise.resolve();
  let [pending, savedMs, keptMs] = [0, 0, beganMs];
  /** Null while metrics wait for room: resuming from a later state would leave them out. */
  const checkpoint = (evaluated: boolean): Checkpoint | null => {
    if (!listener.flush()) return null;
    const state = trainer.state();
    // The last good state stays.
    return brokenIn(state) === null ? { state, evaluated, wallMs: wallMs() } : null;
  };
  /** The state of the lowest validation loss, until it is written. */
  const best: { unwritten: Checkpoint | null } = { unwritten: null };
  const unsaved: { error: Error | null } = { error: null };
  const write = (save: () => Promise<void>): void => {
    pending++;
    saving = saving
      .then(save)
      .then(
        () => {
          unsaved.error = null;
        },
        (error: unknown) => {
          unsaved.error = errorOf(error);
          if (isOutOfSpace(error)) listener.noRoom(String(error));
        },
      )
      .finally(() => {
        pending--;
      });
  };
  const saveBest = (): void => {
    const { unwritten } = best;
    if (unwritten === null || !listener.flush()) return;
    best.unwritten = null;
    write(() => checkpoints.save("best", unwritten));
  };
  const saveWhenDue = (evaluated: boolean): void => {
    const now = wallMs();
    if (pending > 0 || (now - savedMs < SAVE_EVERY_MS && savedMs > 0)) return;
    savedMs = now;
    // Before the state to go on from, which it must not be behind.
    saveBest();
    const made = checkpoint(evaluated);
    if (made === null) return;
    write(() => checkpoints.saveLatest(made));
    if (spec.keepEveryMinutes !== undefined && now - keptMs >= spec.keepEveryMinutes * 60_000) {
      keptMs = now;
      write(() => checkpoints.save(`kept-${made.state.step}`, made));
      listener.event("checkpoint", made.state.step, `kept-${made.state.step}.safetensors`);
    }
  };

  const measure = async (): Promise<Evaluations> => (last.found = await trainer.evaluate());
  const evaluate = async (): Promise<void> => {
    const epoch = Math.ceil(trainer.step / stepsPerEpoch);
    const at = { step: trainer.step, epoch };
    const found = await measure();
    const time = wallMs();
    // NaN is a result too: it is recorded.
    const point = (name: string, value: number | null): MetricPoint[] =>
      value === null ? [] : [{ name, ...at, value, wallMs: time }];
    listener.metrics([
      ...point(EPOCH_METRICS.train, found.train.loss),
      ...point(EPOCH_METRICS.valid, found.valid.loss),
      ...METRIC_NAMES.flatMap((name) => [
        ...point(epochMetric("train", name), found.train.metrics[name] ?? null),
        ...point(epochMetric("valid", name), found.valid.metrics[name] ?? null),
      ]),
    ]);
    if (!Number.isFinite(found.train.loss)) throw new DivergedError("the training loss", trainer.step);
    if (progress.add(found.valid.loss ?? NaN) && trainer.step > 0) {
      const state = trainer.state();
      // A file an epoch would hold up a network that has a hundred of them a second.
      if (brokenIn(state) === null) best.unwritten = { state, evaluated: true, wallMs: wallMs() };
    }
  };

  /** Why the training ends before its last step, or "". */
  const stopReason = (): string => {
    const { earlyStop, stopAtLoss, stopAfterSeconds } = spec;
    if (stopAfterSeconds !== undefined && wallMs() >= stopAfterSeconds * 1000) {
      return `${stopAfterSeconds} s have passed`;
    }
    const { found } = last;
    if (!trainer.atEpochEnd || found === null) return "";
    const loss = found.valid.loss ?? found.train.loss;
    if (stopAtLoss !== undefined && loss !== null && loss <= stopAtLoss)
      return `the loss is ${eventNumber(loss)}, at most ${stopAtLoss}`;
    if (earlyStop !== undefined && progress.epochsSince >= earlyStop.patience) {
      return `the validation loss was not lower for ${counted(progress.epochsSince, "epoch")}; the best was ${eventNumber(progress.best)}`;
    }
    return "";
  };

  const wishes = async (): Promise<void> => {
    if (session.paused) {
      listener.event("paused", trainer.step, `at step ${trainer.step}`);
      activity.phase(
        session.blocked
          ? `the disk is full: waiting at step ${grouped(trainer.step)} of ${grouped(totalSteps)}`
          : `paused at step ${grouped(trainer.step)} of ${grouped(totalSteps)}`,
      );
      activity.pause();
      listener.changed();
      startedMs += await session.whilePaused();
      activity.goOn();
      listener.event("resumed", trainer.step, `at step ${trainer.step}`);
      listener.changed();
    }
    const lr = session.takeLr();
    if (lr === null || trainer.finished) return;
    const before = trainer.lrOf(trainer.step + 1);
    trainer.changeLr(lr);
    listener.event("lr", trainer.step, `${eventNumber(before)} → ${eventNumber(lr)}`);
    listener.changed();
  };

  /** When the next frame of the screen is due: one that came late does not put off those after it. */
  let pictureDueMs = -Infinity;
  const showPictures = async (): Promise<void> => {
    const nowMs = monotonicMs();
    if (nowMs < pictureDueMs && !trainer.finished) return;
    pictureDueMs = Math.max(pictureDueMs + PICTURE_EVERY_MS, nowMs);
    const pictures = await trainer.pictures();
    if (pictures === null) return;
    listener.pictures(trainer.step, pictures);
  };

  try {
    await showPictures();
    if (trainer.atEpochEnd && !start.evaluated) {
      activity.phase(trainer.step === 0 ? "loss before training" : "loss after the epoch");
      await evaluate();
    }
    saveWhenDue(true);
    while (!trainer.finished) {
      await wishes();
      const { epoch } = trainer;
      activity.phase(`epoch ${epoch} of ${epochs}`);
      await trainer.advance(
        (metrics) => {
          listener.metrics(
            metrics.map(({ name, step, value, clockMs }) => ({
              name,
              step,
              epoch,
              value,
              wallMs: clockMs - startedMs,
            })),
          );
          activity.progress((metrics.at(-1)?.step ?? trainer.step) / totalSteps);
        },
        { evaluates: true },
      );
      if (trainer.histogram !== null) listener.histogram(trainer.histogram);
      await showPictures();
      const evaluated = trainer.atEpochEnd;
      if (evaluated) await evaluate();
      const reason = stopReason();
      if (reason !== "") {
        listener.event("stopped", trainer.step, reason);
        break;
      }
      saveWhenDue(evaluated);
    }
    if (!trainer.atEpochEnd) await evaluate();
    // What it ends with is looked at: the last update has no step after it that would find out.
    const { found } = last;
    const validLoss = found?.valid.loss ?? 0;
    if (!Number.isFinite(validLoss)) throw new DivergedError("the validation loss", trainer.step);
    const broken = brokenIn(trainer.state());
    if (broken !== null) throw new DivergedError(`a value of ${broken}`, trainer.step);
  } catch (error) {
    if (error instanceof DivergedError) listener.event("diverged", error.step, error.message);
    const left = checkpoint(false);
    saveBest();
    // A disk without room for it does not change how the training ended.
    if (left !== null) write(() => checkpoints.saveLatest(left));
    await saving;
    throw error;
  }
  // What waits for room is waited for: at the end nothing may be missing.
  if (session.blocked) activity.phase(`the disk is full: waiting after step ${trainer.step}`);
  await session.whilePaused();
  saveBest();
  await saving;
  if (unsaved.error !== null && !isOutOfSpace(unsaved.error)) throw unsaved.error;
  // Killed after its last evaluation, a training goes on here with nothing left to do.
  const found = last.found ?? (await measure());
  listener.flush();
  await checkpoints.save("final", { state: trainer.state(), evaluated: true, wallMs: wallMs() });
  await checkpoints.dropLatest();
  return {
    steps: trainer.step,
    seconds: wallMs() / 1000,
    finalTrainLoss: found.train.loss ?? NaN,
    finalValidLoss: found.valid.loss,
    validMetrics: found.valid.metrics,
  };
}
