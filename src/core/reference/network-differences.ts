import { ShapeError } from "../errors.ts";
import type { NetworkRows } from "./network-gradients.ts";
import {
  forwardRow,
  jumpOf,
  moveOf,
  rowLoss,
  rowLossDifference,
  type ElementwiseLayer,
  type LinearReference,
  type ReferencePass,
} from "./network-pass.ts";

/** Flat indices a tensor (x, w1, b1, …); those of x count from the first row of all the data. */
export type NetworkCoordinates = Readonly<Record<string, readonly number[]>>;

/** One value a coordinate. Blocks of rows add up. */
export interface NetworkDifferences {
  readonly derivatives: Readonly<Record<string, Float64Array>>;
  /** Rows whose ± step crossed a kink, where a central difference is not the derivative. */
  readonly kinks: Readonly<Record<string, Float64Array>>;
}

/** Step over max(1, |value|). */
const stepSize = (value: number, size = 1e-5): number => size * Math.max(1, Math.abs(value));

/**
 * Step of a central difference, `size` · max(1, |value|). With 1e-5 truncation (h²) and rounding (ε / h) are then both
 * near 1e-10. `up` and `down` are the steps that float64 really takes.
 */
export function differenceStep(value: number, size?: number): { up: number; down: number; width: number } {
  const step = stepSize(value, size);
  const above = value + step;
  const below = value - step;
  return { up: above - value, down: below - value, width: above - below };
}

/** How a layer's output moves when the step is taken up and down. */
interface Move {
  readonly up: Float64Array;
  readonly down: Float64Array;
}

const stillness = (width: number): Move => ({ up: new Float64Array(width), down: new Float64Array(width) });

/** Whether the step has crossed a kink in the row that was computed last. */
interface Crossed {
  yet: boolean;
}

/** f(x + move) − f(x) of an element-wise layer. */
function moveThrough(
  layer: ElementwiseLayer,
  x: ArrayLike<number>,
  { up, down }: Move,
  into: Move,
  crossed: Crossed,
): void {
  const kinked = jumpOf(layer) !== 0;
  for (let j = 0; j < x.length; j++) {
    into.up[j] = 0;
    into.down[j] = 0;
    if (up[j] === 0 && down[j] === 0) continue;
    into.up[j] = moveOf(layer, x[j], up[j]);
    into.down[j] = moveOf(layer, x[j], down[j]);
    if (kinked && x[j] + up[j] > 0 !== x[j] + down[j] > 0) crossed.yet = true;
  }
}

/** A linear layer moves by move · W; what does not move is passed over, which leaves one row of W at the beginning. */
function moveLinear({ in: inputs, out, weight }: LinearReference, { up, down }: Move, into: Move): void {
  into.up.fill(0);
  into.down.fill(0);
  for (let i = 0; i < inputs; i++) {
    if (up[i] === 0 && down[i] === 0) continue;
    const at = i * out;
    for (let j = 0; j < out; j++) {
      into.up[j] += up[i] * weight[at + j];
      into.down[j] += down[i] * weight[at + j];
    }
  }
}

/**
 * loss₊ − loss₋ of one row when the output of layer `position` moves as `moves[position + 1]` says: only what comes
 * after is computed, into the rest of `moves`, and of that only what moves.
 */
function rowDifference(
  pass: ReferencePass,
  values: readonly ArrayLike<number>[],
  target: number,
  position: number,
  moves: readonly Move[],
  crossed: Crossed,
): number {
  const { layers } = pass;
  crossed.yet = false;
  for (let at = position + 1; at < layers.length; at++) {
    const layer = layers[at];
    if (layer.type === "linear") moveLinear(layer, moves[at], moves[at + 1]);
    else moveThrough(layer, values[at], moves[at], moves[at + 1], crossed);
  }
  return rowLossDifference(pass, values[layers.length], target, moves[layers.length]);
}

/** Rows between two heartbeats of one coordinate. */
const ROWS_PER_BEAT = 64;

