import type { MetricPoint, RunEvent } from "../../shared/runs/run-records.ts";
import { EvenSample } from "../../core/even-sample.ts";
import { EPOCH_METRICS, type ActivationHistogram } from "../../shared/experiments/training.ts";
import type { Steps, Stretch } from "../charts/curves/finer-part.ts";
import type { RecordedCurves } from "./recorded-curves.ts";
import { SMOOTHINGS, type Smoothing } from "../charts/figures/smoothing.ts";
import { MinMaxBuffer, type NonFinite, type Point } from "../charts/kit/min-max-buffer.ts";

/** What the numbers strip shows. */
export interface TrainingNumbers {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number | null;
  /** Of the last evaluation, which the losses and accuracies below are of. */
  readonly evaluatedStep: number | null;
  readonly trainLoss: number | null;
  readonly validLoss: number | null;
  readonly validAccuracy: number | null;
  readonly validR2: number | null;
  readonly validMae: number | null;
  readonly stepsPerSecond: number | null;
  readonly wallMs: number;
}

const NO_NUMBERS: TrainingNumbers = {
  step: 0,
  epoch: 0,
  loss: null,
  evaluatedStep: null,
  trainLoss: null,
  validLoss: null,
  validAccuracy: null,
  validR2: null,
  validMae: null,
  stepsPerSecond: null,
  wallMs: 0,
};

/** What a chart of a training may have at the bottom. */
export type TrainingAxis = "step" | "epoch" | "time";

/** An exponential average, corrected for its beginning at 0. */
class Average {
  points = new MinMaxBuffer();
  readonly #weight: number;
  #sum = 0;
  #scale = 1;

  constructor(weight: number) {
    this.#weight = weight;
  }

  /** Takes over a line that was computed from all points; what comes later goes on from its end. */
  load(xs: Float64Array, ys: Float64Array): void {
    this.points = new MinMaxBuffer();
    xs.forEach((x, i) => this.points.push(x, ys[i] ?? NaN));
    this.#sum = ys.at(-1) ?? 0;
    this.#scale = 0;
  }

  push(x: number, y: number): void {
    if (!Number.isFinite(y)) return;
    this.#sum = this.#weight * this.#sum + (1 - this.#weight) * y;
    this.#scale *= this.#weight;
    this.points.push(x, this.#sum / (1 - this.#scale));
  }
}

/** When a step ended, and how much of the time until then went into evaluations. */
interface StepTime {
  readonly step: number;
  readonly wallMs: number;
  readonly evaluatedMs: number;
}

/** Steps per second are counted over this stretch, so that one slow tick does not show. */
const SPEED_WINDOW_MS = 2000;
/** Columns of the heat maps, and remembered times. */
const MOST_HISTOGRAMS = 256;
const MOST_TIMES = 4096;

/** However many metrics arrive, what shows them is told this often at most: faster nobody reads numbers. */
const ANNOUNCE_EVERY_MS = 100;

/** Measured between steps: they take time and no steps. */
const EVALUATED: ReadonlySet<string> = new Set(Object.values(EPOCH_METRICS));

/**
 * The metrics of one training, ready to draw: the loss of every step decimated, those of the epochs complete. It grows
 * in place and tells its subscribers, each of which looks at its own part: the whole view would be too much to render.
 */
export class TrainingLog {
  readonly runId: string;
  readonly stepLoss = new MinMaxBuffer();
  readonly trainLoss: Point[] = [];
  readonly validLoss: Point[] = [];
  readonly trainAccuracy: Point[] = [];
  readonly validAccuracy: Point[] = [];
  /** Steps a second: of what was recorded one value a stretch, of what comes one an arrival of metrics. */
  readonly speed = new MinMaxBuffer();
  /** Where somebody stepped in: another rate, a pause, going on. */
  readonly marks: { readonly step: number; readonly text: string }[] = [];
  readonly #smoothed = new Map<Smoothing, Average>(SMOOTHINGS.map((weight) => [weight, new Average(weight)]));
  readonly #metrics = new Map<string, MinMaxBuffer>();
  /** Step and time of some steps, and how much of the time went into evaluations: between them all axes are straight. */
  readonly #times = new EvenSample<StepTime>(MOST_TIMES);
  readonly #histograms = new EvenSample<ActivationHistogram>(MOST_HISTOGRAMS);
  #evaluatedMs = 0;
  #lastMs = 0;
  #numbers = NO_NUMBERS;
  readonly #listeners = new Set<() => void>();
  #announcing = false;

