import { DivergedError } from "../../../core/errors.ts";
import { buildNetwork } from "../../../core/network/build-network.ts";
import { parameterShapes } from "../../../core/network/network.ts";
import type { Op } from "../../../core/ops/op.ts";
import type { Program, RecordingOps, Tensor } from "../../../core/ops/recording-ops.ts";
import { recordUpdate, stateNames } from "../../../core/optimisers/optimiser.ts";
import { learningRates } from "../../../core/optimisers/schedule.ts";
import { permutation } from "../../../core/random/permutation.ts";
import { randomStream } from "../../../core/random/random-stream.ts";
import { MNIST_PIXELS, trainNetworkOf } from "../../../shared/network-spec.ts";
import { viewOf } from "../../../shared/tensor-view.ts";
import { stepsOf, type TrainSpec } from "../../../shared/train-spec.ts";
import type { Scope } from "../../engine/arena.ts";
import type { MetricRecord } from "../../engine/control-block.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Section } from "../../engine/plan.ts";
import type { DataTensors } from "../mnist-rows.ts";
import { execute, record } from "../programs.ts";

/** The first of the streams that shuffle an epoch's rows, away from those that draw weights. */
const SHUFFLE_STREAM = 10_000;
/** One dispatch takes about this long: what a cancelled or killed training has to do again at most. */
const DISPATCH_MS = 250;
const FIRST_DISPATCH_STEPS = 50;

/** Everything that changes while it trains: enough to go on exactly where it was. */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  /** Parameters and what the optimiser remembers, by name. */
  readonly values: Readonly<Record<string, Float32Array>>;
}

/** Loss over some rows, and the share of rows whose class was found; NaN without classes. */
export interface Evaluation {
  readonly loss: number;
  readonly accuracy: number;
}

export interface TrainerData {
  readonly train: DataTensors;
  /** Null when nothing is evaluated. */
  readonly valid: DataTensors | null;
}

interface Step {
  readonly program: Program;
  readonly batchSize: number;
}

/**
 * Trains a network step by step on the engine: gather, forward, loss, backward and update are one program, which the
 * workers repeat over a part of an epoch in one dispatch. Nothing is allocated for a step.
 */
export class Trainer {
  readonly spec: TrainSpec;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  readonly #engine: Engine;
  readonly #threads: number;
  readonly #scope: Scope;
  readonly #data: TrainerData;
  readonly #parameters: Record<string, Tensor> = {};
  readonly #states: Record<string, Tensor> = {};
  readonly #indices: Tensor;
  readonly #counter: Tensor;
  readonly #rates: Tensor;
  readonly #full: Step | null;
  readonly #tail: Step | null;
  readonly #evaluations = new Map<DataTensors, Program>();
  #step = 0;
  #shuffledEpoch = -1;
  #dispatchSteps = FIRST_DISPATCH_STEPS;

