import { ShapeError } from "../errors.ts";
import { dropoutFactor } from "../network/dropout-mask.ts";
import { branchesOf, isBlock } from "../network/block.ts";
import {
  normNames,
  parameterNames,
  type DropoutLayer,
  type Layer,
  type Network,
  type PlainLayer,
} from "../network/network.ts";
import { activate, activationMove, activationSlope } from "./activations.ts";
import type { Criterion } from "./row-loss.ts";

/** Parameters in float64 by name: w1 (in, out), b1 (out,), gain1 (features,), … */
export type ReferenceParameters = Readonly<Record<string, Float64Array>>;

export interface LinearReference {
  readonly type: "linear";
  readonly in: number;
  readonly out: number;
  readonly weightName: string;
  readonly biasName: string;
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}
export type ElementwiseLayer = Exclude<PlainLayer, { readonly type: "linear" }>;
/** Over the rows of the batch, or the features of each row. */
export interface NormReference {
  readonly type: "batchNorm" | "layerNorm";
  readonly eps: number;
  readonly gainName: string;
  readonly shiftName: string;
  readonly gain: Float64Array;
  readonly shift: Float64Array;
}
/** The end of a residual block: adds what came into the block, the value number `from`. */
export interface SkipReference {
  readonly type: "skip";
  readonly from: number;
}

/** Where the second branch of a product begins: gives once more what came into the block, the value number `from`. */
export interface BranchReference {
  readonly type: "branch";
  readonly from: number;
}
/** The end of a product: multiplies by what its first branch gave, the value number `left`. */
export interface ProductReference {
  readonly type: "product";
  readonly left: number;
}

/** A layer with its parameters, as the reference walks through it; blocks lie open. */
export type ReferenceLayer =
  | LinearReference
  | ElementwiseLayer
  | DropoutLayer
  | NormReference
  | SkipReference
  | BranchReference
  | ProductReference;

export const isElementwise = (layer: ReferenceLayer): layer is ElementwiseLayer =>
  layer.type === "relu" || layer.type === "activation";
export const isNorm = (layer: ReferenceLayer): layer is NormReference =>
  layer.type === "batchNorm" || layer.type === "layerNorm";

/**
 * A network in float64, written down by itself: nothing here uses the ops, the kernels or the autograd, because this is
 * what they are checked against. It trains: norms go by the batch, dropout masks are fixed.
 */
export interface ReferencePass extends Criterion {
  readonly layers: readonly ReferenceLayer[];
  /** Width of the input, then of every layer's output. */
  readonly widths: readonly number[];
  /** A batch norm makes every row depend on all of them. */
  readonly coupled: boolean;
}

/** @throws {ShapeError} If a parameter is missing or has another length, or widths do not follow each other. */
export function referencePass(network: Network, parameters: ReferenceParameters): ReferencePass {
  const widths: number[] = [];
  let [linear, norm] = [0, 0];
  const take = (name: string, length: number): Float64Array => {
    const values = parameters[name] as Float64Array | undefined;
    if (values?.length !== length) {
      throw new ShapeError(`referencePass: ${name}`, `${length} values`, `${values?.length ?? "none"}`);
    }
    return values;
  };
  /** The width that comes in, of a network that does not begin with a linear layer. */
  const firstWidth = (layers: readonly Layer[]): number => {
    for (const layer of layers) {
      if (layer.type === "linear") return layer.in;
      const inside = isBlock(layer) ? branchesOf(layer).map(firstWidth).find(Number.isFinite) : undefined;
      if (inside !== undefined) return inside;
    }
    return NaN;
  };
  widths.push(firstWidth(network.layers));
  const layers: ReferenceLayer[] = [];
  const add = (layer: ReferenceLayer, width: number): void => {
    layers.push(layer);
    widths.push(width);
  };
  const open = (layer: Layer): void => {
    const width = widths.at(-1) ?? NaN;
    switch (layer.type) {
      case "linear": {
        const names = parameterNames(linear++);
        if (width !== layer.in) {
          throw new ShapeError(`referencePass: ${names.weight}`, `${width} rows`, `${layer.in}`);
        }
        add(
          {
            ...layer,
            weightName: names.weight,
            biasName: names.bias,
            weight: take(names.weight, layer.in * layer.out),
            bias: take(names.bias, layer.out),
          },
          layer.out,
        );
        break;
      }
      case "batchNorm":
      case "layerNorm": {
        const { gain, shift } = normNames(norm++);
        add(
          {
            type: layer.type,
            eps: layer.eps,
            gainName: gain,
            shiftName: shift,
            gain: take(gain, width),
            shift: take(shift, width),
          },
          width,
        );
        break;
      }
      case "residual": {
        const from = layers.length;
        layer.layers.forEach(open);
        add({ type: "skip", from }, width);
        break;
      }
      case "product": {
        const from = layers.length;
        layer.left.forEach(open);
        const left = layers.length;
        add({ type: "branch", from }, width);
        layer.right.forEach(open);
        const [leftWidth, rightWidth] = [widths[left], widths.at(-1) ?? NaN];
        if (leftWidth !== rightWidth) {
          throw new ShapeError("referencePass: a product", `${leftWidth} columns`, `${rightWidth}`);
        }
        add({ type: "product", left }, leftWidth);
        break;
      }
      case "relu":
      case "activation":
      case "dropout":
        add(layer, width);
    }
  };
  network.layers.forEach(open);
  const { loss, smoothing = 0, delta = 1, classWeights = null, ownLoss = null } = network;
  const coupled = layers.some(({ type }) => type === "batchNorm");
  return { layers, loss, smoothing, delta, weights: classWeights, ownLoss, widths, coupled };
}

