import { ShapeError } from "../errors.ts";
import { parameterNames, type LossName, type PlainLayer, type PlainNetwork } from "../network/network.ts";
import { activate, activationMove, activationSlope } from "./activations.ts";

/** Parameters in float64 by name: w1 (in, out), b1 (out,), … */
export type ReferenceParameters = Readonly<Record<string, Float64Array>>;

/** A layer with its parameters, as the reference walks through it. */
export type ReferenceLayer =
  | {
      readonly type: "linear";
      readonly in: number;
      readonly out: number;
      readonly weightName: string;
      readonly biasName: string;
      readonly weight: Float64Array;
      readonly bias: Float64Array;
    }
  | Exclude<PlainLayer, { readonly type: "linear" }>;

export type LinearReference = Extract<ReferenceLayer, { readonly type: "linear" }>;
export type ElementwiseLayer = Exclude<ReferenceLayer, { readonly type: "linear" }>;

/** How outputs are judged. */
export interface Criterion {
  readonly loss: LossName;
  /** Label smoothing of the cross entropy. */
  readonly smoothing: number;
}

/**
 * A network in float64, written down by itself: nothing here uses the ops, the kernels or the autograd, because this is
 * what they are checked against.
 */
export interface ReferencePass extends Criterion {
  readonly layers: readonly ReferenceLayer[];
  /** Width of the input, then of every layer's output. */
  readonly widths: readonly number[];
}

