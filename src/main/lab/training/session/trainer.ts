import { DivergedError } from "../../../../core/errors.ts";
import type { Op } from "../../../../core/ops/op.ts";
import type { Program, Tensor } from "../../../../core/ops/recording-ops.ts";
import { learningRate } from "../../../../core/optimisers/schedule.ts";
import { permutation } from "../../../../core/random/permutation.ts";
import { randomStream } from "../../../../core/random/random-stream.ts";
import { viewOf } from "../../../../shared/engine/tensor-view.ts";
import type { UnitPictures } from "../../../../shared/experiments/learned.ts";
import { STATISTIC_NAMES, type ActivationHistogram } from "../../../../shared/experiments/training.ts";
import type { Scope } from "../../../engine/arena.ts";
import type { MetricRecord } from "../../../engine/control-block.ts";
import type { ProgramProfile } from "../../../engine/engine-options.ts";
import type { Engine } from "../../../engine/engine.ts";
import type { Section } from "../../../engine/plan.ts";
import { execute } from "../../compute/programs.ts";
import type { ResolvedTraining } from "../resolved-training.ts";
import {
  apart,
  PARTS,
  readEvaluations,
  recordEvaluation,
  type Evaluations,
  type Part,
} from "./record-evaluation.ts";
import {
  MOST_DISPATCH_STEPS,
  recordTraining,
  stepResults,
  type TrainerData,
  type TrainingProgram,
} from "./training-program.ts";
import { isPlane, PictureTaker } from "./unit-pictures.ts";
import type { RecordedStep } from "../record/record-step.ts";

/** The first of the streams that shuffle an epoch's rows, away from those that draw weights. */
export const SHUFFLE_STREAM = 10_000;
/** One dispatch takes about this long: what a cancelled or killed training has to do again at most. */
const DISPATCH_MS = 250;
/** Of a plane that is watched: with picture and evaluation, a frame of the screen. */
const WATCHED_DISPATCH_MS = 8;
/** Of a plane that is watched: so many that the workers' clock says what one takes. */
const LEAST_WATCHED_STEPS = 4;
const FIRST_DISPATCH_STEPS = 50;

/** A learning rate that was changed by hand: `lr` from step number `step` on, counted from 0. */
export interface RateChange {
  readonly step: number;
  readonly lr: number;
}

/** Everything that changes while it trains: enough to go on exactly where it was. */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  /** Parameters and what the optimiser remembers, by name. */
  readonly values: Readonly<Record<string, Float32Array>>;
  readonly rateChanges: readonly RateChange[];
}

/** One number of one step, 1-based; `clockMs` of the workers' clock. */
export interface StepMetric {
  readonly name: string;
  readonly step: number;
  readonly value: number;
  readonly clockMs: number;
}

export interface AdvanceOptions {
  /** Given, clocks run beside every op. */
  readonly onProfile?: ((profile: ProgramProfile) => void) | undefined;
  /**
   * An epoch that is one dispatch is evaluated by it too: to wake the workers once more would take a short epoch half
   * of its time.
   */
  readonly evaluates?: boolean;
}

/**
 * Trains a network step by step on the engine: gather, forward, loss, backward and update are one program, which the
 * workers repeat over a part of an epoch in one dispatch. Nothing is allocated for a step.
 */
export class Trainer {
  readonly training: ResolvedTraining;
  readonly #engine: Engine;
  readonly #threads: number;
  readonly #givesWay: boolean;
  /** The learning rate of step t, from 0, before changes by hand. */
  readonly #schedule: (t: number) => number;
  readonly #scope: Scope;
  readonly #data: TrainerData;
  readonly #program: TrainingProgram;
  /** Recorded when they are first asked for. */
  #evaluations: readonly Section[] | null = null;
  #rateChanges: readonly RateChange[] = [];
  #step = 0;
  #shuffledEpoch = -1;
  #dispatchSteps = FIRST_DISPATCH_STEPS;
  /** What `advance` goes back to. */
  readonly #kept: Record<string, Float32Array> = {};
  /** Programs over the batches from a row of the epoch on, by row and steps: short epochs are all alike. */
  readonly #placed = new WeakMap<
    Program,
    { readonly firstRow: number; readonly rows: number; readonly program: Program }
  >();
  readonly #results = new Map<RecordedStep, readonly Tensor[]>();
  readonly #pictures: PictureTaker | null;
  #histogram: ActivationHistogram | null = null;
  /** Of this state, made by the dispatch that led to it. */
  #evaluated: Evaluations | null = null;
  /** Where it was put back to after a dispatch was stopped, whose last workers may still write into its tensors. */
  #putBack: TrainingState | null = null;

