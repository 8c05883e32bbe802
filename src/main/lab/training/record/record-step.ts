import { buildNetwork, type BuiltNetwork, type LayerOutput } from "../../../../core/network/build-network.ts";
import type { Layer } from "../../../../core/network/network.ts";
import { STATISTICS, STATISTICS_LENGTH, type Op, type Ops } from "../../../../core/ops/op.ts";
import type { Program, Tensor } from "../../../../core/ops/recording-ops.ts";
import { recordUpdate, stateNames } from "../../../../core/optimisers/optimiser.ts";
import { ACTIVATION_BINS, STATISTIC_NAMES } from "../../../../shared/experiments/training.ts";
import type { ResolvedTraining } from "../resolved-training.ts";
import type { Scope } from "../../../engine/arena.ts";
import type { TrainingRows } from "../../compute/data-rows.ts";
import { record } from "../../compute/programs.ts";

/** Streams of a step's own draws, apart from those of weights and order. */
const AUGMENT_SEED = 0x2545f491;

/** What all steps of a training share. */
export interface StepTensors {
  readonly train: TrainingRows;
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** Of the optimiser, by "w1 velocity" and so on. */
  readonly states: Readonly<Record<string, Tensor>>;
  readonly indices: Tensor;
  readonly counter: Tensor;
  readonly rates: Tensor;
  /** What a pixel that comes in from outside holds: background. */
  readonly background: number;
}

/** One training step as a program, and the same with statistics of all layers. */
export interface RecordedStep {
  readonly batchSize: number;
  readonly plain: Program;
  readonly measured: Program;
  /** Of each activation layer, filled by the measured program. */
  readonly histograms: readonly Tensor[];
}

type Activated = Extract<Layer, { type: "relu" | "activation" }>;

/** The layers whose values are watched: activations, or the linear layers where there are none. */
function watchedOutputs(built: BuiltNetwork<Tensor>): readonly LayerOutput<Tensor>[] {
  const { outputs } = built;
  const activated = outputs.filter(({ layer }) => layer.type === "relu" || layer.type === "activation");
  return activated.length > 0 ? activated : outputs.filter(({ layer }) => layer.type === "linear");
}

/** Units that can die: whose value does not move where their input is below 0. */
const canDie = (layer: Layer): layer is Activated => layer.type === "relu";

/** Records mean, std and dead share of every activation. @returns the histograms' tensors. */
function recordActivations(ops: Ops<Tensor>, built: BuiltNetwork<Tensor>): Tensor[] {
  return watchedOutputs(built).map(({ out, input, layer }, index) => {
    const names = STATISTIC_NAMES.activation(index + 1);
    const statistics = ops.tensor(`statistics of ${out.name}`, [STATISTICS_LENGTH], "float64");
    ops.run({ op: "statistics", x: out, out: statistics });
    ops.run({ op: "record", source: statistics, name: names.mean, index: STATISTICS.mean });
    ops.run({ op: "record", source: statistics, name: names.std, index: STATISTICS.std });
    if (canDie(layer)) {
      const active = ops.tensor(`active rows of ${input.name}`, [input.shape[1] ?? 1], "float64");
      const dead = ops.tensor(`dead share of ${input.name}`, [1]);
      ops.run({ op: "activeRows", x: input, out: active });
      ops.run({ op: "zeroShare", x: active, out: dead });
      ops.run({ op: "record", source: dead, name: names.dead });
    }
    const { lo, hi, bins } = ACTIVATION_BINS;
    const histogram = ops.tensor(`histogram of ${out.name}`, [bins], "float64");
    ops.run({ op: "histogram", x: out, out: histogram, lo, hi });
    return histogram;
  });
}

interface Learned {
  readonly name: string;
  readonly param: Tensor;
  readonly grad: Tensor;
}

/** Keeps a copy of each weight matrix before the update; afterwards ‖Δw‖ / ‖w‖ of each. */
function watchUpdates(ops: Ops<Tensor>, learned: readonly Learned[]): () => void {
  const watched = learned
    .filter(({ param }) => param.shape.length === 2)
    .map(({ name, param }) => {
      const before = ops.tensor(`${name} before`, param.shape);
      ops.run({ op: "scale", x: param, out: before, factor: 1 });
      return { name, param, before };
    });
  return () => {
    for (const { name, param, before } of watched) {
      const [moved, size] = ["moved", "size"].map((what) => ops.tensor(`${name} ${what}`, [1], "float64"));
      const ratio = ops.tensor(`${name} update ratio`, [1]);
      if (moved === undefined || size === undefined) continue;
      ops.run({ op: "squaredDistance", a: param, b: before, out: moved });
      ops.run({ op: "squaredNorm", x: before, out: size, accumulate: false });
      ops.run({ op: "rootRatio", numerator: moved, denominator: size, out: ratio });
      ops.run({ op: "record", source: ratio, name: STATISTIC_NAMES.updateRatio(name) });
    }
  };
}

