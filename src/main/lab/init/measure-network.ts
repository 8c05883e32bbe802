import { buildNetwork } from "../../../core/network/build-network.ts";
import { withFixedMasks } from "../../../core/network/dropout-mask.ts";
import { parameterShapes, type Layer } from "../../../core/network/network.ts";
import { activationFacts, activationName } from "../../../core/ops/activation.ts";
import { TALLY, TALLY_LENGTH } from "../../../core/ops/op.ts";
import type { Program, RecordingOps, Tensor } from "../../../core/ops/recording-ops.ts";
import type { InitSide, TensorReport } from "../../../shared/experiments/init.ts";
import { networkOf, type NetworkSpec } from "../../../shared/specs/network-spec.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { Scope } from "../../engine/arena.ts";
import type { Engine } from "../../engine/engine.ts";
import type { DataTensors } from "../compute/data-rows.ts";
import { execute, record, recordHistogram, recordStatistics, statisticsAt } from "../compute/programs.ts";
import { lightOf } from "./traffic-light.ts";

/** A histogram reaches this many standard deviations from the mean. */
const REACH = 4;

/** Parameters by name. */
export type Weights = Readonly<Record<string, Float32Array>>;

/** What is recorded of one tensor before its numbers are known. */
interface Watched {
  readonly tensor: Tensor;
  /** What the layer that gives it was given; null of what no layer gives. */
  readonly input: Tensor | null;
  readonly statistics: Tensor;
  readonly tally: Tensor;
  /** Rows in which each unit is above 0, of what goes into a relu. */
  readonly active: Tensor | null;
  readonly type: string | null;
}

function watch(ops: RecordingOps, tensor: Tensor, type: string | null, input: Tensor | null): Watched {
  const tally = ops.tensor(`tally of ${tensor.name}`, [TALLY_LENGTH], "float64");
  const [lo, hi] = activationFacts(type)?.answers ?? [-Number.MAX_VALUE, Number.MAX_VALUE];
  ops.run({ op: "tally", x: tensor, out: tally, lo, hi });
  let active: Tensor | null = null;
  if (type === "relu" && input !== null) {
    active = ops.tensor(`active rows of ${tensor.name}`, [tensor.shape[1] ?? 1], "float64");
    ops.run({ op: "activeRows", x: input, out: active });
  }
  return { tensor, input, statistics: recordStatistics(ops, tensor), tally, active, type };
}

/** Where a histogram begins and ends: around the mean, or over all that the function can give. */
function rangeOf(type: Watched["type"], mean: number, std: number): { lo: number; hi: number } {
  const range = activationFacts(type)?.range;
  if (range !== undefined) return { lo: range[0], hi: range[1] };
  const reach = REACH * (Number.isFinite(std) && std > 0 ? std : 1);
  const middle = Number.isFinite(mean) ? mean : 0;
  return { lo: middle - reach, hi: middle + reach };
}

/** A network as it trains at its first step, with all that is watched in it. */
interface WatchedNetwork {
  readonly program: Program;
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** Steps done: to be 0. */
  readonly counter: Tensor;
  readonly loss: Tensor;
  readonly input: Watched;
  readonly layers: readonly Layer[];
  readonly activations: readonly Watched[];
  /** Null inside a layer whose own backward says only what comes out of it. */
  readonly slopes: readonly (Watched | null)[];
}

/** Records what is measured in the first place, its statistics with it, into `scope`; nothing is written. */
export function recordWatched(
  scope: Scope,
  spec: NetworkSpec,
  { data, gradients }: { readonly data: DataTensors; readonly gradients: boolean },
): WatchedNetwork {
  const network = withFixedMasks(networkOf(spec), spec.seed);
  const parameters = Object.fromEntries(
    parameterShapes(network).map(({ name, shape }) => [name, scope.tensor(name, shape)]),
  );
  const counter = scope.tensor("steps done", [1], "float64");
  const [layers, activations, slopes]: [Layer[], Watched[], (Watched | null)[]] = [[], [], []];
  let loss: Tensor | undefined;
  let input: Watched | undefined;
  const program = record(scope, (ops) => {
    const built = buildNetwork(ops, network, { ...data, parameters }, { counter, seed: spec.seed });
    ({ loss } = built);
    input = watch(ops, data.x, null, null);
    for (const { layer, input: given, out } of built.outputs) {
      layers.push(layer);
      activations.push(watch(ops, out, typeOf(layer), given));
    }
    if (!gradients) return;
    built.backward();
    for (const output of built.outputs) {
      const gradient = output.gradient();
      slopes.push(gradient === null ? null : watch(ops, gradient, null, null));
    }
  });
  if (loss === undefined || input === undefined) throw new TypeError("recordWatched: nothing was recorded");
  return { program, parameters, counter, loss, input, layers, activations, slopes };
}

