import { ShapeError } from "../errors.ts";
import {
  LARGEST_FLOAT32,
  SMALLEST_FLOAT32,
  sumRounding,
  type Float32Arithmetic,
} from "./float32-arithmetic.ts";
import { addJumps, kinksAt } from "./kinks.ts";
import {
  asideOf,
  backwardAside,
  backwardLayer,
  forwardBatch,
  isElementwise,
  isNorm,
  normalisedRow,
  type Batch,
  type LinearReference,
  type NormReference,
  type ReferencePass,
} from "./network-pass.ts";
import { rowLoss, rowLossGradient, type RowTargets } from "./row-loss.ts";
import { Pending, zerosLike } from "./input-gradients.ts";
import { normalisedErrors, type BatchErrors } from "./norm-rounding.ts";
import { RoundingModel } from "./rounding-model.ts";
import { sampledRows } from "./sampled-rounding.ts";

/** Rows of the data: x (rows, in) and y (rows,), or as many targets a row as outputs. */
export interface NetworkRows {
  readonly x: Float32Array | Float64Array;
  readonly y: Float32Array | Float64Array;
}

/** Rows and their targets, by their numbers in these rows. */
export function rowsOf(
  { widths }: ReferencePass,
  { x, y }: NetworkRows,
): {
  readonly count: number;
  readonly x: (row: number) => Float32Array | Float64Array;
  readonly targets: (row: number) => RowTargets;
} {
  const [inputs] = widths;
  const count = x.length / inputs;
  // Of no rows there is nothing to say.
  const targets = count === 0 ? 1 : y.length / count;
  if (!Number.isInteger(count) || !Number.isInteger(targets) || targets === 0) {
    throw new ShapeError("rows of a network: x and y", `${inputs} values a row, and targets`, [
      x.length,
      y.length,
    ]);
  }
  return {
    count,
    x: (row) => x.subarray(row * inputs, (row + 1) * inputs),
    targets: (row) => y.subarray(row * targets, (row + 1) * targets),
  };
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

const zerosFor = ({ layers }: ReferencePass, fill = 0): Record<string, Float64Array> => {
  const zeros = ({ length }: Float64Array): Float64Array => new Float64Array(length).fill(fill);
  return Object.fromEntries(
    layers.flatMap((layer) => {
      if (layer.type === "linear") {
        return [
          [layer.weightName, zeros(layer.weight)],
          [layer.biasName, zeros(layer.bias)],
        ];
      }
      if (!isNorm(layer)) return [];
      return [
        [layer.gainName, zeros(layer.gain)],
        [layer.shiftName, zeros(layer.shift)],
      ];
    }),
  );
};

/** dgain += dy x̂, dshift += dy of one row. */
function addNorm(
  layer: NormReference,
  normalised: Float64Array,
  dy: Float64Array,
  into: Readonly<Record<string, Float64Array>>,
): void {
  const [dGain, dShift] = [into[layer.gainName], into[layer.shiftName]];
  dy.forEach((value, j) => {
    dGain[j] += value * normalised[j];
    dShift[j] += value;
  });
}

/** Adds what float32 may round of them. */
function addNormRounding(
  layer: NormReference,
  normalised: Float64Array,
  errors: Float64Array,
  dy: Float64Array,
  dyErrors: Float64Array,
  each: number,
  into: Readonly<Record<string, Float64Array>>,
): void {
  const [dGain, dShift] = [into[layer.gainName], into[layer.shiftName]];
  dy.forEach((value, j) => {
    const size = dyErrors[j] + each * Math.abs(value);
    dGain[j] += size * Math.abs(normalised[j]) + errors[j] * (Math.abs(value) + dyErrors[j]);
    dShift[j] += size;
  });
}

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

/**
 * Loss and gradients of the loss averaged over `meanOver` rows, for one block of them, in float64: row by row, or where a
 * batch norm couples them, layer by layer of all rows, which must then be the whole data. Writes the gradient of the
 * block's x into `dx` (rows, in). A row at a kink is walked back once more from there, for what the other side would have
 * given. With `rounding` a running error analysis goes along: `RoundingModel`. `firstRow` is the first one's number in
 * the data, by which dropout goes. `beat` is called at every row.
 *
 * @throws {ShapeError} If a length does not fit. @throws {RangeError} If a target is no class.
 */
export function networkGradients(
  pass: ReferencePass,
  data: NetworkRows,
  options: {
    readonly meanOver: number;
    readonly dx: Float64Array;
    readonly firstRow?: number;
    readonly rounding?: RoundingRequest;
    readonly beat?: () => void;
  },
): NetworkGradients {
  const { meanOver, dx, rounding, beat, firstRow = 0 } = options;
  const inputs = pass.widths[0];
  const rows = rowsOf(pass, data);
  if (dx.length !== data.x.length) {
    throw new ShapeError("networkGradients: x and dx", `${data.x.length} values`, [dx.length]);
  }
  const each = sumRounding(Math.max(meanOver, rows.count));
  const batchOf = (chosen: readonly number[]): Batch => {
    beat?.();
    return forwardBatch(
      pass,
      chosen.map(rows.x),
      chosen.map((row) => firstRow + row),
    );
  };
  const gradients = zerosFor(pass);
  const allowances = zerosFor(pass);
  const xAllowances = new Map<number, number>();
  const roundings = rounding === undefined ? {} : zerosFor(pass, rows.count * SMALLEST_FLOAT32);
  const model = rounding === undefined ? null : new RoundingModel(pass, rounding.arithmetic);
  const all = Array.from({ length: rows.count }, (_, row) => row);
  if (model !== null) {
    const sampled = pass.coupled ? all : sampledRows(rows.count);
    model.calibrate(batchOf(sampled), sampled.map(rows.targets));
  }
  let [loss, kinks] = [0, 0];
  let overflow: Overflow | null = null;
  const met = (found: Overflow): void => {
    if (!(found.value > LARGEST_FLOAT32)) return;
    // A branch's beginning is no layer of the network.
    const layers = pass.layers.slice(0, found.position + 1).filter(({ type }) => type !== "branch");
    overflow = firstOverflow(overflow, { ...found, position: layers.length - 1 });
  };
  for (const group of pass.coupled ? [all] : all.map((row) => [row])) {
    const batch = batchOf(group);
    const errors: BatchErrors | null = model?.forward(batch) ?? null;
    const atKinks = batch.values.map((values, n) =>
      pass.layers.flatMap((_, position) => kinksAt(pass, position, values, errors?.values[n] ?? null)),
    );
    const kinkGradients: Float64Array[][] = group.map(() => []);
    const kinked = atKinks.some(({ length }) => length > 0);
    kinks += atKinks.flat().length;
    const outputs = batch.values.map((values) => values[pass.layers.length]);
    let dy: Float64Array[] = group.map((row, n) => {
      loss += rowLoss(pass, outputs[n], rows.targets(row)) / meanOver;
      if (model !== null) {
        batch.values[n].forEach((value, at) => {
          met({ direction: "forward", position: at - 1, row, value: largestOf(value) });
        });
      }
      return rowLossGradient(pass, outputs[n], rows.targets(row)).map((value) => value / meanOver);
    });
    let dyErrors: Float64Array[] = group.map((row, n) =>
      model === null || errors === null
        ? new Float64Array(dy[n].length)
        : model
            .lossGradient(outputs[n], errors.values[n][pass.layers.length], rows.targets(row))
            .map((error) => error / meanOver),
    );
    const pending = new Pending();
    for (let position = pass.layers.length - 1; position >= 0; position--) {
      const layer = pass.layers[position];
      if (pass.coupled) beat?.();
      pending.keep(
        asideOf(layer),
        backwardAside(layer, position, batch, dy),
        model === null || errors === null
          ? dyErrors
          : model.backwardAside(position, batch, errors, dy, dyErrors),
      );
      const before = dy;
      if (isElementwise(layer) && kinked) {
        before.forEach((row, n) => {
          kinkGradients[n][position] = row.map((value, j) => Math.abs(value) + dyErrors[n][j]);
        });
      }
      const bounds =
        model === null || errors === null
          ? dyErrors
          : model.backward(position, batch, errors, before, dyErrors);
      if (layer.type === "linear") {
        dy = before.map((row, n) => backwardLinear(layer, batch.values[n][position], row, gradients));
        if (errors !== null) {
          before.forEach((row, n) => {
            const [x, xErrors] = [batch.values[n][position], errors.values[n][position]];
            addRounding(layer, x, xErrors, row, dyErrors[n], each, roundings);
          });
        }
      } else {
        if (isNorm(layer)) {
          before.forEach((row, n) => {
            const normalised = normalisedRow(layer, position, batch, n);
            addNorm(layer, normalised, row, gradients);
            if (errors === null) return;
            const own = normalisedErrors(layer, errors.norms[position], n);
            addNormRounding(layer, normalised, own, row, dyErrors[n], each, roundings);
          });
        }
        dy = backwardLayer(pass, position, batch, before);
      }
      dyErrors = model === null ? zerosLike(dy) : bounds;
      [dy, dyErrors] = pending.add(position, dy, dyErrors);
      if (model !== null) {
        dy.forEach((row, n) => {
          met({ direction: "backward", position, row: group[n], value: largestOf(row) });
        });
      }
    }
    group.forEach((row, n) => {
      dx.set(dy[n], row * inputs);
      rounding?.xRounding.set(dyErrors[n], row * inputs);
    });
    if (!kinked) continue;
    const sinks = group.map(() => ({ allowances, x: new Float64Array(inputs) }));
    addJumps(
      pass,
      { batch, kinks: atKinks, gradients: kinkGradients, errors: errors?.values ?? null },
      sinks,
    );
    group.forEach((row, n) => {
      const { x } = sinks[n];
      if (rounding !== undefined) rounding.xKinks.set(x, row * inputs);
      else {
        x.forEach((amount, i) => {
          if (amount !== 0) xAllowances.set(row * inputs + i, amount);
        });
      }
    });
  }
  return { loss, gradients, allowances, xAllowances, rounding: roundings, kinks, overflow };
}