  constructor(runId: string) {
    this.runId = runId;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #announce(): void {
    if (this.#announcing || this.#listeners.size === 0) return;
    this.#announcing = true;
    setTimeout(() => {
      this.#announcing = false;
      for (const listener of this.#listeners) listener();
    }, ANNOUNCE_EVERY_MS);
  }

  get numbers(): TrainingNumbers {
    return this.#numbers;
  }

  get isEmpty(): boolean {
    return this.stepLoss.length === 0 && this.trainLoss.length === 0 && this.validLoss.length === 0;
  }

  /** Every other metric by its name: statistics of layers, gradient norm, learning rate. */
  get metrics(): ReadonlyMap<string, MinMaxBuffer> {
    return this.#metrics;
  }

  get histograms(): readonly ActivationHistogram[] {
    return this.#histograms.all;
  }

  smoothed(weight: Smoothing): MinMaxBuffer {
    return this.#smoothed.get(weight)?.points ?? new MinMaxBuffer();
  }

  /** Where a step lies on an axis; `stepsPerEpoch` may not be known yet. */
  place(step: number, axis: TrainingAxis, stepsPerEpoch: number | null): number {
    if (axis === "step" || (axis === "epoch" && stepsPerEpoch === null)) return step;
    if (axis === "epoch") return step / (stepsPerEpoch ?? 1);
    const times = this.#times.all;
    let [low, high] = [0, times.length - 1];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((times[middle]?.step ?? 0) <= step) low = middle;
      else high = middle;
    }
    const [from, to] = [times[low], times[high]];
    if (from === undefined || to === undefined) return 0;
    const part = to.step > from.step ? (step - from.step) / (to.step - from.step) : 0;
    return (from.wallMs + Math.min(1, Math.max(0, part)) * (to.wallMs - from.wallMs)) / 1000;
  }

  /** The steps that lie within a stretch of an axis, of time from one remembered step to another. */
  stepsWithin({ min, max }: Stretch, axis: TrainingAxis, stepsPerEpoch: number | null): Steps {
    if (axis === "step" || (axis === "epoch" && stepsPerEpoch === null)) return { from: min, to: max };
    if (axis === "epoch") return { from: min * (stepsPerEpoch ?? 1), to: max * (stepsPerEpoch ?? 1) };
    return {
      from: this.#times.all.findLast(({ wallMs }) => wallMs / 1000 <= min)?.step ?? 0,
      // Until the training has come so far, all that will come lies within.
      to: this.#times.all.find(({ wallMs }) => wallMs / 1000 >= max)?.step ?? Number.MAX_SAFE_INTEGER,
    };
  }

  addEvent({ kind, step, text }: RunEvent): void {
    const words = {
      paused: "paused",
      resumed: "gone on",
      lr: `lr ${text}`,
      interrupted: "cut short",
    } as const;
    if (step === null || !(kind in words)) return;
    const mark = { step, text: words[kind as keyof typeof words] };
    // What has come while the record was being read is in it, too.
    if (this.marks.some((other) => other.step === step && other.text === mark.text)) return;
    this.marks.push(mark);
    this.#announce();
  }

  addHistogram(histogram: ActivationHistogram): void {
    if (this.histograms.at(-1)?.step === histogram.step) return;
    this.#announce();
    this.#histograms.add(histogram);
  }

  /** Values of an epoch that no axis can show; those of the steps are in `stepLoss`. */
  get nonFinite(): readonly NonFinite[] {
    return this.stepLoss.nonFinite;
  }

  append(points: readonly MetricPoint[], recorded = false): void {
    for (const point of points) this.#appendOne(point);
    const last = points.at(-1);
    if (last === undefined) return;
    this.#announce();
    if (!recorded) for (const point of points) this.#rememberTime(point);
    const stepped = points.findLast(({ name }) => !EVALUATED.has(name));
    const stepsPerSecond = recorded ? this.#numbers.stepsPerSecond : this.#stepsPerSecond();
    this.#numbers = {
      ...this.#numbers,
      step: Math.max(this.#numbers.step, last.step),
      epoch: Math.max(this.#numbers.epoch, last.epoch),
      wallMs: last.wallMs,
      stepsPerSecond,
    };
    if (stepped !== undefined && stepsPerSecond !== null && !recorded)
      this.speed.push(stepped.step, stepsPerSecond);
  }

  /** Takes over what is recorded of a run. @returns the time of the last point. */
  load({ points, loss, speed }: RecordedCurves): number {
    for (const point of points) this.#rememberTime(point);
    this.append(points, true);
    if (loss !== null) {
      SMOOTHINGS.forEach((weight, i) => {
        const line = loss.smoothed[i];
        if (line !== undefined) this.#smoothed.get(weight)?.load(loss.steps, line);
      });
    }
    speed?.steps.forEach((step, i) => this.speed.push(step, speed.values[i] ?? NaN));
    const atTheEnd = this.speed.last;
    if (atTheEnd !== null) this.#numbers = { ...this.#numbers, stepsPerSecond: atTheEnd.y };
    return points.reduce((last, { wallMs }) => Math.max(last, wallMs), -Infinity);
  }

  #rememberTime({ name, step, wallMs }: MetricPoint): void {
    const { all } = this.#times;
    if (all.length === 0) this.#times.add({ step: 0, wallMs: 0, evaluatedMs: 0 });
    if (EVALUATED.has(name)) this.#evaluatedMs += Math.max(0, wallMs - this.#lastMs);
    this.#lastMs = Math.max(this.#lastMs, wallMs);
    if (step > (all.at(-1)?.step ?? 0)) this.#times.add({ step, wallMs, evaluatedMs: this.#evaluatedMs });
  }

  #appendOne({ name, step, value }: MetricPoint): void {
    switch (name) {
      case "loss":
        this.stepLoss.push(step, value);
        for (const average of this.#smoothed.values()) average.push(step, value);
        this.#numbers = { ...this.#numbers, loss: value };
        return;
      case "trainLoss":
        this.trainLoss.push({ x: step, y: value });
        this.#numbers = { ...this.#numbers, evaluatedStep: step, trainLoss: value };
        return;
      case "validLoss":
        this.validLoss.push({ x: step, y: value });
        this.#numbers = { ...this.#numbers, validLoss: value };
        return;
      case "trainAccuracy":
        this.trainAccuracy.push({ x: step, y: value });
        return;
      case "validAccuracy":
        this.validAccuracy.push({ x: step, y: value });
        this.#numbers = { ...this.#numbers, validAccuracy: value };
        return;
      default: {
        if (name === EPOCH_METRICS.validR2) this.#numbers = { ...this.#numbers, validR2: value };
        if (name === EPOCH_METRICS.validMae) this.#numbers = { ...this.#numbers, validMae: value };
        const buffer = this.#metrics.get(name) ?? new MinMaxBuffer();
        this.#metrics.set(name, buffer);
        buffer.push(step, value);
      }
    }
  }

  /** Over the newest stretch, without the run's beginning and what was evaluated between two steps. */
  #stepsPerSecond(): number | null {
    const times = this.#times.all;
    const to = times.at(-1);
    if (to === undefined) return null;
    const within = times.findLastIndex(({ wallMs }) => to.wallMs - wallMs >= SPEED_WINDOW_MS);
    const from = times[Math.max(1, within)];
    const ms = from === undefined ? 0 : workingMs(from, to);
    return from === undefined || ms <= 0 ? this.#numbers.stepsPerSecond : ((to.step - from.step) / ms) * 1000;
  }
}

/** Time between two steps that went into steps. */
const workingMs = (from: StepTime, to: StepTime): number =>
  to.wallMs - from.wallMs - (to.evaluatedMs - from.evaluatedMs);
