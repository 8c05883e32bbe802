import { numelOf, type Tensor } from "../../core/ops/recording-ops.ts";
import { normal } from "../../core/random/normal.ts";
import { randomStream } from "../../core/random/random-stream.ts";
import {
  fullDifference,
  networkDifferences,
  type NetworkDifferences,
} from "../../core/reference/network-differences.ts";
import { networkGradients, type NetworkGradients } from "../../core/reference/network-gradients.ts";
import { referencePass, type ReferencePass } from "../../core/reference/network-pass.ts";
import { viewOf } from "../../shared/tensor-view.ts";
import type {
  Direction,
  DirectionAnswer,
  DirectionsTask,
  NetworkDifferencesTask,
  NetworkGradientsTask,
  NetworkModel,
  RowBlock,
} from "../../shared/worker-tasks.ts";
import type { Control } from "../program/control.ts";

/** Rows between two heartbeats: some tens of milliseconds of float64 loops. */
const ROWS_PER_BEAT = 200;

const inDoublePrecision = (memory: WebAssembly.Memory, tensor: Tensor): Float64Array =>
  Float64Array.from(viewOf(memory, tensor, "float32"));

function parametersOf(
  memory: WebAssembly.Memory,
  { parameters }: NetworkModel,
): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]) => [name, inDoublePrecision(memory, tensor)]),
  );
}

/** x and y of rows [begin, end). */
function rowsOf(
  memory: WebAssembly.Memory,
  { x, y }: NetworkModel,
  { begin, end }: Pick<RowBlock, "begin" | "end">,
) {
  const inputs = numelOf(x.shape.slice(1));
  return {
    x: viewOf(memory, x, "float32").subarray(begin * inputs, end * inputs),
    y: viewOf(memory, y, "float32").subarray(begin, end),
  };
}

/** sum += part. */
function add(sum: Float64Array, part: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + part[i]!;
}

/** This block's share of the float64 loss and gradients; the block's rows of dx are written into the arena. */
export function runNetworkGradients(
  { model, block, dx }: NetworkGradientsTask,
  memory: WebAssembly.Memory,
  control: Control,
): NetworkGradients {
  const pass = referencePass(model.network, parametersOf(memory, model));
  const inputs = pass.widths[0]!;
  const target = viewOf(memory, dx, "float64");
  const parts: NetworkGradients[] = [];
  let kinks = 0;
  let loss = 0;
  const xAllowances = new Map<number, number>();
  for (let begin = block.begin; begin < block.end; begin += ROWS_PER_BEAT) {
    control.beat();
    const end = Math.min(block.end, begin + ROWS_PER_BEAT);
    const part = networkGradients(pass, rowsOf(memory, model, { begin, end }), {
      meanOver: block.meanOver,
      dx: target.subarray(begin * inputs, end * inputs),
    });
    loss += part.loss;
    kinks += part.kinks;
    for (const [index, amount] of part.xAllowances) xAllowances.set(begin * inputs + index, amount);
    const [first] = parts;
    if (first === undefined) {
      parts.push(part);
      continue;
    }
    for (const kind of ["gradients", "allowances"] as const) {
      for (const [name, sum] of Object.entries(first[kind])) add(sum, part[kind][name]!);
    }
  }
  const [total] = parts;
  if (total === undefined) throw new RangeError(`networkGradients: the block at ${block.begin} has no rows`);
  return { ...total, loss, kinks, xAllowances };
}

/** This block's share of the central differences at the task's coordinates. */
export function runNetworkDifferences(
  { model, block, coordinates, step }: NetworkDifferencesTask,
  memory: WebAssembly.Memory,
  control: Control,
): NetworkDifferences {
  const pass = referencePass(model.network, parametersOf(memory, model));
  return networkDifferences(pass, rowsOf(memory, model, block), {
    ...{ meanOver: block.meanOver, firstRow: block.begin, coordinates, step },
    beat: () => {
      control.beat();
    },
  });
}

/** Seeds of two blocks of rows differ by this, so that each draws its own part of a direction of x. */
const SEED_STRIDE = 7919;

/**
 * The part of a direction that this block moves: the whole tensor, or of x its own rows. A drawn direction has length
 * 1 on average, whatever the blocks.
 */
function directionValues(
  { tensor, along }: Direction,
  place: { readonly begin: number; readonly length: number; readonly whole: number },
): Float64Array {
  if ("coordinate" in along) {
    const values = new Float64Array(place.length);
    const at = along.coordinate - place.begin;
    if (at >= 0 && at < place.length) values[at] = 1;
    return values;
  }
  const seed = tensor === "x" ? (along.seed + SEED_STRIDE * place.begin) % 2 ** 32 : along.seed;
  const scale = 1 / Math.sqrt(place.whole);
  return normal(randomStream(seed, along.stream), place.length).map((value) => value * scale);
}

/** This block's share of the differences along the task's directions, and of our gradient's dot products with them. */
export function runDirections(
  { model, block, directions, gradients }: DirectionsTask,
  memory: WebAssembly.Memory,
  control: Control,
): readonly DirectionAnswer[] {
  const parameters = parametersOf(memory, model);
  const { x, y } = rowsOf(memory, model, block);
  const inputs = numelOf(model.x.shape.slice(1));
  const pass: ReferencePass = referencePass(model.network, parameters);
  return directions.map((direction) => {
    const { tensor, step } = direction;
    const ofX = tensor === "x";
    const length = ofX ? x.length : parameters[tensor]!.length;
    const begin = ofX ? block.begin * inputs : 0;
    const whole = ofX ? numelOf(model.x.shape) : length;
    const values = directionValues(direction, { begin, length, whole });
    const moved = (sign: 1 | -1): { pass: ReferencePass; x: Float32Array | Float64Array } => {
      if (ofX) return { pass, x: Float64Array.from(x, (value, i) => value + sign * step * values[i]!) };
      const changed = parameters[tensor]!.map((value, i) => value + sign * step * values[i]!);
      return { pass: referencePass(model.network, { ...parameters, [tensor]: changed }), x };
    };
    const [above, below] = [moved(1), moved(-1)];
    let difference = 0;
    for (let first = 0; first < y.length; first += ROWS_PER_BEAT) {
      control.beat();
      const end = Math.min(y.length, first + ROWS_PER_BEAT);
      const part = (side: typeof above) => ({ ...side, x: side.x.subarray(first * inputs, end * inputs) });
      const options = { meanOver: block.meanOver, width: 2 * step };
      difference += fullDifference(part(above), part(below), y.subarray(first, end), options);
    }
    const gradient = gradients[tensor];
    // A parameter's direction is the same in every block: its product is counted once.
    if (gradient === undefined || (!ofX && block.begin > 0)) return { difference, dot: 0 };
    const ours = viewOf(memory, gradient, "float32").subarray(begin, begin + length);
    return { difference, dot: values.reduce((sum, value, i) => sum + value * ours[i]!, 0) };
  });
}
