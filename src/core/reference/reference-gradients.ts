import { ShapeError } from "../errors.ts";
import {
  checkReferenceShapes,
  preActivations,
  prediction,
  type ReferenceNetwork,
  type ReferenceRows,
} from "./reference-network.ts";

/** This block's share of the loss and of the gradients: blocks add up to the whole. */
export interface ReferenceGradients {
  readonly loss: number;
  readonly w1: Float64Array;
  readonly b1: Float64Array;
  readonly w2: Float64Array;
  readonly b2: Float64Array;
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
  return { loss, ...gradients };
}
