import { UNIT_ROUNDOFF } from "./float32-arithmetic.ts";
import { rowsOf, type NetworkRows } from "./network-gradients.ts";
import { forwardBatch, type Batch, type ReferencePass } from "./network-pass.ts";
import { rowLoss, rowLossGradient } from "./row-loss.ts";
import { RoundingModel } from "./rounding-model.ts";
import { sampledRows } from "./sampled-rounding.ts";

/** What float64 rounds, of what float32 does. */
const DOUBLE_OVER_SINGLE = 2 ** -53 / UNIT_ROUNDOFF;
/** Roundings of a row's loss itself. */
const LOSS_ROUNDINGS = 8;

/** What float64 may have rounded of the sum of these rows' losses: Σ |dloss/dout| · error of out + the loss's own. */
export function lossNoise(
  pass: ReferencePass,
  data: NetworkRows,
  { firstRow, beat }: { readonly firstRow: number; readonly beat: () => void },
): number {
  const rows = rowsOf(pass, data);
  const batchOf = (chosen: readonly number[]): Batch =>
    forwardBatch(
      pass,
      chosen.map(rows.x),
      chosen.map((row) => firstRow + row),
    );
  const model = new RoundingModel(pass, "engine");
  const all = Array.from({ length: rows.count }, (_, row) => row);
  const sampled = pass.coupled ? all : sampledRows(rows.count);
  model.calibrate(batchOf(sampled), sampled.map(rows.targets));
  let noise = 0;
  for (const group of pass.coupled ? [all] : all.map((row) => [row])) {
    beat();
    const batch = batchOf(group);
    const errors = model.forward(batch);
    for (const [n, row] of group.entries()) {
      const out = batch.values[n][pass.layers.length];
      const gradient = rowLossGradient(pass, out, rows.targets(row));
      noise += errors.values[n][pass.layers.length].reduce(
        (sum, error, c) => sum + error * Math.abs(gradient[c]),
        0,
      );
      noise += LOSS_ROUNDINGS * UNIT_ROUNDOFF * rowLoss(pass, out, rows.targets(row));
    }
  }
  return noise * DOUBLE_OVER_SINGLE;
}
