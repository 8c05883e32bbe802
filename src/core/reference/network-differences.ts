import { differenceStep } from "./finite-differences.ts";
import type { NetworkRows } from "./network-gradients.ts";
import {
  forwardRow,
  jumpOf,
  outputOf,
  rowLoss,
  rowLossDifference,
  type ReferenceLayer,
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

/** How a layer's output moves when the step is taken up and down. */
interface Move {
  up: Float64Array;
  down: Float64Array;
}

/** Whether the step of any row has crossed a kink. */
interface Crossed {
  yet: boolean;
}

/** f(x + move) − f(x) of an element-wise layer. */
function moveThrough(
  layer: Exclude<ReferenceLayer, { type: "linear" }>,
  x: ArrayLike<number>,
  { up, down }: Move,
  crossed: Crossed,
): Move {
  const kinked = jumpOf(layer) !== 0;
  const moved = { up: new Float64Array(x.length), down: new Float64Array(x.length) };
  for (let j = 0; j < x.length; j++) {
    if (up[j] === 0 && down[j] === 0) continue;
    const here = outputOf(layer, x[j]);
    moved.up[j] = outputOf(layer, x[j] + up[j]) - here;
    moved.down[j] = outputOf(layer, x[j] + down[j]) - here;
    if (kinked && x[j] + up[j] > 0 !== x[j] + down[j] > 0) crossed.yet = true;
  }
  return moved;
}

/** A linear layer moves by move · W; what does not move is passed over, which leaves one row of W at the beginning. */
function moveLinear(
  { in: inputs, out, weight }: Extract<ReferenceLayer, { type: "linear" }>,
  { up, down }: Move,
): Move {
  const moved = { up: new Float64Array(out), down: new Float64Array(out) };
  for (let i = 0; i < inputs; i++) {
    if (up[i] === 0 && down[i] === 0) continue;
    const at = i * out;
    for (let j = 0; j < out; j++) {
      moved.up[j] += up[i] * weight[at + j];
      moved.down[j] += down[i] * weight[at + j];
    }
  }
  return moved;
}

/**
 * loss₊ − loss₋ of one row when the output of layer `position` moves: only what comes after is computed, and of that
 * only what moves.
 */
function rowDifference(
  pass: ReferencePass,
  values: readonly ArrayLike<number>[],
  target: number,
  position: number,
  move: Move,
  crossed: Crossed,
): number {
  const { layers } = pass;
  let moved = move;
  for (let at = position + 1; at < layers.length; at++) {
    const layer = layers[at];
    moved =
      layer.type === "linear" ? moveLinear(layer, moved) : moveThrough(layer, values[at], moved, crossed);
  }
  return rowLossDifference(pass, values[layers.length], target, moved);
}

/** What a coordinate of a tensor moves: one unit behind a linear layer, or one input of one row. */
interface Place {
  /** Position of the linear layer; −1 for x. */
  readonly position: number;
  readonly width: number;
  readonly values: Float64Array | null;
  /** The unit that moves, and the input that it moves by; −1 where that is a bias. */
  readonly unitOf: (index: number) => number;
  readonly inputOf: (index: number) => number;
}

function placeOf({ layers, widths }: ReferencePass, tensor: string): Place {
  if (tensor === "x") {
    const width = widths[0];
    return { position: -1, width, values: null, unitOf: (index) => index % width, inputOf: () => -1 };
  }
  for (const [position, layer] of layers.entries()) {
    if (layer.type !== "linear") continue;
    const { out } = layer;
    if (tensor === layer.weightName) {
      const unitOf = (index: number): number => index % out;
      const inputOf = (index: number): number => Math.floor(index / out);
      return { position, width: out, values: layer.weight, unitOf, inputOf };
    }
    if (tensor === layer.biasName) {
      return { position, width: out, values: layer.bias, unitOf: (index) => index, inputOf: () => -1 };
    }
  }
  throw new RangeError(`networkDifferences: there is no tensor ${tensor}`);
}

/**
 * Central differences (loss₊ − loss₋) / (v₊ − v₋) of the loss averaged over `meanOver` rows, in float64: the share of
 * one block of rows, the first of which is row `firstRow` of the data. Coordinates of x in other rows give 0.
 *
 * The forward pass is done once; a coordinate recomputes only what it changes, and differences are taken row by row,
 * so that no big sums cancel. `beat` is called between coordinates.
 *
 * @throws {RangeError} If a coordinate or a tensor does not exist.
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
  const rows = Array.from({ length: y.length }, (_, row) =>
    forwardRow(pass, x.subarray(row * inputs, (row + 1) * inputs)),
  );
  const { meanOver, firstRow, coordinates, beat } = options;
  const derivatives: Record<string, Float64Array> = {};
  const kinks: Record<string, Float64Array> = {};
  for (const [tensor, chosen] of Object.entries(coordinates)) {
    const { position, width, values, unitOf, inputOf } = placeOf(pass, tensor);
    const size = values?.length ?? Infinity;
    derivatives[tensor] = new Float64Array(chosen.length);
    kinks[tensor] = new Float64Array(chosen.length);
    const move = { up: new Float64Array(width), down: new Float64Array(width) };
    for (const [place, coordinate] of chosen.entries()) {
      if (!Number.isInteger(coordinate) || coordinate < 0 || coordinate >= size) {
        throw new RangeError(`networkDifferences: ${tensor} has no coordinate ${coordinate}`);
      }
      beat?.();
      const [unit, input] = [unitOf(coordinate), inputOf(coordinate)];
      const only = tensor === "x" ? Math.floor(coordinate / inputs) - firstRow : null;
      const [begin, end] =
        only === null ? [0, rows.length] : [Math.max(0, only), Math.min(rows.length, only + 1)];
      let sum = 0;
      let stepWidth = 1;
      for (let row = begin; row < end; row++) {
        const step = differenceStep(
          values === null ? x[row * inputs + unit] : values[coordinate],
          options.step,
        );
        stepWidth = step.width;
        const factor = input < 0 ? 1 : rows[row][position][input];
        move.up[unit] = step.up * factor;
        move.down[unit] = step.down * factor;
        const crossed = { yet: false };
        sum += rowDifference(pass, rows[row], y[row], position, move, crossed);
        if (crossed.yet) kinks[tensor][place]++;
      }
      move.up[unit] = 0;
      move.down[unit] = 0;
      derivatives[tensor][place] = sum / meanOver / stepWidth;
    }
  }
  return { derivatives, kinks };
}

/**
 * (loss(θ + h v) − loss(θ − h v)) / width of the block's rows, both losses computed in full, row by row. Along the unit
 * vector of a coordinate it is what proves the shortcut above.
 */
export function fullDifference(
  above: { readonly pass: ReferencePass; readonly x: NetworkRows["x"] },
  below: { readonly pass: ReferencePass; readonly x: NetworkRows["x"] },
  y: NetworkRows["y"],
  { meanOver, width }: { readonly meanOver: number; readonly width: number },
): number {
  const { layers, widths } = above.pass;
  const inputs = widths[0];
  const lossOf = ({ pass, x }: typeof above, row: number): number =>
    rowLoss(pass, forwardRow(pass, x.subarray(row * inputs, (row + 1) * inputs))[layers.length], y[row]);
  let sum = 0;
  for (let row = 0; row < y.length; row++) sum += lossOf(above, row) - lossOf(below, row);
  return sum / meanOver / width;
}
