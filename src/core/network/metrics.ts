import type { MapStep, StridedView } from "../ops/generic-op.ts";
import { oneHot } from "../ops/functional.ts";
import type { Ops, TensorLike } from "../ops/op.ts";
import { judgesClasses, type LossName } from "./network.ts";

/** How predictions are judged beside the loss. */
export const METRIC_TITLES = {
  accuracy: "accuracy",
  topK: "top-k accuracy",
  r2: "R²",
  mae: "mean absolute error",
} as const;
export type MetricName = keyof typeof METRIC_TITLES;
// A literal's keys are its own.
export const METRIC_NAMES = Object.keys(METRIC_TITLES) as MetricName[];

/** A right class counts among so many best ones; with fewer than 6 classes that says nothing, and there is no such number. */
export const TOP_K = 5;

const whole = <T extends TensorLike>(tensor: T, columns: number): StridedView<T> => ({
  tensor,
  offset: 0,
  strides: [columns, 1],
});
const byRow = <T>(tensor: T): StridedView<T> => ({ tensor, offset: 0, strides: [1, 0] });

/**
 * Share of rows of logits (N, C) whose class, target (N,), is among the `k` largest: fewer than k entries are larger.
 * A row with NaN in place of its class's entry counts as wrong.
 *
 * @throws {ShapeError}
 */
export function topKAccuracy<T extends TensorLike>(ops: Ops<T>, logits: T, target: T, k: number): T {
  const [rows = 1, classes = 1] = logits.shape;
  const shape = [rows, classes];
  const hot = oneHot(ops, target, classes);
  const own = ops.tensor("entry of the class", [rows]);
  ops.run({
    op: "reduce",
    kind: "sum",
    shape,
    inputs: [whole(hot, classes), whole(logits, classes)],
    // 0 · ∞ would be NaN.
    steps: [{ input: 0 }, { input: 1 }, { value: 0 }, { fn: "where" }],
    axes: [1],
    scale: 1,
    out: own,
  });
  const larger = ops.tensor("larger entries", [rows]);
  ops.run({
    op: "reduce",
    kind: "sum",
    shape,
    inputs: [whole(logits, classes), byRow(own)],
    steps: [{ input: 0 }, { input: 1 }, { fn: "gt" }],
    axes: [1],
    scale: 1,
    out: larger,
  });
  const out = ops.tensor(`top-${k} accuracy`, [1]);
  const flat = (tensor: T): StridedView<T> => ({ tensor, offset: 0, strides: [1] });
  ops.run({
    op: "reduce",
    kind: "sum",
    shape: [rows],
    inputs: [flat(larger), flat(own)],
    steps: [
      { input: 0 },
      { value: k },
      { fn: "lt" } as const,
      { input: 1 },
      { input: 1 },
      { fn: "eq" } as const,
      { fn: "mul" } as const,
    ],
    axes: [0],
    scale: 1 / rows,
    out,
  });
  return out;
}

/** Share of elements of logits (N, C) that lie on the side of 0 where target, 0 or 1 or between, lies of ½. */
function shareOfSides<T extends TensorLike>(ops: Ops<T>, logits: T, target: T): T {
  const [rows = 1, columns = 1] = logits.shape;
  const out = ops.tensor("accuracy", [1]);
  const steps: MapStep[] = [
    { input: 0 },
    { value: 0 },
    { fn: "gt" } as const,
    { input: 1 },
    { value: 0.5 },
    { fn: "gt" } as const,
    { fn: "eq" } as const,
    // A NaN is on no side.
    { input: 0 },
    { input: 0 },
    { fn: "eq" } as const,
    { fn: "mul" } as const,
  ];
  ops.run({
    op: "reduce",
    kind: "sum",
    shape: [rows, columns],
    inputs: [whole(logits, columns), whole(target, columns)],
    steps,
    axes: [0, 1],
    scale: 1 / (rows * columns),
    out,
  });
  return out;
}

/**
 * R² (1,) = mean over the columns of 1 − Σ (pred − target)² / Σ (target − mean target)²; pred (N, 1) with target (N,), or
 * both (N, C). Not finite where a column of the target is constant.
 *
 * @throws {ShapeError} @see sklearn.metrics.r2_score
 */
export function rSquared<T extends TensorLike>(ops: Ops<T>, pred: T, target: T): T {
  const [rows = 1, columns = 1] = pred.shape;
  const shape = [rows, columns];
  const difference = ops.tensor("residuals", shape);
  ops.run({
    op: "map",
    shape,
    inputs: [whole(pred, columns), whole(target, columns)],
    steps: [{ input: 0 }, { input: 1 }, { fn: "sub" }],
    out: difference,
  });
  const wanted = ops.tensor("targets", shape);
  ops.run({ op: "map", shape, inputs: [whole(target, columns)], steps: [{ input: 0 }], out: wanted });
  const squares = ops.tensor("squares of the residuals", [columns]);
  ops.run({ op: "columnProducts", a: difference, b: difference, out: squares });
  const moments = ops.tensor("moments of the targets", [2, columns], "float64");
  ops.run({ op: "columnMoments", x: wanted, out: moments });
  const spread = ops.tensor("spread of the targets", [2, columns]);
  ops.run({ op: "meanVariance", moments, out: spread, rows });
  const out = ops.tensor("R²", [1]);
  ops.run({
    op: "reduce",
    kind: "sum",
    shape: [columns],
    inputs: [
      { tensor: squares, offset: 0, strides: [1] },
      { tensor: spread, offset: columns, strides: [1] },
    ],
    steps: [
      { value: 1 },
      { input: 0 },
      { value: rows },
      { fn: "div" } as const,
      { input: 1 },
      { fn: "div" } as const,
      { fn: "sub" } as const,
    ],
    axes: [0],
    scale: 1 / columns,
    out,
  });
  return out;
}

/**
 * The numbers that predictions out (N, C) are judged by beside the loss: accuracy and top-k of classes, R² and the mean
 * absolute error of numbers.
 *
 * @throws {ShapeError}
 */
export function recordMetrics<T extends TensorLike>(
  ops: Ops<T>,
  loss: LossName,
  { out, y }: { readonly out: T; readonly y: T },
): Readonly<Partial<Record<MetricName, T>>> {
  const [, columns = 1] = out.shape;
  if (!judgesClasses(loss)) {
    const mae = ops.tensor("mean absolute error", [1]);
    ops.run({ op: "l1", pred: out, target: y, loss: mae });
    return { r2: rSquared(ops, out, y), mae };
  }
  // One logit, or a yes or no for each column, has no largest one.
  if (columns === 1 || y.shape.length > 1) return { accuracy: shareOfSides(ops, out, y) };
  const accuracy = ops.tensor("accuracy", [1]);
  ops.run({ op: "accuracy", logits: out, target: y, out: accuracy });
  return columns > TOP_K ? { accuracy, topK: topKAccuracy(ops, out, y, TOP_K) } : { accuracy };
}
