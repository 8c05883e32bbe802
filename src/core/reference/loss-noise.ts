import { UNIT_ROUNDOFF } from "./float32-arithmetic.ts";
import type { NetworkRows } from "./network-gradients.ts";
import { forwardRow, rowLoss, rowLossGradient, type ReferencePass } from "./network-pass.ts";
import { RoundingModel, sampledRows } from "./rounding-model.ts";

/** What float64 rounds, of what float32 does. */
const DOUBLE_OVER_SINGLE = 2 ** -53 / UNIT_ROUNDOFF;
/** Roundings of a row's loss itself. */
const LOSS_ROUNDINGS = 8;

/** What float64 may have rounded of the sum of these rows' losses: Σ |dloss/dout| · error of out + the loss's own. */
export function lossNoise(pass: ReferencePass, { x, y }: NetworkRows, beat: () => void): number {
  const inputs = pass.widths[0];
  const valuesOf = (row: number): readonly ArrayLike<number>[] => {
    beat();
    return forwardRow(pass, x.subarray(row * inputs, (row + 1) * inputs));
  };
  const model = new RoundingModel(pass, "engine");
  model.calibrate(sampledRows(y.length).map((row) => ({ values: valuesOf(row), target: y[row] })));
  let noise = 0;
  for (let row = 0; row < y.length; row++) {
    const values = valuesOf(row);
    const out = values[pass.layers.length];
    const errors = model.forward(values)[pass.layers.length];
    const gradient = rowLossGradient(pass, out, y[row]);
    noise += errors.reduce((sum, error, c) => sum + error * Math.abs(gradient[c]), 0);
    noise += LOSS_ROUNDINGS * UNIT_ROUNDOFF * rowLoss(pass, out, y[row]);
  }
  return noise * DOUBLE_OVER_SINGLE;
}
