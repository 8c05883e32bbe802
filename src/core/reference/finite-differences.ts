import {
  checkReferenceShapes,
  preActivations,
  prediction,
  type ReferenceNetwork,
  type ReferenceRows,
} from "./reference-network.ts";

export type DifferentiatedTensor = "x" | "w1" | "b1" | "w2" | "b2";

/** Flat indices a tensor; those of x count from the first row of all the data. */
export type DifferenceCoordinates = Readonly<Record<DifferentiatedTensor, readonly number[]>>;

/** One value a coordinate. Blocks of rows add up. */
export interface FiniteDifferences {
  readonly derivatives: Record<DifferentiatedTensor, Float64Array>;
  /** Rows whose ± step crossed a relu kink, where a central difference is not the derivative. */
  readonly kinks: Record<DifferentiatedTensor, Float64Array>;
}

/**
 * Step of a central difference, `size` · max(1, |value|). With 1e-5 truncation (h²) and rounding (ε / h) are then both near 1e-10.
 * `up` and `down` are the steps that float64 really takes.
 */
export function differenceStep(value: number, size = 1e-5): { up: number; down: number; width: number } {
  const step = size * Math.max(1, Math.abs(value));
  const above = value + step;
  const below = value - step;
  return { up: above - value, down: below - value, width: above - below };
}

/** A block whose forward pass is done: z (rows, hidden) and pred (rows,) do not change from coordinate to coordinate. */
interface Block {
  readonly network: ReferenceNetwork;
  readonly rows: ReferenceRows;
  readonly count: number;
  readonly z: Float64Array;
  readonly pred: Float64Array;
}

/** Sums over rows; not yet divided by the step and the number of rows. */
interface Difference {
  loss: number;
  kinks: number;
}

function forwardBlock(network: ReferenceNetwork, rows: ReferenceRows): Block {
  const count = checkReferenceShapes("finiteDifferences", network, rows);
  const z = new Float64Array(count * network.hidden);
  const pred = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    preActivations(network, rows.x, row, z, row * network.hidden);
    pred[row] = prediction(network, z, row * network.hidden);
  }
  return { network, rows, count, z, pred };
}

/**
 * Adds loss₊ − loss₋ of one row whose prediction moves by `up` and `down`, as (p₊ − p₋)(p₊ + p₋ − 2y): the difference
 * of two squares without their cancellation.
 */
function addRow({ rows, pred }: Block, row: number, up: number, down: number, into: Difference): void {
  into.loss += (up - down) * (2 * pred[row] + up + down - 2 * rows.y[row]);
}

/** How relu(z) moves when z moves by `up` and `down`; counts the kink when it lies between. */
function moveRelu(z: number, up: number, down: number, into: Difference): readonly [number, number] {
  const here = Math.max(z, 0);
  if (z + up > 0 !== z + down > 0) into.kinks++;
  return [Math.max(z + up, 0) - here, Math.max(z + down, 0) - here];
}

/** Hidden unit j moves in every row, by the step times `factorOf(row)`. */
function moveUnit(block: Block, j: number, step: Step, factorOf: (row: number) => number): Difference {
  const { hidden, w2 } = block.network;
  const sum: Difference = { loss: 0, kinks: 0 };
  for (let row = 0; row < block.count; row++) {
    const factor = factorOf(row);
    const [up, down] = moveRelu(block.z[row * hidden + j], step.up * factor, step.down * factor, sum);
    addRow(block, row, w2[j] * up, w2[j] * down, sum);
  }
  return sum;
}

type Step = ReturnType<typeof differenceStep>;

