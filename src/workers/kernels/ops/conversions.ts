import { STATISTICS } from "../../../core/ops/op.ts";
import { floatsOf, inBlocks, rowLength } from "./blocks.ts";
import type { Kernel } from "./kernel.ts";

export const scaleBytes: Kernel<"scaleBytes"> = ({ bytes, out, divisor }, context) => {
  const source = context.view(bytes, "uint8").byteOffset;
  const target = floatsOf(out, context);
  return inBlocks(context, rowLength(out.shape), (from, to) => {
    context.kernels.scaleBytes(source + from, target + 4 * from, to - from, divisor);
  });
};

export const normalize: Kernel<"normalize"> = ({ x, statistics, out }, context) => {
  const [source, target] = [floatsOf(x, context), floatsOf(out, context)];
  const moments = context.view(statistics, "float64");
  return inBlocks(context, rowLength(x.shape), (from, to) => {
    const mean = moments[STATISTICS.mean]!;
    const factor = 1 / moments[STATISTICS.std]!;
    context.kernels.normalize(source + 4 * from, target + 4 * from, 4 * (to - from), mean, factor);
  });
};

export const oneHot: Kernel<"oneHot"> = ({ target, out }, context) => {
  const [labels, into] = [floatsOf(target, context), floatsOf(out, context)];
  const [, classes = 1] = out.shape;
  return inBlocks(context, 1, (from, to) => {
    context.kernels.oneHots(to - from, classes, labels + 4 * from, into + 4 * classes * from);
  });
};
