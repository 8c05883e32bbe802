import { numelOf, type Tensor } from "../../core/ops/recording-ops.ts";
import { normal } from "../../core/random/normal.ts";
import { randomStream } from "../../core/random/random-stream.ts";
import {
  differenceStep,
  directionDifferences,
  fullDifference,
  networkDifferences,
  type NetworkDifferences,
} from "../../core/reference/network-differences.ts";
import { networkGradients, type NetworkGradients } from "../../core/reference/network-gradients.ts";
import { lossNoise } from "../../core/reference/loss-noise.ts";
import { referencePass, type ReferencePass } from "../../core/reference/network-pass.ts";
import { rowWeight } from "../../core/reference/row-loss.ts";
import { viewOf } from "../../shared/engine/tensor-view.ts";
import type {
  Direction,
  DirectionAnswer,
  DirectionsTask,
  FullDifferenceAnswer,
  FullDifferencesTask,
  NetworkDifferencesTask,
  NetworkGradientsTask,
  NetworkModel,
  RowBlock,
} from "../../shared/engine/worker-tasks.ts";
import type { Control } from "../program/control.ts";

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
  const targets = numelOf(y.shape.slice(1));
  return {
    x: viewOf(memory, x, "float32").subarray(begin * inputs, end * inputs),
    y: viewOf(memory, y, "float32").subarray(begin * targets, end * targets),
  };
}

/** What the losses of rows are added up over: their number, or the weights of their classes. */
function meanOverOf(
  memory: WebAssembly.Memory,
  pass: ReferencePass,
  { y }: NetworkModel,
  { meanOver }: RowBlock,
): number {
  if (pass.loss !== "crossEntropy" || pass.weights === null) return meanOver;
  return viewOf(memory, y, "float32").reduce((sum, label) => sum + rowWeight(pass, [label]), 0);
}

/** This block's share of the float64 loss and gradients; the block's rows of dx are written into the arena. */
export function runNetworkGradients(
  { model, block, dx, rounding }: NetworkGradientsTask,
  memory: WebAssembly.Memory,
  control: Control,
): NetworkGradients {
  const pass = referencePass(model.network, parametersOf(memory, model));
  const inputs = pass.widths[0]!;
  const [from, to] = [block.begin * inputs, block.end * inputs];
  const found = networkGradients(pass, rowsOf(memory, model, block), {
    meanOver: meanOverOf(memory, pass, model, block),
    firstRow: block.begin,
    dx: viewOf(memory, dx, "float64").subarray(from, to),
    beat: () => {
      control.beat();
    },
    ...(rounding === null
      ? {}
      : {
          rounding: {
            arithmetic: rounding.arithmetic,
            xRounding: viewOf(memory, rounding.xRounding, "float32").subarray(from, to),
            xKinks: viewOf(memory, rounding.xKinks, "float32").subarray(from, to),
          },
        }),
  });
  const { overflow } = found;
  return {
    ...found,
    overflow: overflow === null ? null : { ...overflow, row: block.begin + overflow.row },
    xAllowances: new Map([...found.xAllowances].map(([index, amount]) => [from + index, amount])),
  };
}

/** This block's share of the central differences at the task's coordinates. */
export function runNetworkDifferences(
  { model, block, coordinates, step }: NetworkDifferencesTask,
  memory: WebAssembly.Memory,
  control: Control,
): NetworkDifferences {
  const pass = referencePass(model.network, parametersOf(memory, model));
  return networkDifferences(pass, rowsOf(memory, model, block), {
    meanOver: meanOverOf(memory, pass, model, block),
    firstRow: block.begin,
    coordinates,
    step,
    beat: () => {
      control.beat();
    },
  });
}

/** Seeds of two blocks of rows differ by this, so that each draws its own part of a direction of x. */
const SEED_STRIDE = 7919;

/** The part of a direction that this block moves: the whole tensor, or of x its own rows; its length is 1 on average. */
function directionValues(
  { tensor, seed, stream }: Direction,
  place: { readonly begin: number; readonly length: number; readonly whole: number },
): Float64Array {
  const own = tensor === "x" ? (seed + SEED_STRIDE * place.begin) % 2 ** 32 : seed;
  const scale = 1 / Math.sqrt(place.whole);
  return normal(randomStream(own, stream), place.length).map((value) => value * scale);
}

/** This block's share of the differences along the task's directions, and of our gradient's dot products with them. */
export function runDirections(
  { model, block, directions, gradients }: DirectionsTask,
  memory: WebAssembly.Memory,
  control: Control,
): readonly DirectionAnswer[] {
  const parameters = parametersOf(memory, model);
  const rows = rowsOf(memory, model, block);
  const inputs = numelOf(model.x.shape.slice(1));
  const beat = (): void => {
    control.beat();
  };
  const pass = referencePass(model.network, parameters);
  const drawn = directions.map((direction) => {
    beat();
    const ofX = direction.tensor === "x";
    const length = ofX ? rows.x.length : parameters[direction.tensor]!.length;
    const begin = ofX ? block.begin * inputs : 0;
    const whole = ofX ? numelOf(model.x.shape) : length;
    const values = directionValues(direction, { begin, length, whole });
    if (direction.beside !== null) {
      const kinks = viewOf(memory, direction.beside, "float32");
      for (let i = 0; i < length; i++) if (kinks[begin + i] !== 0) values[i] = 0;
    }
    return { ...direction, begin, values };
  });
  const meanOver = meanOverOf(memory, pass, model, block);
  const differences = directionDifferences(pass, rows, drawn, { meanOver, firstRow: block.begin, beat });
  return drawn.map(({ tensor, begin, values }, index) => {
    beat();
    const difference = differences[index]!;
    const gradient = gradients[tensor];
    // A parameter's direction is the same in every block: its product is counted once.
    if (gradient === undefined || (tensor !== "x" && block.begin > 0)) return { difference, dot: 0 };
    const ours = viewOf(memory, gradient, "float32").subarray(begin, begin + values.length);
    return { difference, dot: values.reduce((sum, value, i) => sum + value * ours[i]!, 0) };
  });
}

/** This block's share of differences of the whole loss, computed on both sides of each place. */
export function runFullDifferences(
  { model, block, places, step }: FullDifferencesTask,
  memory: WebAssembly.Memory,
  control: Control,
): readonly FullDifferenceAnswer[] {
  const parameters = parametersOf(memory, model);
  const { x, y } = rowsOf(memory, model, block);
  const inputs = numelOf(model.x.shape.slice(1));
  const pass = referencePass(model.network, parameters);
  const beat = (): void => {
    control.beat();
  };
  const meanOver = meanOverOf(memory, pass, model, block);
  const firstRow = block.begin;
  const noise = lossNoise(pass, { x, y }, { firstRow, beat }) / meanOver;
  return places.map(({ tensor, coordinate }) => {
    beat();
    const at = tensor === "x" ? coordinate - block.begin * inputs : coordinate;
    const values = tensor === "x" ? x : parameters[tensor]!;
    if (at < 0 || at >= values.length) return { difference: 0, noise: 0 };
    const { up, down, width } = differenceStep(values[at]!, step);
    const moved = (by: number) => {
      const changed = Float64Array.from(values);
      changed[at] = changed[at]! + by;
      if (tensor === "x") return { pass, x: changed };
      return { pass: referencePass(model.network, { ...parameters, [tensor]: changed }), x };
    };
    const difference = fullDifference(moved(up), moved(down), y, { meanOver, width, firstRow, beat });
    return { difference, noise: (2 * noise) / width };
  });
}
