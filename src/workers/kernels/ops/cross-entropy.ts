import { EXPONENTIAL_ROWS } from "../../../shared/engine/kernel-scratch.ts";
import { addPartials } from "./add-partials.ts";
import { clearedPartials, floatsOf, inRowBlocks } from "./blocks.ts";
import type { Kernel } from "./kernel.ts";

/** Fields of a row's totals: its largest logit, and the sum of exp(logit − largest). */
const TOTALS = 2;

/** loss = mean of −log softmax at the target's class, smoothed; NaN where the target is no class. */
export const crossEntropy: Kernel<"crossEntropy"> = ({ logits, target, loss, smoothing }, context) => {
  const [rows = 1, classes = 1] = logits.shape;
  if (context.step.phase === "reduce") return addPartials(loss, context, { scale: 1 / rows });
  const x = floatsOf(logits, context);
  const labels = floatsOf(target, context);
  const totals = context.scratchOffsetBytes;
  const exponentials = totals + 4 * TOTALS * EXPONENTIAL_ROWS;
  const sums = context.viewAt("float64", context.partialOffset(), 1);
  const { prepare } = clearedPartials(context, 1);
  const { run } = inRowBlocks(context, EXPONENTIAL_ROWS, (row, count) => {
    const at = x + 4 * row * classes;
    context.kernels.exponentials(count, classes, at, exponentials, totals);
    const found = context.kernels.crossEntropies(count, classes, at, totals, labels + 4 * row, smoothing);
    sums[0] = sums[0]! + found;
  });
  return { prepare, run };
};

/** dlogits = (softmax − smoothed onehot) / N; a row whose target is no class becomes NaN. */
export const crossEntropyBackward: Kernel<"crossEntropyBackward"> = (
  { logits, target, dlogits, smoothing },
  context,
) => {
  const [rows = 1, classes = 1] = logits.shape;
  const x = floatsOf(logits, context);
  const labels = floatsOf(target, context);
  const gradient = floatsOf(dlogits, context);
  const totals = context.scratchOffsetBytes;
  return inRowBlocks(context, EXPONENTIAL_ROWS, (row, count) => {
    const at = 4 * row * classes;
    context.kernels.exponentials(count, classes, x + at, gradient + at, totals);
    context.kernels.softmaxGradients(
      count,
      classes,
      gradient + at,
      totals,
      labels + 4 * row,
      1 / rows,
      smoothing,
    );
  });
};
