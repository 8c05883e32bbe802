import type { Op } from "../../../core/ops/op.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { columnsOfStripes, splitsByColumns } from "../../../core/ops/sharding.ts";
import { turnedBytes } from "../../../shared/engine/kernel-scratch.ts";
import { addFloatPartials } from "./add-partials.ts";
import { clearedColumnMoments, mergeColumnMoments } from "./column-moments.ts";
import { rowLength } from "./blocks.ts";
import { addBias, relu as reluOf } from "./elementwise.ts";
import type { Kernel, KernelContext } from "./kernel.ts";
import { compileProduct, type ProductPlace } from "./multiply.ts";

const placeOf = ({ kernels, cacheBytes, control }: KernelContext): ProductPlace => ({
  kernels,
  cacheBytes,
  beat: () => {
    control.beat();
  },
});

// #region rung 7
/** out = A @ B: rows [begin, end), or the worker's stripes of columns. */
const multiplyRows: Kernel<"matmul"> = (op, context) => {
  const { a, b, out, transposeB, accumulate } = op;
  const [rows = 1, columns = 1] = out.shape;
  const [, depth = 1] = a.shape;
  const stripe = stripeOf(op, columns, context);
  const strideB = (transposeB ? depth : columns) * 4;
  const product = {
    rows,
    columns: stripe.columns,
    depth,
    a: { at: a.offsetBytes, stride: depth * 4, transposed: false },
    b: {
      at: b.offsetBytes + stripe.first * (transposeB ? strideB : 4),
      stride: strideB,
      transposed: transposeB,
    },
    c: { at: out.offsetBytes + 4 * stripe.first, stride: columns * 4 },
    accumulate,
  };
  const { prepare, multiply } = compileProduct(placeOf(context), product, context.scratchOffsetBytes);
  return {
    prepare,
    run: (begin, end) => {
      if (stripe.all) multiply(begin, end, 0, depth);
      else multiply(0, rows, 0, depth);
    },
  };
};
// #endregion

/** The columns that a worker computes: all of them for its own rows, or its own for all rows. */
interface Stripe {
  readonly first: number;
  readonly columns: number;
  readonly all: boolean;
}

function stripeOf(op: Op<Tensor>, columns: number, { begin, end }: KernelContext): Stripe {
  if (!splitsByColumns(op)) return { first: 0, columns, all: true };
  const stripe = columnsOfStripes({ begin, end }, columns);
  return { first: stripe.first, columns: stripe.end - stripe.first, all: false };
}

/**
 * Whether Aᵀ @ B is formed as (Bᵀ @ A)ᵀ: then the columns of A are the vectors, which for the notebook's dW are 784
 * (49 whole panels) instead of 50. Each worker turns its own share back.
 */
const formsTransposed = (rows: number, columns: number, panelColumns: number): boolean =>
  columns % panelColumns !== 0 && rows > columns;

/** out rows [begin, end) = Aᵀ @ B, over all rows of a. */
const multiplyTransposedRows: Kernel<"matmul"> = ({ a, b, out, transposeB, accumulate }, context) => {
  const [rows = 1, columns = 1] = out.shape;
  const [depth = 1] = a.shape;
  const { begin, end, kernels } = context;
  const placeB = { at: b.offsetBytes, stride: (transposeB ? depth : columns) * 4 };
  if (accumulate || !formsTransposed(rows, columns, kernels.panelColumns)) {
    const product = {
      rows,
      columns,
      depth,
      a: { at: a.offsetBytes, stride: rows * 4, transposed: true },
      b: { ...placeB, transposed: transposeB },
      c: { at: out.offsetBytes, stride: columns * 4 },
      accumulate,
    };
    const { prepare, multiply } = compileProduct(placeOf(context), product, context.scratchOffsetBytes);
    return {
      prepare,
      run: (from, to) => {
        multiply(from, to, 0, depth);
      },
    };
  }
  const own = end - begin;
  const turned = context.scratchOffsetBytes;
  const product = {
    rows: columns,
    columns: own,
    depth,
    a: { ...placeB, transposed: !transposeB },
    b: { at: a.offsetBytes + 4 * begin, stride: rows * 4, transposed: false },
    c: { at: turned, stride: own * 4 },
    accumulate: false,
  };
  const { prepare, multiply } = compileProduct(
    placeOf(context),
    product,
    turned + turnedBytes(rows, columns),
  );
  return {
    prepare,
    // Such a product is a group of its own: all its items come at once.
    run: () => {
      multiply(0, columns, 0, depth);
      const target = out.offsetBytes + begin * columns * 4;
      kernels.copyTransposed(columns, own, turned, own * 4, target, columns * 4);
    },
  };
};