/** What a coordinate of a tensor moves: one unit behind a linear layer, or one input of one row. */
interface Place {
  /** Position of the linear layer; −1 for x. */
  readonly position: number;
  readonly values: Float64Array | null;
  /** The unit that moves, and the input that it moves by; −1 where that is a bias. */
  readonly unitOf: (index: number) => number;
  readonly inputOf: (index: number) => number;
}

function placeOf({ layers, widths }: ReferencePass, tensor: string): Place {
  if (tensor === "x") {
    const width = widths[0];
    return { position: -1, values: null, unitOf: (index) => index % width, inputOf: () => -1 };
  }
  for (const [position, layer] of layers.entries()) {
    if (layer.type !== "linear") continue;
    const { out } = layer;
    if (tensor === layer.weightName) {
      const unitOf = (index: number): number => index % out;
      const inputOf = (index: number): number => Math.floor(index / out);
      return { position, values: layer.weight, unitOf, inputOf };
    }
    if (tensor === layer.biasName) {
      return { position, values: layer.bias, unitOf: (index) => index, inputOf: () => -1 };
    }
  }
  throw new RangeError(`networkDifferences: there is no tensor ${tensor}`);
}

/**
 * Central differences (loss₊ − loss₋) / (v₊ − v₋) of the loss averaged over `meanOver` rows, in float64: the share of
 * one block of rows, the first of which is row `firstRow` of the data. Coordinates of x in other rows give 0.
 *
 * The forward pass is done once; a coordinate recomputes only what it changes, and differences are taken row by row,
 * so that no big sums cancel. `beat` is called every few rows.
 *
 * @throws {RangeError} If a coordinate or a tensor does not exist. @throws {ShapeError} If x and y do not fit.
 */
export function networkDifferences(
  pass: ReferencePass,
  { x, y }: NetworkRows,
  options: {
    readonly meanOver: number;
    readonly firstRow: number;
    readonly coordinates: NetworkCoordinates;
    /** Step over max(1, |value|), default 1e-5. Differences are taken without cancellation, so it may be far smaller. */
    readonly step?: number;
    readonly beat?: () => void;
  },
): NetworkDifferences {
  const inputs = pass.widths[0];
  if (x.length !== y.length * inputs) {
    throw new ShapeError("networkDifferences: x", `${y.length * inputs} values`, [x.length]);
  }
  const { meanOver, firstRow, coordinates, beat } = options;
  const rows = Array.from({ length: y.length }, (_, row) => {
    beat?.();
    return forwardRow(pass, x.subarray(row * inputs, (row + 1) * inputs));
  });
  const derivatives: Record<string, Float64Array> = {};
  const kinks: Record<string, Float64Array> = {};
  const moves = pass.widths.map(stillness);
  const crossed: Crossed = { yet: false };
  for (const [tensor, chosen] of Object.entries(coordinates)) {
    const { position, values, unitOf, inputOf } = placeOf(pass, tensor);
    const move = moves[position + 1];
    move.up.fill(0);
    move.down.fill(0);
    const size = values?.length ?? Infinity;
    derivatives[tensor] = new Float64Array(chosen.length);
    kinks[tensor] = new Float64Array(chosen.length);
    for (const [place, coordinate] of chosen.entries()) {
      if (!Number.isInteger(coordinate) || coordinate < 0 || coordinate >= size) {
        throw new RangeError(`networkDifferences: ${tensor} has no coordinate ${coordinate}`);
      }
      beat?.();
      const [unit, input] = [unitOf(coordinate), inputOf(coordinate)];
      const only = tensor === "x" ? Math.floor(coordinate / inputs) - firstRow : null;
      const [begin, end] =
        only === null ? [0, rows.length] : [Math.max(0, only), Math.min(rows.length, only + 1)];
      if (begin >= end) continue;
      const value = values === null ? x[begin * inputs + unit] : values[coordinate];
      // Moves are never added to a value, so the step needs no float64 beside it.
      const step = stepSize(value, options.step);
      let sum = 0;
      for (let row = begin; row < end; row++) {
        const factor = input < 0 ? 1 : rows[row][position][input];
        move.up[unit] = step * factor;
        move.down[unit] = -step * factor;
        if (row % ROWS_PER_BEAT === 0) beat?.();
        sum += rowDifference(pass, rows[row], y[row], position, moves, crossed);
        if (crossed.yet) kinks[tensor][place]++;
      }
      move.up[unit] = 0;
      move.down[unit] = 0;
      derivatives[tensor][place] = sum / meanOver / (2 * step);
    }
  }
  return { derivatives, kinks };
}

