import { addPartials } from "./add-partials.ts";
import { clearedPartials, floatsOf, inRowBlocks } from "./blocks.ts";
import type { Kernel } from "./kernel.ts";

/** Rows between two heartbeats. */
const ROWS = 1_024;

/** out = share of rows whose largest entry, the first of equal ones, is the label's. */
export const accuracy: Kernel<"accuracy"> = ({ logits, target, out }, context) => {
  const [rows = 1, classes = 1] = logits.shape;
  if (context.step.phase === "reduce") return addPartials(out, context, { scale: 1 / rows });
  const [x, labels] = [floatsOf(logits, context), floatsOf(target, context)];
  const right = context.viewAt("float64", context.partialOffset(), 1);
  const { prepare } = clearedPartials(context, 1);
  const { run } = inRowBlocks(context, ROWS, (row, count) => {
    const found = context.kernels.countHits(count, classes, x + 4 * row * classes, labels + 4 * row);
    right[0] = right[0]! + found;
  });
  return { prepare, run };
};