/** The output of an element-wise layer. */
export function outputOf(layer: ElementwiseLayer, x: number): number {
  return layer.type === "relu" ? Math.max(x, 0) - layer.shift : activate(layer.activation, x);
}

/** Its derivative; at a kink the left one. */
export function slopeOf(layer: ElementwiseLayer, x: number): number {
  return layer.type === "relu" ? (x > 0 ? 1 : 0) : activationSlope(layer.activation, x);
}

/** f(x + d) − f(x), exact also where d is far below the last digit of x. */
export function moveOf(layer: ElementwiseLayer, x: number, d: number): number {
  if (layer.type !== "relu") return activationMove(layer.activation, x, d);
  if (x > 0 === x + d > 0) return x > 0 ? d : 0;
  return Math.max(x + d, 0) - Math.max(x, 0);
}

/** Near enough to 0 for the slope on its side. */
export const BESIDE_ZERO = 1e-12;

/** By how much the derivative jumps at 0; 0 for smooth functions. */
export function jumpOf(layer: ElementwiseLayer): number {
  if (layer.type === "relu") return 1;
  const { activation } = layer;
  if (activation.kind === "own") {
    // What differs by more than a smooth function can within so little is a jump.
    const jump = activationSlope(activation, BESIDE_ZERO) - activationSlope(activation, -BESIDE_ZERO);
    return Math.abs(jump) > 1e-6 ? jump : 0;
  }
  return activation.kind === "leakyRelu" ? 1 - activation.slope : 0;
}

/** y (out,) = x (in,) W + b. */
function multiply(layer: LinearReference, x: ArrayLike<number>): Float64Array {
  const { in: inputs, out, weight, bias } = layer;
  const y = bias.slice();
  const even = inputs & ~1;
  // Two rows of W at a time: y is then read and written half as often.
  for (let i = 0; i < even; i += 2) {
    const value = x[i];
    const next = x[i + 1];
    const at = i * out;
    for (let j = 0; j < out; j++) y[j] += value * weight[at + j] + next * weight[at + out + j];
  }
  if (even < inputs) for (let j = 0; j < out; j++) y[j] += x[even] * weight[even * out + j];
  return y;
}

/** What a norm does to the values that it takes together: (x − mean) / deviation. */
export interface Moments {
  readonly mean: number;
  /** √(variance + eps). */
  readonly deviation: number;
}

export function momentsOf(x: ArrayLike<number>, eps: number): Moments {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < x.length; i++) sum += x[i];
  const mean = sum / x.length;
  for (let i = 0; i < x.length; i++) squares += (x[i] - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / x.length + eps) };
}

/** Rows that are computed together: all of them where a batch norm couples them, else one. */
export interface Batch {
  /** Their numbers in the whole data, which dropout masks go by. */
  readonly rows: readonly number[];
  /** By row: the input, then every layer's output. */
  readonly values: ArrayLike<number>[][];
  /** By position of a norm: one a column of a batch norm, one a row of a layer norm. */
  readonly moments: Moments[][];
}

/** Value number `index` of all rows, column `j`. */
export const columnOf = ({ values }: Batch, index: number, j: number): Float64Array =>
  Float64Array.from(values, (row) => row[index][j]);

/** Outputs of the layer at `position` for all rows; leaves the moments of a norm in the batch. */
export function forwardLayer({ layers }: ReferencePass, position: number, batch: Batch): Float64Array[] {
  const layer = layers[position];
  const { values, rows, moments } = batch;
  const inputs = values.map((row) => row[position]);
  switch (layer.type) {
    case "linear":
      return inputs.map((x) => multiply(layer, x));
    case "relu":
    case "activation":
      return inputs.map((x) => {
        const y = new Float64Array(x.length);
        for (let j = 0; j < y.length; j++) y[j] = outputOf(layer, x[j]);
        return y;
      });
    case "dropout":
      return inputs.map((x, n) =>
        Float64Array.from(x, (value, j) => value * dropoutFactor(layer, rows[n] * x.length + j)),
      );
    case "skip":
      return inputs.map((x, n) => Float64Array.from(x, (value, j) => value + values[n][layer.from][j]));
    case "branch":
      return values.map((row) => Float64Array.from(row[layer.from]));
    case "product":
      return inputs.map((x, n) => Float64Array.from(x, (value, j) => value * values[n][layer.left][j]));
    case "batchNorm":
    case "layerNorm": {
      moments[position] =
        layer.type === "layerNorm"
          ? inputs.map((x) => momentsOf(x, layer.eps))
          : Array.from(layer.gain, (_, j) => momentsOf(columnOf(batch, position, j), layer.eps));
      return inputs.map((_, n) =>
        normalisedRow(layer, position, batch, n).map((value, j) => value * layer.gain[j] + layer.shift[j]),
      );
    }
  }
}