/** Σ of the squares of all gradients. */
function recordSquaredNorm(ops: Ops<Tensor>, learned: readonly Learned[]): Tensor {
  const squaredNorm = ops.tensor("squared norm of the gradients", [1], "float64");
  for (const [index, { grad }] of learned.entries()) {
    ops.run({ op: "squaredNorm", x: grad, out: squaredNorm, accumulate: index > 0 });
  }
  return squaredNorm;
}

/**
 * Records a whole step on a batch of the epoch's rows: gather, shift, forward, loss, backward, clip, update; with
 * statistics of activations, gradients and updates between them, which the plain program leaves out. Both work on the
 * same tensors, so that one finds in the cache what the other has left.
 */
export function recordStep(
  scope: Scope,
  { spec, network }: Pick<ResolvedTraining, "spec" | "network">,
  batchSize: number,
  shared: StepTensors,
): RecordedStep {
  const { train, parameters, states, counter, rates, background } = shared;
  const [pixels = 1] = train.x.shape.slice(1);
  let histograms: readonly Tensor[] = [];
  const onlyMeasured = new Set<Op<Tensor>>();
  const measured = record(scope, (ops) => {
    const watching: Ops<Tensor> = {
      tensor: (name, shape, dtype) => ops.tensor(name, shape, dtype),
      run: (op) => {
        onlyMeasured.add(op);
        ops.run(op);
      },
    };
    const gathered = ops.tensor("x", [batchSize, pixels]);
    const y = ops.tensor("y", [batchSize, ...train.y.shape.slice(1)]);
    const indices = { ...shared.indices, shape: [batchSize] };
    const { byteValues } = train;
    if (byteValues === null) ops.run({ op: "gatherRows", x: train.x, indices, out: gathered });
    else ops.run({ op: "gatherBytes", bytes: train.x, ...byteValues, indices, out: gathered });
    ops.run({ op: "gatherRows", x: train.y, indices, out: y });
    let x = gathered;
    if (spec.augmentShift > 0) {
      x = ops.tensor("x shifted", gathered.shape);
      const [width, seed] = [Math.round(Math.sqrt(pixels)), spec.seed ^ AUGMENT_SEED];
      ops.run({
        op: "shiftImages",
        x: gathered,
        out: x,
        width,
        most: spec.augmentShift,
        fill: background,
        seed,
        counter,
      });
    }
    const training = { counter, seed: spec.seed };
    const built = buildNetwork(ops, network, { x, y, parameters }, training);
    ops.run({ op: "record", source: built.loss, name: STATISTIC_NAMES.loss });
    histograms = recordActivations(watching, built);

    const gradients = built.backward();
    const learned = Object.entries(parameters).flatMap(([name, param]): Learned[] => {
      const grad = gradients[name];
      return grad === undefined ? [] : [{ name, param, grad }];
    });
    const { clipNorm } = spec;
    const squaredNorm = recordSquaredNorm(clipNorm === null ? watching : ops, learned);
    const norm = ops.tensor("norm of the gradients", [1]);
    watching.run({ op: "rootRatio", numerator: squaredNorm, denominator: null, out: norm });
    watching.run({ op: "record", source: norm, name: STATISTIC_NAMES.gradientNorm });
    if (clipNorm !== null) {
      for (const { grad } of learned) ops.run({ op: "clip", x: grad, squaredNorm, maxNorm: clipNorm });
    }
    const lr = ops.tensor("learning rate", [1]);
    ops.run({ op: "lookUp", values: rates, counter, out: lr });
    const recordRatios = watchUpdates(watching, learned);
    for (const { name, param, grad } of learned) {
      const own = stateNames(spec.optimizer).flatMap((state) => states[`${name} ${state}`] ?? []);
      recordUpdate(ops, spec.optimizer, { param, grad, states: own, lr, counter });
    }
    recordRatios();
    watching.run({ op: "record", source: lr, name: STATISTIC_NAMES.lr });
    ops.run({ op: "advance", counter });
  });
  const plain = { ops: measured.ops.filter((op) => !onlyMeasured.has(op)) };
  return { batchSize, plain, measured, histograms };
}