  /** @throws {OutOfMemoryError} @throws {ShapeError} If a value does not fit its parameter. */
  constructor(
    engine: Engine,
    training: ResolvedTraining,
    options: {
      readonly data: TrainerData;
      readonly threads: number;
      readonly parameters: Readonly<Record<string, Float32Array>>;
      /** The learning rate of a step, from 0, instead of the schedule's. */
      readonly rate?: (t: number) => number;
      /** See `RunOptions`; not if its steps are timed. */
      readonly givesWay: boolean;
    },
  ) {
    this.#engine = engine;
    this.training = training;
    this.#data = options.data;
    this.#threads = options.threads;
    this.#givesWay = options.givesWay;
    const { spec, network, totalSteps } = training;
    this.#schedule = options.rate ?? ((t) => learningRate(spec.schedule, spec.optimizer.lr, t, totalSteps));
    this.#scope = engine.arena.scope();
    this.#program = recordTraining(this.#scope, training, this.#data);
    this.restore({ step: 0, values: options.parameters, rateChanges: [] });
    this.#pictures = isPlane(this.#data.train)
      ? new PictureTaker(engine, this.#scope, {
          network,
          parameters: this.#program.parameters,
          data: this.#data.train,
        })
      : null;
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  get finished(): boolean {
    return this.#step >= this.training.totalSteps;
  }

