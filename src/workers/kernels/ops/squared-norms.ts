import { addPartials } from "./add-partials.ts";
import { floatsOf, inBlocks, sumInBlocks } from "./blocks.ts";
import type { Kernel } from "./kernel.ts";

/** Σ x², in float64. */
export const squaredNorm: Kernel<"squaredNorm"> = ({ x, out, accumulate }, context) => {
  if (context.step.phase === "reduce") {
    const target = context.view(out, "float64");
    const { run } = addPartials(out, context, { scale: 1 });
    return {
      run: (begin, end) => {
        const before = accumulate ? target[0]! : 0;
        run(begin, end);
        target[0] = target[0]! + before;
      },
    };
  }
  const source = floatsOf(x, context);
  return sumInBlocks(context, 1, (from, to) => context.kernels.squares(source + 4 * from, to - from));
};

/** Σ (a − b)², in float64. */
export const squaredDistance: Kernel<"squaredDistance"> = ({ a, b, out }, context) => {
  if (context.step.phase === "reduce") return addPartials(out, context, { scale: 1 });
  const [left, right] = [floatsOf(a, context), floatsOf(b, context)];
  return sumInBlocks(context, 1, (from, to) =>
    context.kernels.squaredDifferences(left + 4 * from, right + 4 * from, to - from),
  );
};

/** √(numerator / denominator). */
export const rootRatio: Kernel<"rootRatio"> = ({ numerator, denominator, out }, context) => {
  const above = context.view(numerator, "float64");
  const below = denominator === null ? null : context.view(denominator, "float64");
  const target = context.view(out, "float32");
  return {
    run: () => {
      target[0] = Math.sqrt(above[0]! / (below?.[0] ?? 1));
    },
  };
};

/** x scaled down to a norm of at most `maxNorm`. */
export const clip: Kernel<"clip"> = ({ x, squaredNorm: norm, maxNorm }, context) => {
  const values = floatsOf(x, context);
  const squared = context.view(norm, "float64");
  return inBlocks(context, 1, (from, to) => {
    const factor = Math.min(1, maxNorm / (Math.sqrt(squared[0]!) + 1e-6));
    // Most gradients are small enough.
    if (factor === 1) return;
    context.kernels.scale(values + 4 * from, values + 4 * from, 4 * (to - from), factor);
  });
};
