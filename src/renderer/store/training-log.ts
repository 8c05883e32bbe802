import type { MetricPoint } from "../../shared/run-records.ts";
import { MinMaxBuffer, type NonFinite, type Point } from "./min-max-buffer.ts";

/** What the numbers strip shows. */
export interface TrainingNumbers {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number | null;
  readonly trainLoss: number | null;
  readonly validLoss: number | null;
  readonly stepsPerSecond: number | null;
  readonly wallMs: number;
}

const NO_NUMBERS: TrainingNumbers = {
  step: 0,
  epoch: 0,
  loss: null,
  trainLoss: null,
  validLoss: null,
  stepsPerSecond: null,
  wallMs: 0,
};

/** Steps per second are counted over this stretch, so that one slow tick does not show. */
const SPEED_WINDOW_MS = 2000;

/** The metrics of one training, ready to draw: the loss of every step decimated, those of the epochs complete. */
export class TrainingLog {
  readonly runId: string;
  readonly stepLoss = new MinMaxBuffer();
  readonly trainLoss: Point[] = [];
  readonly validLoss: Point[] = [];
  #numbers = NO_NUMBERS;
  #speed: { step: number; wallMs: number }[] = [];

  constructor(runId: string) {
    this.runId = runId;
  }

  get numbers(): TrainingNumbers {
    return this.#numbers;
  }

  get isEmpty(): boolean {
    return this.stepLoss.length === 0 && this.trainLoss.length === 0 && this.validLoss.length === 0;
  }

  /** Values of an epoch that no axis can show; those of the steps are in `stepLoss`. */
  get nonFinite(): readonly NonFinite[] {
    return this.stepLoss.nonFinite;
  }

  append(points: readonly MetricPoint[]): void {
    for (const point of points) this.#appendOne(point);
    const last = points.at(-1);
    if (last === undefined) return;
    this.#numbers = {
      ...this.#numbers,
      step: Math.max(this.#numbers.step, last.step),
      epoch: Math.max(this.#numbers.epoch, last.epoch),
      wallMs: last.wallMs,
      stepsPerSecond: this.#stepsPerSecond(last),
    };
  }

  #appendOne({ name, step, value }: MetricPoint): void {
    switch (name) {
      case "loss":
        this.stepLoss.push(step, value);
        this.#numbers = { ...this.#numbers, loss: value };
        return;
      case "trainLoss":
        this.trainLoss.push({ x: step, y: value });
        this.#numbers = { ...this.#numbers, trainLoss: value };
        return;
      case "validLoss":
        this.validLoss.push({ x: step, y: value });
        this.#numbers = { ...this.#numbers, validLoss: value };
        return;
      default:
        // A metric that this view has no place for is still in the run's record.
        return;
    }
  }

  #stepsPerSecond({ step, wallMs }: MetricPoint): number | null {
    this.#speed.push({ step, wallMs });
    while (this.#speed.length > 2 && wallMs - (this.#speed[1]?.wallMs ?? wallMs) > SPEED_WINDOW_MS)
      this.#speed.shift();
    const first = this.#speed[0];
    if (first === undefined || wallMs <= first.wallMs) return this.#numbers.stepsPerSecond;
    return ((step - first.step) / (wallMs - first.wallMs)) * 1000;
  }
}
