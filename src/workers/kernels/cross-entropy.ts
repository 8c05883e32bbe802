import { EXPONENTIAL_ROWS } from "../../shared/kernel-scratch.ts";
import { addPartials } from "./add-partials.ts";
import type { Kernel } from "./kernel.ts";

/** Fields of a row's totals: its largest logit, and the sum of exp(logit − largest). */
const TOTALS = 2;

/** loss = mean of −log softmax at the target's class; NaN where the target is no class. */
export const crossEntropy: Kernel<"crossEntropy"> = ({ logits, target, loss }, context) => {
  const [rows = 1, classes = 1] = logits.shape;
  if (context.step.phase === "reduce") return addPartials(loss, context, { scale: 1 / rows });
  const x = context.view(logits, "float32");
  const labels = context.view(target, "float32");
  const totals = context.viewAt("float32", context.scratchOffsetBytes, TOTALS * EXPONENTIAL_ROWS);
  const exponentials = totals.byteOffset + totals.byteLength;
  const sums = context.viewAt("float64", context.partialOffset(), 1);
  return {
    prepare: () => {
      sums[0] = 0;
    },
    run: (begin, end) => {
      let sum = sums[0]!;
      for (let first = begin; first < end; first += EXPONENTIAL_ROWS) {
        context.control.beat();
        const count = Math.min(EXPONENTIAL_ROWS, end - first);
        const at = x.byteOffset + 4 * first * classes;
        context.kernels.exponentials(count, classes, at, exponentials, totals.byteOffset);
        for (let row = 0; row < count; row++) {
          const label = labels[first + row]!;
          const isClass = Number.isInteger(label) && label >= 0 && label < classes;
          const wanted = isClass ? x[(first + row) * classes + label]! : NaN;
          sum += totals[TOTALS * row]! + Math.log(totals[TOTALS * row + 1]!) - wanted;
        }
      }
      sums[0] = sum;
    },
  };
};

/** dlogits = (softmax − onehot) / N; a row whose target is no class becomes NaN. */
export const crossEntropyBackward: Kernel<"crossEntropyBackward"> = (
  { logits, target, dlogits },
  context,
) => {
  const [rows = 1, classes = 1] = logits.shape;
  const x = context.view(logits, "float32").byteOffset;
  const labels = context.view(target, "float32");
  const gradient = context.view(dlogits, "float32");
  const totals = context.viewAt("float32", context.scratchOffsetBytes, TOTALS * EXPONENTIAL_ROWS);
  return {
    run: (begin, end) => {
      for (let first = begin; first < end; first += EXPONENTIAL_ROWS) {
        context.control.beat();
        const count = Math.min(EXPONENTIAL_ROWS, end - first);
        const at = 4 * first * classes;
        context.kernels.exponentials(count, classes, x + at, gradient.byteOffset + at, totals.byteOffset);
        for (let row = 0; row < count; row++) {
          const from = (first + row) * classes;
          const label = labels[first + row]!;
          const isClass = Number.isInteger(label) && label >= 0 && label < classes;
          const scale = isClass ? 1 / (rows * totals[TOTALS * row + 1]!) : NaN;
          for (let i = from; i < from + classes; i++) gradient[i] = gradient[i]! * scale;
          if (isClass) gradient[from + label] = gradient[from + label]! - 1 / rows;
        }
      }
    },
  };
};
