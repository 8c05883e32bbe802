import { hashKey } from "../../../core/random/hash.ts";
import { floatsOf, inBlocks, rowLength } from "./blocks.ts";
import type { Kernel } from "./kernel.ts";

/** The element's number in the whole tensor decides, so that the mask does not depend on how rows are shared. */
export const dropout: Kernel<"dropout"> = ({ x, out, rate, seed, counter }, context) => {
  const [source, target] = [floatsOf(x, context), floatsOf(out, context)];
  const step = context.view(counter, "float64");
  const threshold = Math.ceil(rate * 2 ** 32);
  const scale = 1 / (1 - rate);
  return inBlocks(context, rowLength(x.shape), (from, to) => {
    const key = hashKey(seed, step[0]!);
    context.kernels.dropout(source + 4 * from, target + 4 * from, to - from, from, key, threshold, scale);
  });
};