/** This worker's share of Aᵀ @ B: the sum over its rows [begin, end) of a and b. */
const multiplyTransposedPartial: Kernel<"matmul"> = ({ a, b, out, transposeB }, context) => {
  const [rows = 1, columns = 1] = out.shape;
  const [depth = 1] = a.shape;
  const { begin: firstDepth, kernels } = context;
  const placeA = { at: a.offsetBytes, stride: rows * 4 };
  const placeB = { at: b.offsetBytes, stride: (transposeB ? depth : columns) * 4 };
  const partial = context.partialOffset();
  if (!formsTransposed(rows, columns, kernels.panelColumns)) {
    const product = {
      rows,
      columns,
      depth,
      firstDepth,
      a: { ...placeA, transposed: true },
      b: { ...placeB, transposed: transposeB },
      c: { at: partial, stride: columns * 4 },
      accumulate: false,
    };
    const { prepare, multiply } = compileProduct(placeOf(context), product, context.scratchOffsetBytes);
    return {
      prepare,
      run: (begin, end) => {
        multiply(0, rows, begin, end);
      },
    };
  }
  const turned = context.scratchOffsetBytes;
  const product = {
    rows: columns,
    columns: rows,
    depth,
    firstDepth,
    a: { ...placeB, transposed: !transposeB },
    b: { ...placeA, transposed: false },
    c: { at: turned, stride: rows * 4 },
    accumulate: false,
  };
  const { prepare, multiply } = compileProduct(
    placeOf(context),
    product,
    turned + turnedBytes(rows, columns),
  );
  return {
    prepare,
    run: (begin, end) => {
      multiply(0, columns, begin, end);
    },
    finish: () => {
      kernels.copyTransposed(columns, rows, turned, rows * 4, partial, columns * 4);
    },
  };
};

/** This worker's share of x @ w: its own columns of x by its own rows of w. */
const multiplyOwnInputs: Kernel<"linear"> = ({ x, w, out, transposeW }, context) => {
  const [rows = 1, columns = 1] = out.shape;
  const [, depth = 1] = x.shape;
  const own = columnsOfStripes(context, depth);
  const product = {
    rows,
    columns,
    depth,
    firstDepth: own.first,
    a: { at: x.offsetBytes, stride: depth * 4, transposed: false },
    b: { at: w.offsetBytes, stride: (transposeW ? depth : columns) * 4, transposed: transposeW },
    c: { at: context.partialOffset(), stride: columns * 4 },
    accumulate: false,
  };
  const { prepare, multiply } = compileProduct(placeOf(context), product, context.scratchOffsetBytes);
  return {
    prepare,
    // Such a product is a group of its own: all its items come at once.
    run: () => {
      multiply(0, rows, own.first, own.end);
    },
  };
};

/** out rows [begin, end) = the workers' shares of x @ w in their order + bias, and its relu. */
const addOwnInputs: Kernel<"linear"> = ({ bias, out, relu }, context) => {
  const columns = rowLength(out.shape);
  const sums = addFloatPartials(out, context, { accumulate: false });
  const biased = addBias({ op: "addBias", x: out, bias, out }, context);
  const activated = relu === null ? null : reluOf({ op: "relu", x: out, ...relu }, context);
  return {
    run: (begin, end) => {
      sums.run(begin * columns, end * columns);
      biased.run(begin, end);
      activated?.run(begin, end);
    },
  };
};

/** out = x @ w + bias, its relu beside it, and the column moments of the last of the two. */
export const linear: Kernel<"linear"> = (op, context) => {
  const { x, w, bias, out, transposeW, relu, moments } = op;
  if (op.byInputs === true) {
    return context.step.phase === "reduce" ? addOwnInputs(op, context) : multiplyOwnInputs(op, context);
  }
  if (context.step.phase === "reduce" && moments !== null) {
    return mergeColumnMoments(moments, out.shape[0] ?? 1, context);
  }
  const [rows = 1, columns = 1] = out.shape;
  const [, depth = 1] = x.shape;
  const stripe = stripeOf(op, columns, context);
  const sums = moments === null ? null : clearedColumnMoments(columns, context);
  const strideW = (transposeW ? depth : columns) * 4;
  const aside = 4 * stripe.first;
  const product = {
    rows,
    columns: stripe.columns,
    depth,
    a: { at: x.offsetBytes, stride: depth * 4, transposed: false },
    b: {
      at: w.offsetBytes + stripe.first * (transposeW ? strideW : 4),
      stride: strideW,
      transposed: transposeW,
    },
    c: { at: out.offsetBytes + aside, stride: columns * 4 },
    accumulate: false,
    epilogue: {
      biasAt: bias.offsetBytes + aside,
      relu: relu === null ? null : { at: relu.out.offsetBytes + aside, shift: relu.shift },
      momentsAt: sums?.at ?? null,
    },
  };
  const { prepare, multiply } = compileProduct(placeOf(context), product, context.scratchOffsetBytes);
  return {
    prepare: () => {
      prepare();
      sums?.clear();
    },
    run: (begin, end) => {
      if (stripe.all) multiply(begin, end, 0, depth);
      else multiply(0, rows, 0, depth);
    },
  };
};

/** out = A @ B; a sum over many rows of a (xᵀ·dy) leaves partial sums first. */
export const matmul: Kernel<"matmul"> = (op, context) => {
  switch (context.step.phase) {
    case "run":
      return op.transposeA ? multiplyTransposedRows(op, context) : multiplyRows(op, context);
    case "partial":
      return multiplyTransposedPartial(op, context);
    case "reduce":
      return addFloatPartials(op.out, context, { accumulate: op.accumulate });
  }
};
