import { addPartials } from "./add-partials.ts";
import type { Kernel } from "./kernel.ts";
import { compileProduct } from "./multiply.ts";

/** out rows [begin, end) = A @ B. */
const multiplyRows: Kernel<"matmul"> = ({ a, b, out, transposeB, accumulate }, context) => {
  const [, columns = 1] = out.shape;
  const [, depth = 1] = a.shape;
  const product = {
    rows: context.end - context.begin,
    columns,
    depth,
    a: { at: a.offsetBytes + context.begin * depth * 4, stride: depth * 4, transposed: false },
    b: { at: b.offsetBytes, stride: (transposeB ? depth : columns) * 4, transposed: transposeB },
    c: { at: out.offsetBytes + context.begin * columns * 4, stride: columns * 4 },
    accumulate,
  };
  return compileProduct(context.wasm, product, context.scratchOffsetBytes, () => {
    context.control.beat();
  });
};

/**
 * Whether Aᵀ @ B is formed as (Bᵀ @ A)ᵀ: then the columns of A are the vectors, which for the notebook's dW are 784
 * (49 whole panels) instead of 50. The sum over the workers turns it back.
 */
const formsTransposed = (rows: number, columns: number, panelColumns: number): boolean =>
  columns % panelColumns !== 0 && rows > columns;

/** This worker's share of Aᵀ @ B: the sum over its rows [begin, end) of a and b. */
const multiplyTransposedPartial: Kernel<"matmul"> = ({ a, b, out, transposeB }, context) => {
  const [rows = 1, columns = 1] = out.shape;
  const [totalDepth = 1] = a.shape;
  const { begin, end, wasm } = context;
  const placeA = { at: a.offsetBytes + begin * rows * 4, stride: rows * 4 };
  const placeB = transposeB
    ? { at: b.offsetBytes + begin * 4, stride: totalDepth * 4 }
    : { at: b.offsetBytes + begin * columns * 4, stride: columns * 4 };
  const partial = context.partialOffset();
  const shared = { depth: end - begin, accumulate: false };
  const product = formsTransposed(rows, columns, wasm.panelColumns)
    ? {
        ...shared,
        rows: columns,
        columns: rows,
        a: { ...placeB, transposed: !transposeB },
        b: { ...placeA, transposed: false },
        c: { at: partial, stride: rows * 4 },
      }
    : {
        ...shared,
        rows,
        columns,
        a: { ...placeA, transposed: true },
        b: { ...placeB, transposed: transposeB },
        c: { at: partial, stride: columns * 4 },
      };
  return compileProduct(wasm, product, context.scratchOffsetBytes, () => {
    context.control.beat();
  });
};

/** out = A @ B; a sum over rows of a (xᵀ·dy) leaves partial sums first. */
export const matmul: Kernel<"matmul"> = (op, context) => {
  const [rows = 1, columns = 1] = op.out.shape;
  switch (context.step.phase) {
    case "run":
      return multiplyRows(op, context);
    case "partial":
      return multiplyTransposedPartial(op, context);
    case "reduce":
      return addPartials(op.out, context, {
        partialType: "float32",
        accumulate: op.accumulate,
        scale: 1,
        ...(formsTransposed(rows, columns, context.wasm.panelColumns)
          ? { transposedFrom: [columns, rows] }
          : {}),
      });
  }
};
