import type { Kernel } from "./kernel.ts";
import { addPartials } from "./add-partials.ts";

/** Largest logit of a row; NaN when there is one. */
function largestOf(logits: Float32Array, from: number, to: number): number {
  let largest = -Infinity;
  for (let i = from; i < to; i++) if (!(logits[i]! <= largest)) largest = logits[i]!;
  return largest;
}

function sumOfExponentials(logits: Float32Array, from: number, to: number, largest: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += Math.exp(logits[i]! - largest);
  return total;
}

/** loss = mean of −log softmax at the target's class; NaN where the target is no class. */
export const crossEntropy: Kernel<"crossEntropy"> = ({ logits, target, loss }, context) => {
  const [rows = 1, classes = 1] = logits.shape;
  if (context.step.phase === "reduce") return addPartials(loss, context, { scale: 1 / rows });
  const x = context.view(logits, "float32");
  const labels = context.view(target, "float32");
  const sums = context.viewAt("float64", context.partialOffset(), 1);
  return {
    prepare: () => {
      sums[0] = 0;
    },
    run: (begin, end) => {
      let sum = sums[0]!;
      for (let row = begin; row < end; row++) {
        if (row % 1024 === 0) context.control.beat();
        const [from, to] = [row * classes, (row + 1) * classes];
        const label = labels[row]!;
        const wanted = label >= 0 && label < classes ? (x[from + label] ?? NaN) : NaN;
        const largest = largestOf(x, from, to);
        sum += largest + Math.log(sumOfExponentials(x, from, to, largest)) - wanted;
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
  const x = context.view(logits, "float32");
  const labels = context.view(target, "float32");
  const gradient = context.view(dlogits, "float32");
  return {
    run: (begin, end) => {
      for (let row = begin; row < end; row++) {
        if (row % 1024 === 0) context.control.beat();
        const [from, to] = [row * classes, (row + 1) * classes];
        const label = labels[row]!;
        const isClass = Number.isInteger(label) && label >= 0 && label < classes;
        const largest = largestOf(x, from, to);
        const scale = isClass ? 1 / (rows * sumOfExponentials(x, from, to, largest)) : NaN;
        for (let i = from; i < to; i++) gradient[i] = Math.exp(x[i]! - largest) * scale;
        if (isClass) gradient[from + label] = gradient[from + label]! - 1 / rows;
      }
    },
  };
};
