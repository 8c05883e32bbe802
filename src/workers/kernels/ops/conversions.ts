import { floatsOf, inBlocks } from "./blocks.ts";
import type { Kernel } from "./kernel.ts";

export const oneHot: Kernel<"oneHot"> = ({ target, out }, context) => {
  const [labels, into] = [floatsOf(target, context), floatsOf(out, context)];
  const [, classes = 1] = out.shape;
  return inBlocks(context, 1, (from, to) => {
    context.kernels.oneHots(to - from, classes, labels + 4 * from, into + 4 * classes * from);
  });
};
