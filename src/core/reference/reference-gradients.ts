import { ShapeError } from "../errors.ts";
import {
  checkReferenceShapes,
  preActivations,
  prediction,
  type ReferenceNetwork,
  type ReferenceRows,
} from "./reference-network.ts";

/**
 * A pre-activation so near zero that float32 arithmetic may rightly put it on either side of the relu's kink: there
 * the gradient is one of two values, and which one says nothing about the backward pass.
 */
export interface ReluKink {
  /** Row within the block. */
  readonly row: number;
  readonly unit: number;
  /** Gradient of that row's prediction. */
  readonly dpred: number;
}

/** This block's share of the loss and of the gradients: blocks add up to the whole. */
export interface ReferenceGradients {
  readonly loss: number;
  readonly w1: Float64Array;
  readonly b1: Float64Array;
  readonly w2: Float64Array;
  readonly b2: Float64Array;
  readonly kinks: readonly ReluKink[];
}

/** Pre-activations farther from zero than this are not examined; the bound below stays far under it. */
const NEAR_ZERO = 1e-3;
/** Rounding of a float32 dot product, as a multiple of Σ|x w|: a few units in the last place of 2⁻²⁴. */
const DOT_PRODUCT_ERROR = 4 * 2 ** -24;

/** Whether float32 rounding of z = x w + b could change its sign. */
function isAtKink(
  { w1, b1, inFeatures, hidden }: ReferenceNetwork,
  x: ReferenceRows["x"],
  row: number,
  unit: number,
  z: number,
): boolean {
  if (Math.abs(z) > NEAR_ZERO) return false;
  let sum = Math.abs(b1[unit]);
  for (let i = 0; i < inFeatures; i++) sum += Math.abs(x[row * inFeatures + i] * w1[i * hidden + unit]);
  return Math.abs(z) <= DOT_PRODUCT_ERROR * sum;
}

/**
 * Loss and gradients of the mean squared error over `meanOver` rows, for one block of them, row by row in float64.
 * Writes the gradient of the block's x into `dx` (rows, inFeatures).
 *
 * @throws {ShapeError} If a length does not fit.
 */
export function referenceGradients(
  network: ReferenceNetwork,
  rows: ReferenceRows,
  { meanOver, dx }: { readonly meanOver: number; readonly dx: Float64Array },
): ReferenceGradients {
  const count = checkReferenceShapes("referenceGradients", network, rows);
  const { w1, w2, inFeatures, hidden, shift } = network;
  const { x, y } = rows;
  if (dx.length !== x.length) {
    throw new ShapeError("referenceGradients: dx", `${x.length} values`, `${dx.length}`);
  }
  const gradients = {
    w1: new Float64Array(inFeatures * hidden),
    b1: new Float64Array(hidden),
    w2: new Float64Array(hidden),
    b2: new Float64Array(1),
  };
  const z = new Float64Array(hidden);
  const dz = new Float64Array(hidden);
  const kinks: ReluKink[] = [];
  let loss = 0;
  for (let row = 0; row < count; row++) {
    preActivations(network, x, row, z, 0);
    const error = prediction(network, z, 0) - y[row];
    loss += (error * error) / meanOver;

    const dpred = (2 * error) / meanOver;
    gradients.b2[0] += dpred;
    for (let j = 0; j < hidden; j++) {
      gradients.w2[j] += (Math.max(z[j], 0) - shift) * dpred;
      dz[j] = z[j] > 0 ? w2[j] * dpred : 0;
      gradients.b1[j] += dz[j];
      if (isAtKink(network, x, row, j, z[j])) kinks.push({ row, unit: j, dpred });
    }
    for (let i = 0; i < inFeatures; i++) {
      const value = x[row * inFeatures + i];
      let sum = 0;
      for (let j = 0; j < hidden; j++) {
        gradients.w1[i * hidden + j] += value * dz[j];
        sum += w1[i * hidden + j] * dz[j];
      }
      dx[row * inFeatures + i] = sum;
    }
  }
  return { loss, ...gradients, kinks };
}
