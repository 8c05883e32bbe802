import { rowsOf, type NetworkRows } from "./network-gradients.ts";
import { moveLayer, movesFor, type Crossed, type Moves } from "./network-moves.ts";
import { forwardBatch, isNorm, normalisedRow, type Batch, type ReferencePass } from "./network-pass.ts";
import { rowLoss, rowLossDifference, type RowTargets } from "./row-loss.ts";

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

/**
 * loss₊ − loss₋ of a batch's rows, each, when the value behind layer `position` moves as `moves` says: only what comes
 * after is computed, into the rest of `moves`, and of that only what moves.
 */
function batchDifference(
  pass: ReferencePass,
  batch: Batch,
  targets: readonly RowTargets[],
  position: number,
  moves: Moves,
  crossed: Crossed,
): number {
  const { layers } = pass;
  crossed.yet = false;
  for (let at = position + 1; at < layers.length; at++) {
    moveLayer(pass, at, batch, moves, { first: position + 1, crossed });
  }
  return batch.values.reduce(
    (sum, values, n) =>
      sum + rowLossDifference(pass, values[layers.length], targets[n], moves[n][layers.length]),
    0,
  );
}

/** Rows between two heartbeats of one coordinate. */
const ROWS_PER_BEAT = 64;

/** What a coordinate of a tensor moves: one unit behind a layer, or one input of one row. */
interface Place {
  /** Position of the layer; −1 for x. */
  readonly position: number;
  readonly values: Float64Array | null;
  readonly unitOf: (index: number) => number;
  /** What a unit's move is of a coordinate's: the input of a weight, the normalised value of a gain, else 1. */
  readonly factor: (batch: Batch, n: number, index: number) => number;
  /** The layer's outputs move by these when all its coordinates move along. */
  readonly along: (batch: Batch, n: number, values: Float64Array, into: Float64Array) => void;
}

function placeOf({ layers, widths }: ReferencePass, tensor: string): Place {
  const itself = {
    factor: () => 1,
    along: (_batch: Batch, _n: number, values: Float64Array, into: Float64Array) => {
      into.set(values);
    },
  };
  if (tensor === "x") {
    const width = widths[0];
    return { position: -1, values: null, unitOf: (index) => index % width, ...itself };
  }
  const same = (index: number): number => index;
  for (const [position, layer] of layers.entries()) {
    if (layer.type === "linear") {
      const { out } = layer;
      if (tensor === layer.biasName) return { position, values: layer.bias, unitOf: same, ...itself };
      if (tensor !== layer.weightName) continue;
      return {
        position,
        values: layer.weight,
        unitOf: (index) => index % out,
        factor: ({ values }, n, index) => values[n][position][Math.floor(index / out)],
        along: ({ values }, n, along, into) => {
          multiplyInto(values[n][position], along, into);
        },
      };
    }
    if (!isNorm(layer)) continue;
    if (tensor === layer.shiftName) return { position, values: layer.shift, unitOf: same, ...itself };
    if (tensor !== layer.gainName) continue;
    return {
      position,
      values: layer.gain,
      unitOf: same,
      factor: (batch, n, j) => {
        const { mean, deviation } = batch.moments[position][layer.type === "layerNorm" ? n : j];
        return (batch.values[n][position][j] - mean) / deviation;
      },
      along: (batch, n, along, into) => {
        into.set(normalisedRow(layer, position, batch, n).map((value, j) => value * along[j]));
      },
    };
  }
  throw new RangeError(`networkDifferences: there is no tensor ${tensor}`);
}