/** (x − mean) / deviation of one row of a norm. */
export function normalisedRow(layer: NormReference, position: number, batch: Batch, n: number): Float64Array {
  const moments = batch.moments[position];
  return Float64Array.from(batch.values[n][position], (value, j) => {
    const { mean, deviation } = moments[layer.type === "layerNorm" ? n : j];
    return (value - mean) / deviation;
  });
}

/** All values of some rows, the numbers of which are `rows`. */
export function forwardBatch(
  pass: ReferencePass,
  inputs: readonly ArrayLike<number>[],
  rows: readonly number[],
): Batch {
  const batch: Batch = { rows, values: inputs.map((x) => [x]), moments: [] };
  for (let position = 0; position < pass.layers.length; position++) {
    const outputs = forwardLayer(pass, position, batch);
    for (let n = 0; n < outputs.length; n++) batch.values[n].push(outputs[n]);
  }
  return batch;
}

/** The values of one row by itself: the input, then every layer's output. */
export const forwardRow = (
  pass: ReferencePass,
  x: ArrayLike<number>,
  row = 0,
): readonly ArrayLike<number>[] => forwardBatch(pass, [x], [row]).values[0];

/**
 * Back through what a norm has taken together: (dn − mean dn − x̂ mean(dn x̂)) / deviation, the mean and the variance
 * depending on x too.
 */
export function throughMoments(
  dn: ArrayLike<number>,
  normalised: ArrayLike<number>,
  deviation: number,
): Float64Array {
  let [sum, along] = [0, 0];
  for (let i = 0; i < dn.length; i++) {
    sum += dn[i];
    along += dn[i] * normalised[i];
  }
  const [mean, slope] = [sum / dn.length, along / dn.length];
  return Float64Array.from(dn, (value, i) => (value - mean - normalised[i] * slope) / deviation);
}

/**
 * Gradients of the inputs of a layer that is not linear, of all rows; of a block's end those of the branch before it. What
 * goes elsewhere is said by `backwardAside`.
 */
export function backwardLayer(
  { layers }: ReferencePass,
  position: number,
  batch: Batch,
  dy: readonly Float64Array[],
): Float64Array[] {
  const layer = layers[position];
  switch (layer.type) {
    case "linear":
      throw new RangeError("backwardLayer: the layer is linear");
    case "relu":
    case "activation":
      return dy.map((gradient, n) =>
        gradient.map((value, j) => value * slopeOf(layer, batch.values[n][position][j])),
      );
    case "dropout":
      return dy.map((gradient, n) =>
        gradient.map((value, j) => value * dropoutFactor(layer, batch.rows[n] * gradient.length + j)),
      );
    case "skip":
      return [...dy];
    case "branch":
      // The layer before it is the end of the other branch, which gives nothing to this one.
      return dy.map((_, n) => new Float64Array(batch.values[n][position].length));
    case "product":
      return dy.map((gradient, n) => gradient.map((value, j) => value * batch.values[n][layer.left][j]));
    case "layerNorm":
      return dy.map((gradient, n) =>
        throughMoments(
          gradient.map((value, j) => value * layer.gain[j]),
          normalisedRow(layer, position, batch, n),
          batch.moments[position][n].deviation,
        ),
      );
    case "batchNorm": {
      const normalised = dy.map((_, n) => normalisedRow(layer, position, batch, n));
      const dx = dy.map(({ length }) => new Float64Array(length));
      layer.gain.forEach((gain, j) => {
        const column = throughMoments(
          Float64Array.from(dy, (gradient) => gradient[j] * gain),
          Float64Array.from(normalised, (row) => row[j]),
          batch.moments[position][j].deviation,
        );
        column.forEach((value, n) => (dx[n][j] = value));
      });
      return dx;
    }
  }
}

/** The value that a layer reads beside its input: what goes around a block, comes into a branch, or is multiplied by; or null. */
export function asideOf(layer: ReferenceLayer): number | null {
  if (layer.type === "product") return layer.left;
  return layer.type === "skip" || layer.type === "branch" ? layer.from : null;
}

/** Gradients of that value, of all rows, from those of the layer's outputs. */
export function backwardAside(
  layer: ReferenceLayer,
  position: number,
  { values }: Batch,
  dy: readonly Float64Array[],
): Float64Array[] {
  return layer.type === "product"
    ? dy.map((gradient, n) => gradient.map((value, j) => value * values[n][position][j]))
    : [...dy];
}
