import { paddedToVectors } from "../../../shared/engine/kernel-scratch.ts";
import { addFloatPartials } from "./add-partials.ts";
import type { Kernel } from "./kernel.ts";

/**
 * This worker's share of Σ x[n] ⊗ dy[n]: the outer products of `chunkRows` rows are written out in full, then summed
 * pair by pair into the first of them, as a framework does it for all rows at once.
 */
const sumOuterProductsPartial: Kernel<"outerProductSum"> = ({ x, dy, chunkRows }, context) => {
  const { control, kernels } = context;
  const [, inFeatures = 1] = x.shape;
  const [, outFeatures = 1] = dy.shape;
  const columns = paddedToVectors(outFeatures);
  const gradients = context.view(dy, "float32");
  const rowOffset = context.scratchOffsetBytes;
  const row = context.viewAt("float32", rowOffset, columns);
  const products = rowOffset + columns * 4;
  const productBytes = inFeatures * columns * 4;
  const sum = context.viewAt("float32", products, inFeatures * columns);
  const partial = context.viewAt("float32", context.partialOffset(), inFeatures * outFeatures);
  const prepare = (): void => {
    partial.fill(0);
    row.fill(0);
  };
  const run = (begin: number, end: number): void => {
    for (let first = begin; first < end; first += chunkRows) {
      control.beat();
      const rows = Math.min(chunkRows, end - first);
      for (let n = 0; n < rows; n++) {
        const base = (first + n) * outFeatures;
        for (let o = 0; o < outFeatures; o++) row[o] = gradients[base + o]!;
        const source = x.offsetBytes + (first + n) * inFeatures * 4;
        kernels.outer(source, rowOffset, products + n * productBytes, inFeatures, columns / 4);
      }
      for (let n = 1; n < rows; n++)
        kernels.addInto(products, products + n * productBytes, products, productBytes);
      for (let i = 0, at = 0; i < inFeatures; i++) {
        for (let o = 0; o < outFeatures; o++, at++) {
          partial[at] = partial[at]! + sum[i * columns + o]!;
        }
      }
    }
  };
  return { prepare, run };
};

/** out = Σ over rows of x[n] ⊗ dy[n], formed explicitly in chunks. */
export const outerProductSum: Kernel<"outerProductSum"> = (op, context) =>
  context.step.phase === "partial"
    ? sumOuterProductsPartial(op, context)
    : addFloatPartials(op.out, context, { accumulate: false });
