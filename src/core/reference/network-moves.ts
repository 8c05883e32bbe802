import { dropoutFactor } from "../network/dropout-mask.ts";
import {
  isElementwise,
  isNorm,
  jumpOf,
  moveOf,
  normalisedRow,
  type Batch,
  type BranchReference,
  type ElementwiseLayer,
  type LinearReference,
  type ProductReference,
  type ReferencePass,
  type SkipReference,
} from "./network-pass.ts";

/** How a layer's output moves when the step is taken up and down. */
export interface Move {
  readonly up: Float64Array;
  readonly down: Float64Array;
}

const stillness = (width: number): Move => ({ up: new Float64Array(width), down: new Float64Array(width) });

/** Whether the step has crossed a kink in the row that was computed last. */
export interface Crossed {
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

/** A skip, a branch or a product, which read a value of before; `moveOfValue` says how that moves, null where it stays. */
function moveBlock(
  layer: SkipReference | BranchReference | ProductReference,
  { x, from, into }: { readonly x: ArrayLike<number>; readonly from: Move; readonly into: Move },
  values: readonly ArrayLike<number>[],
  moveOfValue: (index: number) => Move | null,
): void {
  const other = moveOfValue(layer.type === "product" ? layer.left : layer.from);
  for (const side of ["up", "down"] as const) {
    for (let j = 0; j < into[side].length; j++) {
      const moved = other?.[side][j] ?? 0;
      if (layer.type === "skip") into[side][j] = from[side][j] + moved;
      else if (layer.type === "branch") into[side][j] = moved;
      // (x + dx)(y + dy) − x y, nothing of it cancelled.
      else into[side][j] = from[side][j] * (values[layer.left][j] + moved) + x[j] * moved;
    }
  }
}

/** What the values that a norm takes together become when they move by d, less what they are, nothing of it cancelled. */
function moveNorm(normalised: Float64Array, deviation: number, d: Float64Array): Float64Array {
  const n = d.length;
  const meanMove = d.reduce((sum, value) => sum + value, 0) / n;
  const centred = d.map((value) => value - meanMove);
  // Of x̂ = (x − mean) / s: variance₊ − variance = mean((c₊ − c)(c₊ + c)).
  const varianceMove =
    centred.reduce((sum, value, i) => sum + value * (2 * normalised[i] * deviation + value), 0) / n;
  const moved = Math.sqrt(deviation ** 2 + varianceMove);
  // 1 / s₊ − 1 / s.
  const factor = -varianceMove / (deviation * moved * (deviation + moved));
  return centred.map((value, i) => value / moved + normalised[i] * deviation * factor);
}

/** Moves of all rows of a batch, by row and value. */
export type Moves = readonly (readonly Move[])[];

/** Moves that are all 0, of so many rows. */
export const movesFor = ({ widths }: ReferencePass, rows: number): Moves =>
  Array.from({ length: rows }, () => widths.map(stillness));

/** How the outputs of a layer move, of all rows; what was moved first is the value number `first`. */
export function moveLayer(
  pass: ReferencePass,
  at: number,
  batch: Batch,
  moves: Moves,
  { first, crossed }: { readonly first: number; readonly crossed: Crossed },
): void {
  const layer = pass.layers[at];
  if (isNorm(layer)) {
    const normalised = batch.values.map((_, n) => normalisedRow(layer, at, batch, n));
    const moments = batch.moments[at];
    for (const side of ["up", "down"] as const) {
      if (layer.type === "layerNorm") {
        moves.forEach((row, n) => {
          const moved = moveNorm(normalised[n], moments[n].deviation, row[at][side]);
          row[at + 1][side].set(moved.map((value, j) => value * layer.gain[j]));
        });
        continue;
      }
      layer.gain.forEach((gain, j) => {
        const d = Float64Array.from(moves, (row) => row[at][side][j]);
        const column = Float64Array.from(normalised, (row) => row[j]);
        moveNorm(column, moments[j].deviation, d).forEach((value, n) => {
          moves[n][at + 1][side][j] = gain * value;
        });
      });
    }
    return;
  }
  moves.forEach((row, n) => {
    const [from, into] = [row[at], row[at + 1]];
    if (layer.type === "linear") moveLinear(layer, from, into);
    else if (isElementwise(layer)) moveThrough(layer, batch.values[n][at], from, into, crossed);
    else if (layer.type === "dropout") {
      for (let j = 0; j < into.up.length; j++) {
        const factor = dropoutFactor(layer, batch.rows[n] * into.up.length + j);
        into.up[j] = from.up[j] * factor;
        into.down[j] = from.down[j] * factor;
      }
    } else {
      const values = batch.values[n];
      moveBlock(layer, { x: values[at], from, into }, values, (index) =>
        // What was computed before the first move has not moved.
        index < first ? null : row[index],
      );
    }
  });
}