/** @throws {ShapeError} If a parameter is missing or has another length, or widths do not follow each other. */
export function referencePass(network: PlainNetwork, parameters: ReferenceParameters): ReferencePass {
  const widths: number[] = [];
  let linear = 0;
  const layers = network.layers.map((layer): ReferenceLayer => {
    if (layer.type !== "linear") {
      widths.push(widths.at(-1) ?? NaN);
      return layer;
    }
    const names = parameterNames(linear++);
    const take = (name: string, length: number): Float64Array => {
      const values = parameters[name] as Float64Array | undefined;
      if (values?.length !== length) {
        throw new ShapeError(`referencePass: ${name}`, `${length} values`, `${values?.length ?? "none"}`);
      }
      return values;
    };
    if (widths.length === 0) widths.push(layer.in);
    if (widths.at(-1) !== layer.in) {
      throw new ShapeError(`referencePass: ${names.weight}`, `${widths.at(-1)} rows`, `${layer.in}`);
    }
    widths.push(layer.out);
    return {
      ...layer,
      weightName: names.weight,
      biasName: names.bias,
      weight: take(names.weight, layer.in * layer.out),
      bias: take(names.bias, layer.out),
    };
  });
  return { layers, loss: network.loss, smoothing: network.smoothing ?? 0, widths };
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

/** By how much the derivative jumps at 0; 0 for smooth functions. */
export function jumpOf(layer: ElementwiseLayer): number {
  if (layer.type === "relu") return 1;
  return layer.activation.kind === "leakyRelu" ? 1 - layer.activation.slope : 0;
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

/** The values of one row: the input, then every layer's output. */
export function forwardRow({ layers }: ReferencePass, x: ArrayLike<number>): readonly ArrayLike<number>[] {
  const values: ArrayLike<number>[] = [x];
  // With an iterator here the product's loops take twice as long.
  for (let index = 0; index < layers.length; index++) {
    const layer = layers[index];
    const input = values[index];
    if (layer.type === "linear") {
      values.push(multiply(layer, input));
      continue;
    }
    const y = new Float64Array(input.length);
    for (let j = 0; j < y.length; j++) y[j] = outputOf(layer, input[j]);
    values.push(y);
  }
  return values;
}

/** softmax(logits). */
export function softmax(logits: ArrayLike<number>): Float64Array {
  let largest = -Infinity;
  for (let c = 0; c < logits.length; c++) largest = Math.max(largest, logits[c]);
  const shares = Float64Array.from(logits, (value) => Math.exp(value - largest));
  const total = shares.reduce((sum, value) => sum + value, 0);
  return shares.map((value) => value / total);
}

/** What the network should have put out: the label, a one at its class, or shares smoothed over all classes. */
export function wantedOutput({ loss, smoothing }: Criterion, classes: number, target: number): Float64Array {
  if (loss === "mse") return Float64Array.of(target);
  if (!Number.isInteger(target) || target < 0 || target >= classes) {
    throw new RangeError(`wantedOutput: expected a class below ${classes}, got ${target}`);
  }
  const spread = loss === "crossEntropy" ? smoothing : 0;
  const wanted = new Float64Array(classes).fill(spread / classes);
  wanted[target] += 1 - spread;
  return wanted;
}

/**
 * log Σ exp(out − out[target]): small where the target's class leads, so that nothing may cancel on the way to it.
 */
function logLead(out: ArrayLike<number>, target: number): number {
  let largest = -Infinity;
  for (let c = 0; c < out.length; c++) {
    if (c !== target) largest = Math.max(largest, out[c] - out[target]);
  }
  const above = Math.max(0, largest);
  let others = 0;
  for (let c = 0; c < out.length; c++) {
    if (c !== target) others += Math.exp(out[c] - out[target] - above);
  }
  return above === 0 ? Math.log1p(others) : above + Math.log(others + Math.exp(-above));
}

/** The loss of one row, before the mean over rows. @throws {RangeError} If the target is no class. */
export function rowLoss(criterion: Criterion, out: ArrayLike<number>, target: number): number {
  const wanted = wantedOutput(criterion, out.length, target);
  if (criterion.loss === "crossEntropy") {
    // Σ wanted is 1: what the other classes are wanted for counts from the target's output.
    return wanted.reduce(
      (sum, share, c) => (c === target ? sum : sum - share * (out[c] - out[target])),
      logLead(out, target),
    );
  }
  return wanted.reduce((sum, value, c) => sum + (out[c] - value) ** 2, 0) / wanted.length;
}

/** The gradient of one row's loss by the network's output, before the mean. */
export function rowLossGradient(criterion: Criterion, out: ArrayLike<number>, target: number): Float64Array {
  const wanted = wantedOutput(criterion, out.length, target);
  if (criterion.loss !== "crossEntropy") {
    return wanted.map((value, c) => (2 * (out[c] - value)) / wanted.length);
  }
  const gradient = softmax(out).map((share, c) => share - wanted[c]);
  // All together are 0. From the others the target's keeps its digits, where share − 1 would be rounding.
  gradient[target] = 0;
  gradient[target] = -gradient.reduce((sum, value) => sum + value, 0);
  return gradient;
}

/**
 * loss(out + up) − loss(out + down) of one row, without the cancellation of two nearly equal losses: a difference of
 * squares as a product, a difference of logarithms by log1p and expm1.
 */
export function rowLossDifference(
  criterion: Criterion,
  out: ArrayLike<number>,
  target: number,
  { up, down }: { readonly up: ArrayLike<number>; readonly down: ArrayLike<number> },
): number {
  // By far the most often, and then without an array for each coordinate of each row.
  if (criterion.loss === "mse") return (up[0] - down[0]) * (2 * (out[0] - target) + up[0] + down[0]);
  const wanted = wantedOutput(criterion, out.length, target);
  if (criterion.loss === "mseOneHot") {
    const rises = wanted.map((value, c) => (up[c] - down[c]) * (2 * (out[c] - value) + up[c] + down[c]));
    return rises.reduce((sum, rise) => sum + rise, 0) / wanted.length;
  }
  const shares = softmax(out);
  // Moves count from that of the target: a loss of 1e-18 has a derivative of 1e-18, which a share of 1 would swallow.
  const rise = (moves: ArrayLike<number>): number => {
    let [grown, along] = [0, 0];
    for (let c = 0; c < shares.length; c++) {
      const move = moves[c] - moves[target];
      grown += shares[c] * Math.expm1(move);
      if (c !== target) along += wanted[c] * move;
    }
    return Math.log1p(grown) - along;
  };
  return rise(up) - rise(down);
}
