import { EXPONENTIAL_ROWS } from "../../../shared/engine/kernel-scratch.ts";
import { addPartials } from "./add-partials.ts";
import type { Kernel } from "./kernel.ts";

/** Fields of a row's totals: its largest logit, and the sum of exp(logit − largest). */
const TOTALS = 2;

/** loss = mean of −log softmax at the target's class, smoothed; NaN where the target is no class. */
export const crossEntropy: Kernel<"crossEntropy"> = ({ logits, target, loss, smoothing }, context) => {
  const [rows = 1, classes = 1] = logits.shape;
  if (context.step.phase === "reduce") return addPartials(loss, context, { scale: 1 / rows });
  const x = context.view(logits, "float32").byteOffset;
  const labels = context.view(target, "float32").byteOffset;
  const totals = context.scratchOffsetBytes;
  const exponentials = totals + 4 * TOTALS * EXPONENTIAL_ROWS;
  const sums = context.viewAt("float64", context.partialOffset(), 1);
  return {
    prepare: () => {
      sums[0] = 0;
    },
    run: (begin, end) => {
      for (let first = begin; first < end; first += EXPONENTIAL_ROWS) {
        context.control.beat();
        const count = Math.min(EXPONENTIAL_ROWS, end - first);
        const at = x + 4 * first * classes;
        context.kernels.exponentials(count, classes, at, exponentials, totals);
        const found = context.kernels.crossEntropies(
          ...([count, classes, at, totals, labels + 4 * first, smoothing] as const),
        );
        sums[0] = sums[0]! + found;
      }
    },
  };
};

/** dlogits = (softmax − smoothed onehot) / N; a row whose target is no class becomes NaN. */
export const crossEntropyBackward: Kernel<"crossEntropyBackward"> = (
  { logits, target, dlogits, smoothing },
  context,
) => {
  const [rows = 1, classes = 1] = logits.shape;
  const x = context.view(logits, "float32").byteOffset;
  const labels = context.view(target, "float32").byteOffset;
  const gradient = context.view(dlogits, "float32").byteOffset;
  const totals = context.scratchOffsetBytes;
  return {
    run: (begin, end) => {
      for (let first = begin; first < end; first += EXPONENTIAL_ROWS) {
        context.control.beat();
        const count = Math.min(EXPONENTIAL_ROWS, end - first);
        const at = 4 * first * classes;
        context.kernels.exponentials(count, classes, x + at, gradient + at, totals);
        context.kernels.softmaxGradients(
          ...([count, classes, gradient + at, totals, labels + 4 * first, 1 / rows, smoothing] as const),
        );
      }
    },
  };
};
