import { ShapeError } from "../errors.ts";
import {
  forwardRow,
  jumpOf,
  rowLoss,
  rowLossGradient,
  slopeOf,
  type ReferenceLayer,
  type ReferencePass,
} from "./network-pass.ts";

/** Rows of the data: x (rows, in) and y (rows,). */
export interface NetworkRows {
  readonly x: Float32Array | Float64Array;
  readonly y: Float32Array | Float64Array;
}

/** A block's share of loss and gradients: blocks add up to the whole. */
export interface NetworkGradients {
  readonly loss: number;
  /** By parameter: w1, b1, … */
  readonly gradients: Readonly<Record<string, Float64Array>>;
  /**
   * By how much each gradient may differ without a mistake, because float32 may put a pre-activation on either side of
   * a relu's kink: there the gradient is one of two values. Zeros where nothing is uncertain.
   */
  readonly allowances: Readonly<Record<string, Float64Array>>;
  /** The same for x, by flat index within the block. */
  readonly xAllowances: ReadonlyMap<number, number>;
  /** Pre-activations within float32 rounding of a kink. */
  readonly kinks: number;
}

/** Pre-activations farther from zero than this are not examined; the bound below stays far under it. */
const NEAR_ZERO = 1e-3;
/** Rounding of a float32 dot product as a multiple of Σ|x w|: a few units in the last place of 2⁻²⁴. */
const DOT_PRODUCT_ERROR = 4 * 2 ** -24;

/** The coordinates that may differ, by flat index. */
export function uncertainOf(allowances: Float64Array): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  allowances.forEach((allowance, index) => {
    if (allowance > 0) found.set(index, allowance);
  });
  return found;
}

/** A pre-activation whose side of the kink float32 rounding may change. */
interface Kink {
  /** Position of the element-wise layer. */
  readonly position: number;
  readonly unit: number;
}

/**
 * Units of an element-wise layer that lie at its kink within rounding: of the product before it, and of what came into
 * that product, which every linear layer before has rounded once.
 */
function kinksAt(pass: ReferencePass, position: number, values: readonly ArrayLike<number>[]): Kink[] {
  const layer = pass.layers[position];
  const before = pass.layers[position - 1];
  if (layer.type === "linear" || jumpOf(layer) === 0 || before.type !== "linear") return [];
  const depth = pass.layers.slice(0, position).filter(({ type }) => type === "linear").length;
  const found: Kink[] = [];
  const [x, z] = [values[position - 1], values[position]];
  for (let unit = 0; unit < before.out; unit++) {
    if (Math.abs(z[unit]) > NEAR_ZERO) continue;
    let sum = Math.abs(before.bias[unit]);
    for (let i = 0; i < before.in; i++) sum += Math.abs(x[i] * before.weight[i * before.out + unit]);
    if (Math.abs(z[unit]) <= depth * DOT_PRODUCT_ERROR * sum) found.push({ position, unit });
  }
  return found;
}

/** Where a row's backward pass adds what it finds. */
interface Sink {
  /** By parameter. */
  readonly into: Readonly<Record<string, Float64Array>>;
  /** Told of the gradient of each layer's output as it passes. */
  readonly passing?: (position: number, dy: Float64Array) => void;
}

/** Walks one row back from the gradient `dy` of the output of layer `from`. @returns the gradient of the input. */
function backwardRow(
  { layers }: ReferencePass,
  values: readonly ArrayLike<number>[],
  from: number,
  dy: Float64Array,
  sink: Sink,
): Float64Array {
  let gradient = dy;
  for (let position = from; position >= 0; position--) {
    const layer = layers[position];
    const x = values[position];
    sink.passing?.(position, gradient);
    if (layer.type === "linear") {
      gradient = backwardLinear(layer, x, gradient, sink);
      continue;
    }
    const dx = new Float64Array(gradient.length);
    for (let j = 0; j < dx.length; j++) dx[j] = gradient[j] * slopeOf(layer, x[j]);
    gradient = dx;
  }
  return gradient;
}