/**
 * Draws through a network: forward, and backward if wanted, with what is seen in the input and in every layer's output
 * and gradient.
 *
 * @throws {ExperimentCancelled} @throws {TaskError} @throws {OutOfMemoryError}
 */
export async function measureNetwork(
  engine: Engine,
  spec: NetworkSpec,
  options: {
    readonly title: string;
    readonly weights: Weights;
    readonly data: DataTensors;
    readonly gradients: boolean;
    readonly threads: number;
  },
): Promise<InitSide> {
  const startedMs = performance.now();
  const { title, weights, data, gradients, threads } = options;
  const { memory } = engine.arena;
  const scope = engine.arena.scope();
  try {
    const recorded = recordWatched(scope, spec, { data, gradients });
    const { program, parameters, input, activations, slopes, layers: layersSeen } = recorded;
    for (const [name, tensor] of Object.entries(parameters)) {
      const values = weights[name];
      if (values !== undefined) viewOf(memory, tensor, "float32").set(values);
    }
    viewOf(memory, recorded.counter, "float64")[0] = 0;
    await execute(engine, [{ program, repeats: 1 }], { threads });

    const histograms = new Map<Watched, () => TensorReport["histogram"]>();
    const all = [input, ...activations, ...slopes.filter((slope) => slope !== null)];
    const second = record(scope, (ops) => {
      for (const one of all) {
        const { mean, std } = statisticsAt(engine, one.statistics, "");
        const range = { label: one.tensor.name, ...rangeOf(one.type, mean, std) };
        histograms.set(one, recordHistogram(engine, ops, one.tensor, range));
      }
    });
    await execute(engine, [{ program: second, repeats: 1 }], { threads });

    const reportOf = (one: Watched): TensorReport => {
      const { mean, std, min, max, zeroShare } = statisticsAt(engine, one.statistics, one.tensor.name);
      const tally = viewOf(memory, one.tally, "float64");
      const count = one.tensor.shape.reduce((size, n) => size * n, 1);
      const active = one.active === null ? null : viewOf(memory, one.active, "float64");
      const silent = active?.filter((rows) => rows === 0).length ?? 0;
      const saturates = activationFacts(one.type)?.answers !== undefined;
      const outside = (tally[TALLY.below] ?? 0) + (tally[TALLY.above] ?? 0);
      return {
        shape: [...one.tensor.shape],
        mean,
        std,
        min,
        max,
        zeroShare,
        neverActiveShare: active === null ? null : silent / active.length,
        saturatedShare: saturates ? outside / count : null,
        nan: tally[TALLY.nan] ?? 0,
        infinite: tally[TALLY.infinite] ?? 0,
        histogram: histograms.get(one)?.() ?? { label: one.tensor.name, lo: 0, hi: 1, counts: [] },
      };
    };
    let linear = 0;
    const layers = activations.map((one, index): InitSide["layers"][number] => {
      const layer = layersSeen[index];
      const activation = reportOf(one);
      const own = slopes[index] ?? null;
      const gradient = own === null ? null : reportOf(own);
      const isLinear = layer?.type === "linear";
      if (isLinear) linear++;
      const weightStd = isLinear ? deviation(weights[`w${linear}`] ?? new Float32Array()) : null;
      const before = activations.find(({ tensor }) => tensor === one.input);
      return {
        position: index + 1,
        label: layer === undefined ? "" : labelOf(layer),
        type: layer === undefined ? "" : typeOf(layer),
        activation,
        gradient,
        weightStd,
        light: lightOf({
          activation,
          gradient,
          before: before === undefined ? null : reportOf(before),
          isOutput: index === activations.length - 1,
        }),
      };
    });
    return {
      title,
      input: reportOf(input),
      layers,
      loss: viewOf(memory, recorded.loss, "float32")[0] ?? NaN,
      ms: performance.now() - startedMs,
    };
  } finally {
    scope.release();
  }
}

/** What a layer is called by: its type, or its activation's. */
const typeOf = (layer: Layer): string =>
  layer.type === "activation" ? activationName(layer.activation) : layer.type;

/** "linear 784 → 50", "relu − 0.5". */
function labelOf(layer: Layer): string {
  switch (layer.type) {
    case "activation":
      return layer.activation.kind === "leakyRelu"
        ? `leaky relu, slope ${layer.activation.slope}`
        : activationName(layer.activation);
    case "dropout":
      return `dropout ${layer.rate}`;
    case "batchNorm":
      return "batch norm";
    case "layerNorm":
      return "layer norm";
    case "residual":
      return "end of a residual block";
    case "product":
      return "product of two branches";
    case "linear":
      return `linear ${layer.in} → ${layer.out}`;
    case "relu":
      return layer.shift === 0 ? "relu" : `relu − ${layer.shift}`;
  }
}

/** Sample standard deviation. */
function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, values.length - 1));
}