  /** @throws {OutOfMemoryError} @throws {ShapeError} If a value does not fit its parameter. */
  constructor(
    engine: Engine,
    spec: TrainSpec,
    options: {
      readonly data: TrainerData;
      readonly threads: number;
      readonly parameters: Readonly<Record<string, Float32Array>>;
    },
  ) {
    this.#engine = engine;
    this.spec = spec;
    this.#data = options.data;
    this.#threads = options.threads;
    const { perEpoch, total } = stepsOf(spec);
    this.stepsPerEpoch = perEpoch;
    this.totalSteps = total;
    this.#scope = engine.arena.scope();
    const { rows } = spec.data;
    const { batchSize, optimizer } = spec;
    for (const { name, shape } of parameterShapes(trainNetworkOf(spec))) {
      this.#parameters[name] = this.#scope.tensor(name, shape);
      for (const state of stateNames(optimizer)) {
        this.#states[`${name} ${state}`] = this.#scope.tensor(`${name} ${state}`, shape);
      }
    }
    this.#indices = this.#scope.tensor("rows of the epoch", [rows], "int32");
    this.#counter = this.#scope.tensor("steps done", [1], "float64");
    this.#rates = this.#scope.tensor("learning rates", [total]);
    viewOf(engine.arena.memory, this.#rates, "float32").set(
      learningRates(spec.schedule, optimizer.lr, total),
    );
    this.restore({ step: 0, values: options.parameters });
    this.#full = rows >= batchSize ? this.#recordStep(batchSize) : null;
    const rest = rows % batchSize;
    this.#tail = rest > 0 && !spec.dropLast ? this.#recordStep(rest) : null;
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  get finished(): boolean {
    return this.#step >= this.totalSteps;
  }

  /** The epoch that the next step belongs to, from 1. */
  get epoch(): number {
    return Math.floor(this.#step / this.stepsPerEpoch) + 1;
  }

  /** The learning rate of a step, 1-based. */
  lrOf(step: number): number {
    return viewOf(this.#engine.arena.memory, this.#rates, "float32")[step - 1] ?? NaN;
  }

  /**
   * Takes some steps, to the end of the epoch at most: a quarter of a second of them. Stopped half-way, it is back
   * where it was before.
   *
   * @returns the loss of each step before its update.
   * @throws {DivergedError} At the first loss that is not finite. @throws {ExperimentCancelled} @throws {TaskError}
   */
  async advance(onRecords: (records: readonly MetricRecord[]) => void): Promise<void> {
    const before = this.state();
    const first = this.#step;
    const inEpoch = first % this.stepsPerEpoch;
    this.#shuffle(Math.floor(first / this.stepsPerEpoch));
    const { full, tail } = { full: this.#full, tail: this.#tail };
    const fullSteps = full === null ? 0 : this.stepsPerEpoch - (tail === null ? 0 : 1);
    const wanted = Math.min(this.#dispatchSteps, this.totalSteps - first);
    const sections: Section[] = [];
    let steps = 0;
    if (full !== null && inEpoch < fullSteps) {
      steps = Math.min(wanted, fullSteps - inEpoch);
      sections.push(this.#section(full, inEpoch * full.batchSize, steps));
    }
    if (tail !== null && steps < wanted && inEpoch + steps === fullSteps) {
      sections.push(this.#section(tail, fullSteps * this.spec.batchSize, 1));
      steps++;
    }
    let divergedAt = 0;
    let seen = 0;
    const startedMs = performance.now();
    try {
      await execute(this.#engine, sections, {
        threads: this.#threads,
        onRecords: (records) => {
          for (const { value } of records) {
            seen++;
            if (!Number.isFinite(value) && divergedAt === 0) divergedAt = first + seen;
          }
          onRecords(records);
          if (divergedAt > 0) this.#engine.cancel();
        },
      });
    } catch (error) {
      this.restore(before);
      if (divergedAt > 0) throw new DivergedError("the loss", divergedAt);
      throw error;
    }
    if (divergedAt > 0) {
      this.restore(before);
      throw new DivergedError("the loss", divergedAt);
    }
    this.#step = first + steps;
    const stepMs = (performance.now() - startedMs) / steps;
    this.#dispatchSteps = Math.max(1, Math.round(DISPATCH_MS / stepMs));
  }

  /** Loss and accuracy over all rows of a part of the data. @throws {ExperimentCancelled} @throws {TaskError} */
  async evaluate(part: "train" | "valid"): Promise<Evaluation> {
    const data = this.#data[part];
    if (data === null) return { loss: NaN, accuracy: NaN };
    let program = this.#evaluations.get(data);
    if (program === undefined) {
      program = record(this.#scope, (ops) => {
        const { loss, outputs } = buildNetwork(ops, trainNetworkOf(this.spec), {
          ...data,
          parameters: this.#parameters,
        });
        ops.run({ op: "record", source: loss, name: "loss" });
        const logits = outputs.at(-1)?.out;
        if (this.spec.loss !== "crossEntropy" || logits === undefined) return;
        const accuracy = ops.tensor("accuracy", [1]);
        ops.run({ op: "accuracy", logits, target: data.y, out: accuracy });
        ops.run({ op: "record", source: accuracy, name: "accuracy" });
      });
      this.#evaluations.set(data, program);
    }
    const records = await execute(this.#engine, [{ program, repeats: 1 }], { threads: this.#threads });
    const of = (name: string): number => records.find((one) => one.name === name)?.value ?? NaN;
    return { loss: of("loss"), accuracy: of("accuracy") };
  }

  state(): TrainingState {
    const values: Record<string, Float32Array> = {};
    for (const [name, tensor] of Object.entries({ ...this.#parameters, ...this.#states })) {
      values[name] = viewOf(this.#engine.arena.memory, tensor, "float32").slice();
    }
    return { step: this.#step, values };
  }

  /** Goes on from a state; what it does not hold of the optimiser's memory is zero. */
  restore({ step, values }: TrainingState): void {
    const { memory } = this.#engine.arena;
    for (const [name, tensor] of Object.entries(this.#parameters)) {
      const given = values[name];
      if (given === undefined) throw new RangeError(`Trainer.restore: there is no ${name}`);
      viewOf(memory, tensor, "float32").set(given);
    }
    for (const [name, tensor] of Object.entries(this.#states)) {
      const view = viewOf(memory, tensor, "float32");
      const given = values[name];
      if (given === undefined) view.fill(0);
      else view.set(given);
    }
    this.#step = step;
    viewOf(memory, this.#counter, "float64")[0] = step;
  }

  /** Gives the arena's memory back. */
  release(): void {
    this.#scope.release();
  }

  /** Puts the rows of an epoch in order; the same for the same seed and epoch, whatever came before. */
  #shuffle(epoch: number): void {
    if (this.#shuffledEpoch === epoch) return;
    const { rows } = this.spec.data;
    const order = this.spec.shuffle
      ? permutation(randomStream(this.spec.seed, SHUFFLE_STREAM + epoch), rows)
      : Int32Array.from({ length: rows }, (_, row) => row);
    viewOf(this.#engine.arena.memory, this.#indices, "int32").set(order);
    this.#shuffledEpoch = epoch;
  }

  #recordStep(batchSize: number): Step {
    const { train } = this.#data;
    const program = record(this.#scope, (ops) => {
      const x = ops.tensor("x", [batchSize, MNIST_PIXELS]);
      const y = ops.tensor("y", [batchSize]);
      const indices = { ...this.#indices, shape: [batchSize] };
      ops.run({ op: "gatherRows", x: train.x, indices, out: x });
      ops.run({ op: "gatherRows", x: train.y, indices, out: y });
      const built = buildNetwork(ops, trainNetworkOf(this.spec), { x, y, parameters: this.#parameters });
      ops.run({ op: "record", source: built.loss, name: "loss" });
      this.#recordUpdates(ops, built.backward());
    });
    return { program, batchSize };
  }

  #recordUpdates(ops: RecordingOps, gradients: Readonly<Record<string, Tensor>>): void {
    const { optimizer, clipNorm } = this.spec;
    const learned = Object.entries(this.#parameters).flatMap(([name, param]) => {
      const grad = gradients[name];
      return grad === undefined ? [] : [{ name, param, grad }];
    });
    if (clipNorm !== null) {
      const squaredNorm = ops.tensor("squared norm of the gradients", [1], "float64");
      for (const [index, { grad }] of learned.entries()) {
        ops.run({ op: "squaredNorm", x: grad, out: squaredNorm, accumulate: index > 0 });
      }
      for (const { grad } of learned) ops.run({ op: "clip", x: grad, squaredNorm, maxNorm: clipNorm });
    }
    const lr = ops.tensor("learning rate", [1]);
    ops.run({ op: "lookUp", values: this.#rates, counter: this.#counter, out: lr });
    for (const { name, param, grad } of learned) {
      const states = stateNames(optimizer).flatMap((state) => this.#states[`${name} ${state}`] ?? []);
      recordUpdate(ops, optimizer, { param, grad, states, lr, counter: this.#counter });
    }
    ops.run({ op: "advance", counter: this.#counter });
  }

  /** A step's program over the batches from row `firstRow` of the epoch on. */
  #section({ program, batchSize }: Step, firstRow: number, repeats: number): Section {
    const indices = {
      ...this.#indices,
      shape: [repeats * batchSize],
      offsetBytes: this.#indices.offsetBytes + 4 * firstRow,
    };
    const ops = program.ops.map((op): Op<Tensor> => (op.op === "gatherRows" ? { ...op, indices } : op));
    return {
      program: { ops },
      repeats,
      results: [...Object.values(this.#parameters), ...Object.values(this.#states), this.#counter],
    };
  }
}
