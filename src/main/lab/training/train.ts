import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { DivergedError } from "../../../core/errors.ts";
import { kaimingNormal } from "../../../core/init/kaiming-normal.ts";
import { stage3Module } from "../../../core/notebook/stage-3-module.ts";
import { permutation } from "../../../core/random/permutation.ts";
import { randomStream } from "../../../core/random/random-stream.ts";
import type { TrainingSettings } from "../../../shared/notebook.ts";
import type { MetricPoint } from "../../../shared/run-records.ts";
import { viewOf } from "../../../shared/tensor-view.ts";
import type { Scope } from "../../engine/arena.ts";
import type { MetricRecord } from "../../engine/control-block.ts";
import type { Section } from "../../engine/plan.ts";
import type { Program } from "../../../core/ops/recording-ops.ts";
import { RELU_SHIFT } from "../notebook/cells/init-cells.ts";
import {
  HIDDEN,
  IN_FEATURES,
  type NotebookData,
  type NotebookSession,
  type Weights,
} from "../notebook/session.ts";
import { execute, record } from "../programs.ts";

/** Names of the metrics; `loss` of each step's batch, the others over the whole set after each epoch. */
export const METRICS = { step: "loss", train: "trainLoss", valid: "validLoss" } as const;

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
}

/** Numbers the steps, tells the listener, and notices the first loss that is not finite. */
class MetricLog {
  readonly #listener: TrainingListener;
  readonly #startedMs = monotonicMs();
  readonly #latest = new Map<string, number>();
  #steps = 0;
  divergedAt: number | null = null;

  constructor(listener: TrainingListener) {
    this.#listener = listener;
  }