  /** The epoch that the next step belongs to, from 1. */
  get epoch(): number {
    return Math.floor(this.#step / this.training.stepsPerEpoch) + 1;
  }

  /** Whether whole epochs are behind it, or all steps: the sets are evaluated here. */
  get atEpochEnd(): boolean {
    return this.#step % this.training.stepsPerEpoch === 0 || this.finished;
  }

  /** The spread of the activations at the last measured step; null before the first. */
  get histogram(): ActivationHistogram | null {
    return this.#histogram;
  }

  /** The plane as the network sees it now; null unless the data has two features. @throws {ExperimentCancelled} */
  pictures(): Promise<UnitPictures> | null {
    return this.#pictures?.take(this.#threads) ?? null;
  }

  /** The learning rate of a step, 1-based. */
  lrOf(step: number): number {
    return this.#rateOf(step - 1);
  }

  /** From the next step on the schedule is scaled so that it stands at `lr` now. */
  changeLr(lr: number): RateChange {
    const change = { step: this.#step, lr };
    this.#rateChanges = [...this.#rateChanges, change];
    return change;
  }

  /**
   * Takes some steps, to the end of the epoch at most: a quarter of a second of them. Stopped half-way, it is back
   * where it was before. The loss of each step is the one before its update.
   *
   * @throws {DivergedError} At the first loss that is not finite. @throws {ExperimentCancelled} @throws {TaskError}
   */
  async advance(
    onMetrics: (metrics: readonly StepMetric[]) => void,
    { onProfile, evaluates = false }: AdvanceOptions = {},
  ): Promise<void> {
    this.#evaluated = null;
    const before = this.#remember();
    const first = this.#step;
    const inEpoch = first % this.training.stepsPerEpoch;
    this.#shuffle(Math.floor(first / this.training.stepsPerEpoch));
    const { full, tail } = { full: this.#program.full, tail: this.#program.tail };
    const fullSteps = full === null ? 0 : this.training.stepsPerEpoch - (tail === null ? 0 : 1);
    const wanted = Math.min(this.#dispatchSteps, MOST_DISPATCH_STEPS, this.training.totalSteps - first);
    const sections: Section[] = [];
    let steps = 0;
    if (full !== null && inEpoch < fullSteps) {
      steps = Math.min(wanted, fullSteps - inEpoch);
      sections.push(this.#section(full, inEpoch * full.batchSize, steps, first));
    }
    if (tail !== null && steps < wanted && inEpoch + steps === fullSteps) {
      sections.push(this.#section(tail, fullSteps * this.training.spec.batchSize, 1, first + steps));
      steps++;
    }
    this.#fillRates(first, steps);
    const evaluatesToo = evaluates && steps === this.training.stepsPerEpoch;
    if (evaluatesToo) sections.push(...this.#evaluationSections());
    const evaluated: MetricRecord[] = [];
    let divergedAt = 0;
    let seen = 0;
    let [firstMs, lastMs] = [NaN, NaN];
    const startedMs = performance.now();
    try {
      await execute(this.#engine, sections, {
        threads: this.#threads,
        givesWay: this.#givesWay,
        ...(onProfile === undefined ? {} : { onProfile }),
        onRecords: (records) => {
          const [ofSteps, ofEvaluation] = apart(records);
          evaluated.push(...ofEvaluation);
          if (ofSteps.length === 0) return;
          onMetrics(
            ofSteps.map(({ name, value, clockMs }) => {
              // The loss is the first that a step records.
              if (name === STATISTIC_NAMES.loss) {
                seen++;
                if (seen === 1) firstMs = clockMs;
                lastMs = clockMs;
                if (!Number.isFinite(value) && divergedAt === 0) divergedAt = first + seen;
              }
              return { name, step: first + seen, value, clockMs };
            }),
          );
          if (divergedAt > 0) this.#engine.cancel();
        },
      });
    } catch (error) {
      this.#putBackTo(before);
      if (divergedAt > 0) throw new DivergedError("the loss", divergedAt);
      throw error;
    }
    if (divergedAt > 0) {
      this.#putBackTo(before);
      throw new DivergedError("the loss", divergedAt);
    }
    this.#step = first + steps;
    if (evaluatesToo) this.#evaluated = readEvaluations(evaluated);
    this.#readHistogram(first, steps);
    const [dispatchMs, least] =
      this.#pictures === null ? [DISPATCH_MS, 1] : [WATCHED_DISPATCH_MS, LEAST_WATCHED_STEPS];
    // Of short dispatches by the workers' clock: on a busy machine most of the time goes into their beginning.
    const stepMs =
      (this.#pictures === null && !evaluatesToo) || seen < 2
        ? (performance.now() - startedMs) / steps
        : Math.max((lastMs - firstMs) / (seen - 1), 1e-3);
    this.#dispatchSteps = Math.max(least, Math.round(dispatchMs / stepMs));
  }

  /** Loss and metrics over all rows of both parts, in one dispatch. @throws {ExperimentCancelled} @throws {TaskError} */
  async evaluate(): Promise<Evaluations> {
    this.#evaluated ??= readEvaluations(
      await execute(this.#engine, this.#evaluationSections(), {
        threads: this.#threads,
        givesWay: this.#givesWay,
      }),
    );
    return this.#evaluated;
  }

  #evaluationSections(): readonly Section[] {
    return (this.#evaluations ??= PARTS.flatMap((part) => this.#recordEvaluation(part)));
  }

  #recordEvaluation(part: Part): readonly Section[] {
    const rows = this.#data[part];
    if (rows === null) return [];
    const { network, spec } = this.training;
    return recordEvaluation(this.#scope, part, {
      network,
      loss: spec.loss,
      rows,
      parameters: this.#program.parameters,
    });
  }

  state(): TrainingState {
    if (this.#putBack !== null) return this.#putBack;
    const values: Record<string, Float32Array> = {};
    for (const [name, tensor] of Object.entries({ ...this.#program.parameters, ...this.#program.states })) {
      values[name] = viewOf(this.#engine.arena.memory, tensor, "float32").slice();
    }
    return { step: this.#step, values, rateChanges: this.#rateChanges };
  }

  /** As `state`, in memory that the next call writes over: a new copy a dispatch would be an epoch's longest part. */
  #remember(): TrainingState {
    if (this.#putBack !== null) return this.#putBack;
    const { memory } = this.#engine.arena;
    for (const [name, tensor] of Object.entries({ ...this.#program.parameters, ...this.#program.states })) {
      const view = viewOf(memory, tensor, "float32");
      const kept = (this.#kept[name] ??= new Float32Array(view.length));
      kept.set(view);
    }
    return { step: this.#step, values: this.#kept, rateChanges: this.#rateChanges };
  }

  #putBackTo(before: TrainingState): void {
    this.restore(before);
    this.#putBack = before;
  }

  /** Goes on from a state; what it does not hold of the optimiser's memory is zero. @throws {RangeError} */
  restore({ step, values, rateChanges }: TrainingState): void {
    const { memory } = this.#engine.arena;
    for (const [name, tensor] of Object.entries(this.#program.parameters)) {
      const given = values[name];
      if (given === undefined) throw new RangeError(`Trainer.restore: there is no ${name}`);
      viewOf(memory, tensor, "float32").set(given);
    }
    for (const [name, tensor] of Object.entries(this.#program.states)) {
      const view = viewOf(memory, tensor, "float32");
      const given = values[name];
      if (given === undefined) view.fill(0);
      else view.set(given);
    }
    this.#putBack = null;
    this.#evaluated = null;
    this.#step = step;
    this.#rateChanges = rateChanges;
    viewOf(memory, this.#program.counter, "float64")[0] = step;
  }

  /** Gives the arena's memory back. */
  release(): void {
    this.#scope.release();
  }

  /** The schedule's rate of step t, from 0, scaled from each change on; NaN where there is no such step. */
  #rateOf(t: number): number {
    if (t < 0 || t >= this.training.totalSteps) return NaN;
    let factor = 1;
    for (const { step, lr } of this.#rateChanges) if (step <= t) factor = lr / this.#schedule(step);
    return Math.fround(this.#schedule(t) * factor);
  }

  /** Puts the rates of the next steps into the ring that they are looked up in. */
  #fillRates(first: number, steps: number): void {
    const rates = viewOf(this.#engine.arena.memory, this.#program.rates, "float32");
    for (let t = first; t < first + steps; t++) rates[t % rates.length] = this.#rateOf(t);
  }

  /** Puts the rows of an epoch in order; the same for the same seed and epoch, whatever came before. */
  #shuffle(epoch: number): void {
    if (this.#shuffledEpoch === epoch) return;
    const { rows } = this.training.spec.data;
    const order = this.training.spec.shuffle
      ? permutation(randomStream(this.training.spec.seed, SHUFFLE_STREAM + epoch), rows)
      : Int32Array.from({ length: rows }, (_, row) => row);
    viewOf(this.#engine.arena.memory, this.#program.indices, "int32").set(order);
    this.#shuffledEpoch = epoch;
  }

  /** Steps to the next measured one, from step number `step` on: the first, and every `statisticsEvery`-th after it. */
  #untilMeasured(step: number): number {
    const { statisticsEvery } = this.training.spec;
    return statisticsEvery === 0 ? Infinity : (statisticsEvery - (step % statisticsEvery)) % statisticsEvery;
  }

  /** A step's program over the batches from row `firstRow` of the epoch on; `step` is the first one's number. */
  #section(recorded: RecordedStep, firstRow: number, repeats: number, step: number): Section {
    const rows = repeats * recorded.batchSize;
    const first = this.#untilMeasured(step);
    let results = this.#results.get(recorded);
    if (results === undefined) {
      results = stepResults(this.#program, recorded);
      this.#results.set(recorded, results);
    }
    return {
      program: this.#placedAt(recorded.plain, firstRow, rows),
      repeats,
      results,
      ...(first < repeats
        ? {
            alternate: {
              program: this.#placedAt(recorded.measured, firstRow, rows),
              first,
              every: this.training.spec.statisticsEvery,
            },
          }
        : {}),
    };
  }

  /** A program that gathers the `rows` rows from place `firstRow` of the epoch on; the same one if it did so last. */
  #placedAt(recorded: Program, firstRow: number, rows: number): Program {
    const last = this.#placed.get(recorded);
    if (last?.firstRow === firstRow && last.rows === rows) return last.program;
    const indices = {
      ...this.#program.indices,
      shape: [rows],
      offsetBytes: this.#program.indices.offsetBytes + 4 * firstRow,
    };
    const program = {
      ops: recorded.ops.map((op): Op<Tensor> =>
        op.op === "gatherRows" || op.op === "gatherBytes" ? { ...op, indices } : op,
      ),
    };
    this.#placed.set(recorded, { firstRow, rows, program });
    return program;
  }

  /** Reads what the last measured step of a dispatch has left. */
  #readHistogram(first: number, steps: number): void {
    const { statisticsEvery } = this.training.spec;
    if (statisticsEvery === 0) return;
    const last = Math.floor((first + steps - 1) / statisticsEvery) * statisticsEvery;
    if (last < first) return;
    const isTail = this.#program.tail !== null && (last + 1) % this.training.stepsPerEpoch === 0;
    const histograms = (isTail ? this.#program.tail : this.#program.full)?.histograms ?? [];
    const { memory } = this.#engine.arena;
    this.#histogram = {
      step: last + 1,
      layers: histograms.map((tensor) => Array.from(viewOf(memory, tensor, "float64"))),
    };
  }
}
