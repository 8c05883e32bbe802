import { ShapeError } from "../errors.ts";
import {
  LARGEST_FLOAT32,
  SMALLEST_FLOAT32,
  sumRounding,
  type Float32Arithmetic,
} from "./float32-arithmetic.ts";
import { addJumps, kinksAt } from "./kinks.ts";
import {
  forwardRow,
  rowLoss,
  rowLossGradient,
  slopeOf,
  type LinearReference,
  type ReferencePass,
} from "./network-pass.ts";
import { RoundingModel, sampledRows } from "./rounding-model.ts";

/** Rows of the data: x (rows, in) and y (rows,). */
export interface NetworkRows {
  readonly x: Float32Array | Float64Array;
  readonly y: Float32Array | Float64Array;
}

/** Where float32 ends: the first place, forward and then back, whose value in float64 is beyond its largest number. */
export interface Overflow {
  readonly direction: "forward" | "backward";
  /** Of the layer, from 0: whose output, or the gradient of whose input, is too large. */
  readonly position: number;
  /** Within the block. */
  readonly row: number;
  readonly value: number;
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
  /** The same for x, by flat index within the block; empty when `rounding` asked for them in an array. */
  readonly xAllowances: ReadonlyMap<number, number>;
  /** By how much float32 may round each gradient; empty without `rounding`. */
  readonly rounding: Readonly<Record<string, Float64Array>>;
  /** Pre-activations within float32 rounding of a kink. */
  readonly kinks: number;
  /** Only looked for with `rounding`. */
  readonly overflow: Overflow | null;
}

/** Asks what float32 may round, and where to write that of x and what its kinks allow, (rows, in) each. */
export interface RoundingRequest {
  readonly arithmetic: Float32Arithmetic;
  readonly xRounding: Float32Array;
  readonly xKinks: Float32Array;
}

/** The coordinates that may differ, by flat index. */
export function uncertainOf(allowances: Float64Array): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  allowances.forEach((allowance, index) => {
    if (allowance > 0) found.set(index, allowance);
  });
  return found;
}