/** The rows in the batches that they are computed in, with their targets. */
function batchesOf(
  pass: ReferencePass,
  data: NetworkRows,
  firstRow: number,
  beat?: () => void,
): { readonly batch: Batch; readonly targets: readonly RowTargets[] }[] {
  const rows = rowsOf(pass, data);
  const all = Array.from({ length: rows.count }, (_, row) => row);
  return (pass.coupled ? [all] : all.map((row) => [row])).map((group) => {
    beat?.();
    const numbers = group.map((row) => firstRow + row);
    return { batch: forwardBatch(pass, group.map(rows.x), numbers), targets: group.map(rows.targets) };
  });
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
  data: NetworkRows,
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
  const { meanOver, firstRow, coordinates, beat } = options;
  const batches = batchesOf(pass, data, firstRow, beat);
  const derivatives: Record<string, Float64Array> = {};
  const kinks: Record<string, Float64Array> = {};
  const moves = movesFor(pass, batches[0]?.batch.rows.length ?? 0);
  const crossed: Crossed = { yet: false };
  for (const [tensor, chosen] of Object.entries(coordinates)) {
    const { position, values, unitOf, factor } = placeOf(pass, tensor);
    const own = moves.map((row) => row[position + 1]);
    for (const { up, down } of own) {
      up.fill(0);
      down.fill(0);
    }
    const size = values?.length ?? Infinity;
    derivatives[tensor] = new Float64Array(chosen.length);
    kinks[tensor] = new Float64Array(chosen.length);
    for (const [place, coordinate] of chosen.entries()) {
      if (!Number.isInteger(coordinate) || coordinate < 0 || coordinate >= size) {
        throw new RangeError(`networkDifferences: ${tensor} has no coordinate ${coordinate}`);
      }
      beat?.();
      const unit = unitOf(coordinate);
      const only = tensor === "x" ? Math.floor(coordinate / inputs) : null;
      const inBlock = only === null ? 0 : only - firstRow;
      if (only !== null && (inBlock < 0 || inBlock * inputs >= data.x.length)) continue;
      const value = values === null ? data.x[inBlock * inputs + unit] : values[coordinate];
      // Moves are never added to a value, so the step needs no float64 beside it.
      const step = stepSize(value, options.step);
      let sum = 0;
      for (const [index, { batch, targets }] of batches.entries()) {
        if (only !== null && !batch.rows.includes(only)) continue;
        own.forEach(({ up, down }, n) => {
          const moved = only === null || batch.rows[n] === only ? step * factor(batch, n, coordinate) : 0;
          up[unit] = moved;
          down[unit] = -moved;
        });
        if (index % ROWS_PER_BEAT === 0) beat?.();
        sum += batchDifference(pass, batch, targets, position, moves, crossed);
        if (crossed.yet) kinks[tensor][place]++;
      }
      for (const { up, down } of own) {
        up[unit] = 0;
        down[unit] = 0;
      }
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
  data: NetworkRows,
  directions: readonly TensorMove[],
  {
    meanOver,
    firstRow = 0,
    beat,
  }: { readonly meanOver: number; readonly firstRow?: number; readonly beat?: () => void },
): Float64Array {
  const inputs = pass.widths[0];
  const places = directions.map(({ tensor }) => placeOf(pass, tensor));
  const batches = batchesOf(pass, data, firstRow, beat);
  const moves = movesFor(pass, batches[0]?.batch.rows.length ?? 0);
  const crossed: Crossed = { yet: false };
  const sums = new Float64Array(directions.length);
  for (const { batch, targets } of batches) {
    for (const [index, { step, values: along }] of directions.entries()) {
      beat?.();
      const place = places[index];
      for (const [n, row] of batch.rows.entries()) {
        const { up, down } = moves[n][place.position + 1];
        const own = (row - firstRow) * inputs;
        place.along(batch, n, place.position < 0 ? along.subarray(own, own + inputs) : along, up);
        for (let j = 0; j < up.length; j++) {
          up[j] *= step;
          down[j] = -up[j];
        }
      }
      sums[index] += batchDifference(pass, batch, targets, place.position, moves, crossed) / (2 * step);
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
    firstRow = 0,
    beat,
  }: {
    readonly meanOver: number;
    readonly width: number;
    readonly firstRow?: number;
    readonly beat?: () => void;
  },
): number {
  const lossesOf = ({ pass, x }: typeof above): number[] =>
    batchesOf(pass, { x, y }, firstRow, beat).flatMap(({ batch, targets }) =>
      batch.values.map((values, n) => rowLoss(pass, values[pass.layers.length], targets[n])),
    );
  const [up, down] = [lossesOf(above), lossesOf(below)];
  return up.reduce((sum, loss, row) => sum + (loss - down[row]), 0) / meanOver / width;
}
