import { ShapeError } from "../errors.ts";

/**
 * The notebook's network in float64, written down once more by itself: pred = relu(x W1 + b1) W2 + b2 with
 * relu(z) = max(z, 0) − shift. w1 (inFeatures, hidden), b1 (hidden,), w2 (hidden, 1), b2 (1,).
 *
 * Nothing here uses the ops or the stages: this is what they are checked against.
 */
export interface ReferenceNetwork {
  readonly w1: Float64Array;
  readonly b1: Float64Array;
  readonly w2: Float64Array;
  readonly b2: Float64Array;
  readonly inFeatures: number;
  readonly hidden: number;
  readonly shift: number;
}

/** Rows of the data: x (rows, inFeatures) and y (rows,). */
export interface ReferenceRows {
  readonly x: Float32Array | Float64Array;
  readonly y: Float32Array | Float64Array;
}

/** @throws {ShapeError} If a length does not fit. @returns the number of rows. */
export function checkReferenceShapes(
  where: string,
  network: ReferenceNetwork,
  { x, y }: ReferenceRows,
): number {
  const { inFeatures, hidden } = network;
  const expected = { w1: inFeatures * hidden, b1: hidden, w2: hidden, b2: 1 };
  for (const name of ["w1", "b1", "w2", "b2"] as const) {
    if (network[name].length !== expected[name]) {
      throw new ShapeError(`${where}: ${name}`, `${expected[name]} values`, `${network[name].length}`);
    }
  }
  if (x.length !== y.length * inFeatures) {
    throw new ShapeError(`${where}: x`, `${y.length} rows of ${inFeatures} values`, `${x.length} values`);
  }
  return y.length;
}

/** z (hidden,) = x[row] W1 + b1, written into `z` at `at`. */
export function preActivations(
  { w1, b1, inFeatures, hidden }: ReferenceNetwork,
  x: ReferenceRows["x"],
  row: number,
  z: Float64Array,
  at: number,
): void {
  for (let j = 0; j < hidden; j++) z[at + j] = b1[j];
  for (let i = 0; i < inFeatures; i++) {
    const value = x[row * inFeatures + i];
    for (let j = 0; j < hidden; j++) z[at + j] += value * w1[i * hidden + j];
  }
}

/** The prediction of the row whose pre-activations lie in `z` at `at`. */
export function prediction({ w2, b2, hidden, shift }: ReferenceNetwork, z: Float64Array, at: number): number {
  let sum = b2[0];
  for (let j = 0; j < hidden; j++) sum += (Math.max(z[at + j], 0) - shift) * w2[j];
  return sum;
}