/** dW += xᵀ dy, db += dy. @returns dx = dy Wᵀ. */
function backwardLinear(
  { in: inputs, out, weight, weightName, biasName }: LinearReference,
  x: ArrayLike<number>,
  dy: Float64Array,
  into: Readonly<Record<string, Float64Array>>,
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

/** Adds what float32 may round of dW = xᵀ dy and db = Σ dy, from the bounds of x and dy; `each` is that of a sum over rows. */
function addRounding(
  { in: inputs, out, weightName, biasName }: LinearReference,
  x: ArrayLike<number>,
  xErrors: Float64Array,
  dy: Float64Array,
  dyErrors: Float64Array,
  each: number,
  into: Readonly<Record<string, Float64Array>>,
): void {
  const [dWeight, dBias] = [into[weightName], into[biasName]];
  const sizes = dy.map((value, j) => dyErrors[j] + each * Math.abs(value));
  for (let j = 0; j < out; j++) dBias[j] += sizes[j];
  for (let i = 0; i < inputs; i++) {
    const [size, error] = [Math.abs(x[i]), xErrors[i]];
    const at = i * out;
    if (error === 0) {
      for (let j = 0; j < out; j++) dWeight[at + j] += size * sizes[j];
    } else {
      for (let j = 0; j < out; j++) {
        dWeight[at + j] += size * sizes[j] + error * (Math.abs(dy[j]) + dyErrors[j]);
      }
    }
  }
}

const zerosFor = ({ layers }: ReferencePass, fill = 0): Record<string, Float64Array> =>
  Object.fromEntries(
    layers.flatMap((layer) =>
      layer.type === "linear"
        ? [
            [layer.weightName, new Float64Array(layer.weight.length).fill(fill)],
            [layer.biasName, new Float64Array(layer.bias.length).fill(fill)],
          ]
        : [],
    ),
  );

/** The largest |value|. */
function largestOf(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** Of two overflows the one that a computation meets first. */
export function firstOverflow(left: Overflow | null, right: Overflow | null): Overflow | null {
  if (left === null || right === null) return left ?? right;
  if (left.direction !== right.direction) return left.direction === "forward" ? left : right;
  const earlier =
    left.direction === "forward" ? left.position - right.position : right.position - left.position;
  return earlier < 0 || (earlier === 0 && left.row <= right.row) ? left : right;
}

/** A row on its way: its values, and with a rounding model their bounds. */
interface ForwardRow {
  readonly values: readonly ArrayLike<number>[];
  readonly errors: readonly Float64Array[] | null;
}

/**
 * Loss and gradients of the loss averaged over `meanOver` rows, for one block of them, row by row in float64. Writes
 * the gradient of the block's x into `dx` (rows, in). A row at a kink is walked back once more from there, for what
 * the other side would have given. With `rounding` a running error analysis goes along: `RoundingModel`. `beat` is
 * called at every row.
 *
 * @throws {ShapeError} If a length does not fit. @throws {RangeError} If a target is no class.
 */
export function networkGradients(
  pass: ReferencePass,
  { x, y }: NetworkRows,
  options: {
    readonly meanOver: number;
    readonly dx: Float64Array;
    readonly rounding?: RoundingRequest;
    readonly beat?: () => void;
  },
): NetworkGradients {
  const { meanOver, dx, rounding, beat } = options;
  const inputs = pass.widths[0];
  if (x.length !== y.length * inputs || dx.length !== x.length) {
    throw new ShapeError("networkGradients: x and dx", `${y.length * inputs} values`, [x.length, dx.length]);
  }
  const valuesOf = (row: number): readonly ArrayLike<number>[] => {
    beat?.();
    return forwardRow(pass, x.subarray(row * inputs, (row + 1) * inputs));
  };
  const gradients = zerosFor(pass);
  const allowances = zerosFor(pass);
  const xAllowances = new Map<number, number>();
  const roundings = rounding === undefined ? {} : zerosFor(pass, y.length * SMALLEST_FLOAT32);
  const model = rounding === undefined ? null : new RoundingModel(pass, rounding.arithmetic);
  model?.calibrate(sampledRows(y.length).map((row) => ({ values: valuesOf(row), target: y[row] })));
  const rowJumps = new Float64Array(inputs);
  let [loss, kinks] = [0, 0];
  let overflow: Overflow | null = null;
  for (let row = 0; row < y.length; row++) {
    const values = valuesOf(row);
    const forward: ForwardRow = { values, errors: model?.forward(values) ?? null };
    const out = values[pass.layers.length];
    loss += rowLoss(pass, out, y[row]) / meanOver;
    const atKinks = pass.layers.flatMap((_, position) => kinksAt(pass, position, values, forward.errors));
    kinks += atKinks.length;
    const kinkGradients: Float64Array[] = [];
    const met = (found: Omit<Overflow, "row">): void => {
      if (found.value > LARGEST_FLOAT32) overflow = firstOverflow(overflow, { ...found, row });
    };
    if (model !== null) {
      values.forEach((value, at) => {
        met({ direction: "forward", position: at - 1, value: largestOf(value) });
      });
    }
    let dy: Float64Array = rowLossGradient(pass, out, y[row]).map((value) => value / meanOver);
    let dyErrors: Float64Array =
      model
        ?.lossGradient(out, forward.errors?.at(-1) ?? new Float64Array(), y[row])
        .map((error) => error / meanOver) ?? new Float64Array();
    for (let position = pass.layers.length - 1; position >= 0; position--) {
      const layer = pass.layers[position];
      const errors = forward.errors?.[position];
      if (layer.type === "linear") {
        const next = backwardLinear(layer, values[position], dy, gradients);
        if (model !== null && errors !== undefined) {
          const each = sumRounding(meanOver);
          addRounding(layer, values[position], errors, dy, dyErrors, each, roundings);
          dyErrors = model.linear(position, dy, dyErrors);
        }
        dy = next;
      } else {
        const errorsNow = dyErrors;
        if (atKinks.length > 0)
          kinkGradients[position] = dy.map(
            (value, j) => Math.abs(value) + (model === null ? 0 : errorsNow[j]),
          );
        if (model !== null && errors !== undefined) {
          dyErrors = model.elementwise(position, values[position], errors, dy, dyErrors);
        }
        dy = dy.map((value, j) => value * slopeOf(layer, values[position][j]));
      }
      if (model !== null) met({ direction: "backward", position, value: largestOf(dy) });
    }
    dx.set(dy, row * inputs);
    rounding?.xRounding.set(dyErrors, row * inputs);
    if (atKinks.length === 0) continue;
    rowJumps.fill(0);
    addJumps(pass, { values, kinks: atKinks, gradients: kinkGradients }, { allowances, x: rowJumps });
    if (rounding !== undefined) rounding.xKinks.set(rowJumps, row * inputs);
    else {
      rowJumps.forEach((amount, i) => {
        if (amount !== 0) xAllowances.set(row * inputs + i, amount);
      });
    }
  }
  return { loss, gradients, allowances, xAllowances, rounding: roundings, kinks, overflow };
}