  add(records: readonly MetricRecord[], epoch: number): void {
    const points = records.map(({ name, value, clockMs }) => {
      if (name === METRICS.step) this.#steps++;
      if (!Number.isFinite(value)) this.divergedAt ??= this.#steps;
      this.#latest.set(name, value);
      return { name, step: this.#steps, epoch, value, wallMs: clockMs - this.#startedMs };
    });
    this.#listener.metrics(points);
  }

  outcome(): TrainingOutcome {
    return {
      steps: this.#steps,
      seconds: (monotonicMs() - this.#startedMs) / 1000,
      finalTrainLoss: this.#latest.get(METRICS.train) ?? NaN,
      finalValidLoss: this.#latest.get(METRICS.valid) ?? NaN,
    };
  }
}

/** Rows whose forward pass is evaluated at once. */
interface Evaluation {
  readonly name: string;
  readonly x: Tensor;
  readonly y: Tensor;
}

const evaluationProgram = (scope: Scope, weights: Weights, { name, x, y }: Evaluation): Program =>
  record(scope, (ops) => {
    const stage = stage3Module.build(ops, { x, y, ...weights }, { shift: RELU_SHIFT, chunkRows: 1 });
    ops.run({ op: "record", source: stage.forward(), name });
  });

/** One step on `batchSize` rows: gather, forward, backward, SGD. */
function stepProgram(
  scope: Scope,
  weights: Weights,
  data: NotebookData,
  options: { readonly indices: Tensor; readonly batchSize: number; readonly lr: Tensor },
): Program {
  const { indices, batchSize, lr } = options;
  return record(scope, (ops) => {
    const x = ops.tensor("batch x", [batchSize, IN_FEATURES]);
    const y = ops.tensor("batch y", [batchSize]);
    ops.run({ op: "gatherRows", x: data.xTrain, indices, out: x });
    ops.run({ op: "gatherRows", x: data.yTrain, indices, out: y });
    const stage = stage3Module.build(ops, { x, y, ...weights }, { shift: RELU_SHIFT, chunkRows: 1 });
    ops.run({ op: "record", source: stage.forward(), name: METRICS.step });
    const gradients = stage.backward();
    for (const name of ["w1", "b1", "w2", "b2"] as const) {
      ops.run({ op: "sgd", param: weights[name], grad: gradients[name], lr });
    }
  });
}

/** An epoch's sections: the full batches, then what is left over as one smaller batch. */
function epochSections(
  scope: Scope,
  weights: Weights,
  data: NotebookData,
  settings: TrainingSettings,
  indices: Tensor,
): { sections: Section[]; steps: number; lr: Tensor } {
  const { rows, batchSize } = settings;
  const lr = scope.tensor("lr", [1]);
  const fullSteps = Math.floor(rows / batchSize);
  const rest = rows % batchSize;
  const sections: Section[] = [];
  if (fullSteps > 0) {
    sections.push({
      program: stepProgram(scope, weights, data, { indices, batchSize, lr }),
      repeats: fullSteps,
      results: Object.values(weights),
    });
  }
  if (rest > 0) {
    const tail = { ...indices, shape: [rest], offsetBytes: indices.offsetBytes + 4 * fullSteps * batchSize };
    const program = stepProgram(scope, weights, data, { indices: tail, batchSize: rest, lr });
    sections.push({ program, repeats: 1, results: Object.values(weights) });
  }
  return { sections, steps: fullSteps + (rest > 0 ? 1 : 0), lr };
}

/**
 * Trains the notebook's 784→50→1 network by plain SGD on the mean squared error. One dispatch an epoch: shuffle,
 * all steps, then the loss over the training and the validation set.
 *
 * @throws {DivergedError} At the first loss that is not finite. @throws {ExperimentCancelled} When cancelled.
 */
export async function train(
  session: NotebookSession,
  settings: TrainingSettings,
  listener: TrainingListener,
): Promise<TrainingOutcome> {
  const { engine } = session;
  const data = session.normalized();
  const scope = engine.arena.scope();
  try {
    const weights: Weights = {
      w1: scope.tensor("w1", [IN_FEATURES, HIDDEN]),
      b1: scope.tensor("b1", [HIDDEN]),
      w2: scope.tensor("w2", [HIDDEN, 1]),
      b2: scope.tensor("b2", [1]),
    };
    const stream = randomStream(settings.seed, 1_000);
    session.write(weights.w1, kaimingNormal(stream, [IN_FEATURES, HIDDEN], { fan: "fanIn" }));
    session.write(weights.b1, new Float32Array(HIDDEN));
    session.write(weights.w2, kaimingNormal(stream, [HIDDEN, 1], { fan: "fanIn" }));
    session.write(weights.b2, new Float32Array(1));

    const indices = scope.tensor("shuffled rows", [settings.rows], "int32");
    const { sections, steps, lr } = epochSections(scope, weights, data, settings, indices);
    session.write(lr, [settings.lr]);
    const evaluate: Section[] = [
      { name: METRICS.train, x: data.xTrain, y: data.yTrain },
      { name: METRICS.valid, x: data.xValid, y: data.yValid },
    ].map((evaluation) => ({ program: evaluationProgram(scope, weights, evaluation), repeats: 1 }));

    const log = new MetricLog(listener);
    const run = async (epochSections: readonly Section[], epoch: number): Promise<void> => {
      try {
        await execute(engine, epochSections, {
          threads: settings.threads,
          onRecords: (records) => {
            log.add(records, epoch);
            if (log.divergedAt !== null) engine.cancel();
          },
          onProgress: (repeats) => {
            const done = Math.max(0, epoch - 1) + (epoch === 0 ? 0 : Math.min(1, repeats / steps));
            listener.progress(done / settings.epochs);
          },
        });
      } catch (error) {
        if (log.divergedAt === null) throw error;
      }
      if (log.divergedAt !== null) throw new DivergedError("the loss", log.divergedAt);
    };

    listener.phase("loss before training");
    await run(evaluate, 0);
    for (let epoch = 1; epoch <= settings.epochs; epoch++) {
      listener.phase(`epoch ${epoch} of ${settings.epochs}`);
      viewOf(engine.arena.memory, indices, "int32").set(permutation(stream, settings.rows));
      await run([...sections, ...evaluate], epoch);
    }
    return log.outcome();
  } finally {
    scope.release();
  }
}