/** dW += xᵀ dy, db += dy. @returns dx = dy Wᵀ. */
function backwardLinear(
  { in: inputs, out, weight, weightName, biasName }: Extract<ReferenceLayer, { type: "linear" }>,
  x: ArrayLike<number>,
  dy: Float64Array,
  { into }: Sink,
): Float64Array {
  const dx = new Float64Array(inputs);
  const [dWeight, dBias] = [into[weightName], into[biasName]];
  for (let j = 0; j < out; j++) dBias[j] += dy[j];
  const even = inputs & ~1;
  // Two rows of W at a time: their sums need not wait for each other, and dy is read half as often.
  for (let i = 0; i < even; i += 2) {
    const value = x[i];
    const next = x[i + 1];
    const at = i * out;
    const below = at + out;
    let sum = 0;
    let sumBelow = 0;
    for (let j = 0; j < out; j++) {
      const d = dy[j];
      dWeight[at + j] += value * d;
      dWeight[below + j] += next * d;
      sum += weight[at + j] * d;
      sumBelow += weight[below + j] * d;
    }
    dx[i] = sum;
    dx[i + 1] = sumBelow;
  }
  for (let i = even; i < inputs; i++) {
    for (let j = 0; j < out; j++) {
      dWeight[i * out + j] += x[i] * dy[j];
      dx[i] += weight[i * out + j] * dy[j];
    }
  }
  return dx;
}

const zerosFor = ({ layers }: ReferencePass): Record<string, Float64Array> =>
  Object.fromEntries(
    layers.flatMap((layer) =>
      layer.type === "linear"
        ? [
            [layer.weightName, new Float64Array(layer.weight.length)],
            [layer.biasName, new Float64Array(layer.bias.length)],
          ]
        : [],
    ),
  );

/**
 * Loss and gradients of the loss averaged over `meanOver` rows, for one block of them, row by row in float64. Writes
 * the gradient of the block's x into `dx` (rows, in). A row at a kink is walked back once more from there, for what
 * the other side would have given.
 *
 * @throws {ShapeError} If a length does not fit. @throws {RangeError} If a target is no class.
 */
export function networkGradients(
  pass: ReferencePass,
  { x, y }: NetworkRows,
  { meanOver, dx }: { readonly meanOver: number; readonly dx: Float64Array },
): NetworkGradients {
  const inputs = pass.widths[0];
  if (x.length !== y.length * inputs || dx.length !== x.length) {
    throw new ShapeError("networkGradients: x and dx", `${y.length * inputs} values`, [x.length, dx.length]);
  }
  const gradients = zerosFor(pass);
  const allowances = zerosFor(pass);
  const xAllowances = new Map<number, number>();
  let loss = 0;
  let kinks = 0;
  for (let row = 0; row < y.length; row++) {
    const values = forwardRow(pass, x.subarray(row * inputs, (row + 1) * inputs));
    const out = values[pass.layers.length];
    loss += rowLoss(pass, out, y[row]) / meanOver;
    const atKinks = pass.layers.flatMap((_, position) => kinksAt(pass, position, values));
    const jumps: { kink: Kink; dz: number }[] = [];
    const dy = rowLossGradient(pass, out, y[row]).map((value) => value / meanOver);
    const passing = (position: number, passed: Float64Array): void => {
      const layer = pass.layers[position];
      if (layer.type === "linear") return;
      for (const kink of atKinks) {
        if (kink.position === position) jumps.push({ kink, dz: passed[kink.unit] * jumpOf(layer) });
      }
    };
    dx.set(backwardRow(pass, values, pass.layers.length - 1, dy, { into: gradients, passing }), row * inputs);
    kinks += atKinks.length;
    for (const { kink, dz } of jumps) {
      const jump = new Float64Array(pass.widths[kink.position]);
      jump[kink.unit] = dz;
      const into = zerosFor(pass);
      backwardRow(pass, values, kink.position - 1, jump, { into }).forEach((amount, i) => {
        if (amount === 0) return;
        const at = row * inputs + i;
        xAllowances.set(at, (xAllowances.get(at) ?? 0) + Math.abs(amount));
      });
      for (const [name, amounts] of Object.entries(into)) {
        const sum = allowances[name];
        for (let i = 0; i < sum.length; i++) sum[i] += Math.abs(amounts[i]);
      }
    }
  }
  return { loss, gradients, allowances, xAllowances, kinks };
}
