import { numelOf } from "../../../core/ops/recording-ops.ts";
import { addPartials } from "./add-partials.ts";
import { floatsOf, inBlocks, rowLength, sumInBlocks } from "./blocks.ts";
import type { Kernel } from "./kernel.ts";

/** loss = mean of squared differences, summed in float64. */
export const mse: Kernel<"mse"> = ({ pred, target, loss }, context) => {
  if (context.step.phase === "reduce") {
    return addPartials(loss, context, { scale: 1 / numelOf(pred.shape) });
  }
  const [predictions, labels] = [floatsOf(pred, context), floatsOf(target, context)];
  return sumInBlocks(context, rowLength(pred.shape), (from, to) =>
    context.kernels.squaredDifferences(predictions + 4 * from, labels + 4 * from, to - from),
  );
};

/** dpred = 2 / n · (pred − target). */
export const mseBackward: Kernel<"mseBackward"> = ({ pred, target, dpred }, context) => {
  const [predictions, labels, gradient] = [
    floatsOf(pred, context),
    floatsOf(target, context),
    floatsOf(dpred, context),
  ];
  const factor = 2 / numelOf(pred.shape);
  return inBlocks(context, rowLength(pred.shape), (from, to) => {
    const at = 4 * from;
    context.kernels.scaledDifference(predictions + at, labels + at, gradient + at, 4 * (to - from), factor);
  });
};