/** A tensor that moves as a whole, by ± step · values; of x the block's rows. */
export interface TensorMove {
  readonly tensor: string;
  readonly step: number;
  readonly values: Float64Array;
}

/**
 * (loss(θ + h v) − loss(θ − h v)) / 2 h of the loss averaged over `meanOver` rows along each move, the block's share. As
 * above only what moves is computed and nothing cancels, so h may be so small that kinks are not crossed.
 *
 * @throws {RangeError} If there is no such tensor.
 */
export function directionDifferences(
  pass: ReferencePass,
  { x, y }: NetworkRows,
  directions: readonly TensorMove[],
  { meanOver, beat }: { readonly meanOver: number; readonly beat?: () => void },
): Float64Array {
  const inputs = pass.widths[0];
  const places = directions.map(({ tensor }) => placeOf(pass, tensor));
  const moves = pass.widths.map(stillness);
  const crossed: Crossed = { yet: false };
  const sums = new Float64Array(directions.length);
  for (let row = 0; row < y.length; row++) {
    const values = forwardRow(pass, x.subarray(row * inputs, (row + 1) * inputs));
    for (const [index, { step, values: along }] of directions.entries()) {
      beat?.();
      const { position, inputOf } = places[index];
      const { up, down } = moves[position + 1];
      if (position < 0) up.set(along.subarray(row * inputs, (row + 1) * inputs));
      else if (inputOf(0) < 0) up.set(along);
      else multiplyInto(values[position], along, up);
      for (let j = 0; j < up.length; j++) {
        up[j] *= step;
        down[j] = -up[j];
      }
      sums[index] += rowDifference(pass, values, y[row], position, moves, crossed) / (2 * step);
    }
  }
  return sums.map((sum) => sum / meanOver);
}

/** y (out,) = x (in,) V. */
function multiplyInto(x: ArrayLike<number>, v: Float64Array, y: Float64Array): void {
  const out = y.length;
  y.fill(0);
  for (let i = 0; i < x.length; i++) {
    const value = x[i];
    if (value === 0) continue;
    const at = i * out;
    for (let j = 0; j < out; j++) y[j] += value * v[at + j];
  }
}

/**
 * (loss(θ + h v) − loss(θ − h v)) / width of the block's rows, both losses computed in full, row by row. Along the unit
 * vector of a coordinate it is what proves the shortcut above.
 */
export function fullDifference(
  above: { readonly pass: ReferencePass; readonly x: NetworkRows["x"] },
  below: { readonly pass: ReferencePass; readonly x: NetworkRows["x"] },
  y: NetworkRows["y"],
  {
    meanOver,
    width,
    beat,
  }: { readonly meanOver: number; readonly width: number; readonly beat?: () => void },
): number {
  const { layers, widths } = above.pass;
  const inputs = widths[0];
  const lossOf = ({ pass, x }: typeof above, row: number): number =>
    rowLoss(pass, forwardRow(pass, x.subarray(row * inputs, (row + 1) * inputs))[layers.length], y[row]);
  let sum = 0;
  for (let row = 0; row < y.length; row++) {
    beat?.();
    sum += lossOf(above, row) - lossOf(below, row);
  }
  return sum / meanOver / width;
}
