import { splitOf } from "../../../core/ops/generic-split.ts";
import { denseStrides } from "../../../core/ops/strides.ts";
import { blockEnd, compileExpression } from "./expression.ts";
import type { Kernel } from "./kernel.ts";
import { compileStridedCopy } from "./strided-copy.ts";

/** Elements that are copied between two heartbeats. */
const COPIED = 65_536;

/** out = steps(inputs), in blocks that stay in the first-level cache. */
export const map: Kernel<"map"> = (op, context) => {
  const { length } = splitOf(op.shape);
  const target = context.view(op.out, "float32").byteOffset;
  const expression = compileExpression(op, context);
  return {
    prepare: expression.prepare,
    run: (begin, end) => {
      expression.begin();
      const to = end * length;
      for (let at = begin * length; at < to;) {
        context.control.beat();
        const until = blockEnd(at, to, expression.alignment, expression);
        expression.evaluate(at, until, target + 4 * at);
        at = until;
      }
    },
  };
};

/** out(i) = x(i), with as few and as long stretches as the strides allow. */
export const copy: Kernel<"copy"> = ({ shape, x, out }, context) => {
  const { length } = splitOf(shape);
  const source = context.view(x.tensor, "float32").byteOffset + 4 * x.offset;
  const target = context.view(out.tensor, "float32").byteOffset + 4 * out.offset;
  const copyElements = compileStridedCopy(context.kernels, shape, x.strides, out.strides);
  const [, ...rest] = denseStrides(shape);
  // Whole rows of the inner dimensions where these are not too long.
  const alignment = Math.max(1, ...rest.filter((stride) => stride <= COPIED));
  const step = Math.max(alignment, Math.floor(COPIED / alignment) * alignment);
  return {
    run: (begin, end) => {
      const to = end * length;
      for (let at = begin * length; at < to; at += step) {
        context.control.beat();
        copyElements(at, Math.min(to, at + step), source, target);
      }
    },
  };
};