/** What changes when one coordinate of a tensor moves, and nothing else is computed again. */
const MOVES: Record<DifferentiatedTensor, (block: Block, index: number, step: Step) => Difference> = {
  // One row, all hidden units.
  x(block, index, step) {
    const { inFeatures, hidden, w1, w2 } = block.network;
    const [row, feature] = [Math.floor(index / inFeatures), index % inFeatures];
    const sum: Difference = { loss: 0, kinks: 0 };
    let [up, down] = [0, 0];
    for (let j = 0; j < hidden; j++) {
      const weight = w1[feature * hidden + j];
      const moved = moveRelu(block.z[row * hidden + j], step.up * weight, step.down * weight, sum);
      up += moved[0] * w2[j];
      down += moved[1] * w2[j];
    }
    // A row is counted once, however many of its units crossed.
    sum.kinks = Math.min(sum.kinks, 1);
    addRow(block, row, up, down, sum);
    return sum;
  },
  w1(block, index, step) {
    const { inFeatures, hidden } = block.network;
    const feature = Math.floor(index / hidden);
    return moveUnit(block, index % hidden, step, (row) => block.rows.x[row * inFeatures + feature]);
  },
  b1: (block, index, step) => moveUnit(block, index, step, () => 1),
  w2(block, index, step) {
    const { hidden, shift } = block.network;
    const sum: Difference = { loss: 0, kinks: 0 };
    for (let row = 0; row < block.count; row++) {
      const activation = Math.max(block.z[row * hidden + index], 0) - shift;
      addRow(block, row, step.up * activation, step.down * activation, sum);
    }
    return sum;
  },
  b2(block, _index, step) {
    const sum: Difference = { loss: 0, kinks: 0 };
    for (let row = 0; row < block.count; row++) addRow(block, row, step.up, step.down, sum);
    return sum;
  },
};

/**
 * Central differences (loss₊ − loss₋) / (v₊ − v₋) of the loss averaged over `meanOver` rows, in float64: the share of
 * one block of rows, the first of which is row `firstRow` of the data. Coordinates of x in other rows give 0.
 *
 * The forward pass is done once; a coordinate recomputes only what it changes, and differences are taken row by row,
 * so that no big sums cancel.
 *
 * @throws {ShapeError} If a length does not fit. @throws {RangeError} If a coordinate is not in its tensor.
 */
export function finiteDifferences(
  network: ReferenceNetwork,
  rows: ReferenceRows,
  options: {
    readonly meanOver: number;
    readonly firstRow: number;
    readonly coordinates: DifferenceCoordinates;
  },
): FiniteDifferences {
  const block = forwardBlock(network, rows);
  const firstX = options.firstRow * network.inFeatures;
  const differentiate = (
    tensor: DifferentiatedTensor,
  ): { derivatives: Float64Array; kinks: Float64Array } => {
    const chosen = options.coordinates[tensor];
    const derivatives = new Float64Array(chosen.length);
    const kinks = new Float64Array(chosen.length);
    const values = tensor === "x" ? rows.x : network[tensor];
    chosen.forEach((coordinate, i) => {
      const index = tensor === "x" ? coordinate - firstX : coordinate;
      const inside = index >= 0 && index < values.length;
      if (!Number.isInteger(coordinate) || coordinate < 0 || (tensor !== "x" && !inside)) {
        throw new RangeError(`finiteDifferences: ${tensor} has no coordinate ${coordinate}`);
      }
      if (!inside) return;
      const step = differenceStep(values[index]);
      const difference = MOVES[tensor](block, index, step);
      derivatives[i] = difference.loss / options.meanOver / step.width;
      kinks[i] = difference.kinks;
    });
    return { derivatives, kinks };
  };
  const [x, w1, b1, w2, b2] = (["x", "w1", "b1", "w2", "b2"] as const).map(differentiate);
  return {
    derivatives: {
      x: x.derivatives,
      w1: w1.derivatives,
      b1: b1.derivatives,
      w2: w2.derivatives,
      b2: b2.derivatives,
    },
    kinks: { x: x.kinks, w1: w1.kinks, b1: b1.kinks, w2: w2.kinks, b2: b2.kinks },
  };
}
