import type { GenericOpParams, StridedView } from "./generic-op.ts";
import type { TensorLike } from "./tensor-like.ts";
import { countOf, isDense, staysInRows } from "./strides.ts";

/** With fewer rows than this, workers share the elements of a large tensor instead. */
const FEW_ROWS = 32;
/** So few elements are not worth sharing otherwise than by rows. */
const FEW_ELEMENTS = 8192;
/** From so many results on, workers share the results of a sum over rows instead of the rows. */
const MANY_RESULTS = 16_384;

/** How an iteration space is shared: by the indices of its first dimension, or by the elements in their flat order. */
export interface Split {
  readonly axis: "rows" | "elements";
  readonly items: number;
  /** Elements of the iteration space in one item. */
  readonly length: number;
}

const elementsOf = (shape: readonly number[]): Split => ({
  axis: "elements",
  items: countOf(shape),
  length: 1,
});

/** By rows, as all row-wise ops are, unless there are too few of them. */
export function splitOf(shape: readonly number[]): Split {
  const [rows = 1] = shape;
  const count = countOf(shape);
  if (rows < FEW_ROWS && count > FEW_ELEMENTS) return elementsOf(shape);
  return { axis: "rows", items: rows, length: count / rows };
}

/** Whether a worker meets only its own items of the view's tensor. */
export function isOwn(
  view: StridedView<TensorLike>,
  shape: readonly number[],
  { axis, items }: Split,
): boolean {
  if (axis === "rows") return (shape[0] ?? 1) === items && staysInRows(view, shape);
  return isDense(view, shape) && countOf(view.tensor.shape) === countOf(shape);
}

/**
 * How a reduction is shared. `rows`: each worker computes the results of its own rows. `results`: each computes its own
 * results over all rows. `partial`: each leaves the sums of its own items, to be added.
 */
export interface ReduceSplit extends Split {
  readonly way: "rows" | "results" | "partial";
}

export function reduceSplit({
  shape,
  axes,
}: Pick<GenericOpParams<unknown>["reduce"], "shape" | "axes">): ReduceSplit {
  const results = countOf(shape.filter((_, d) => !axes.includes(d)));
  const first = shape.findIndex((size) => size > 1);
  const inner = shape.slice(Math.max(first, 0));
  const [rows = 1] = inner;
  const isReduced = (d: number): boolean => axes.includes(d + Math.max(first, 0));
  if (!isReduced(0)) return { way: "rows", axis: "rows", items: rows, length: countOf(inner) / rows };
  const lastReduced = inner.findLastIndex((size, d) => size > 1 && isReduced(d));
  const leading = inner.every((size, d) => d > lastReduced || size === 1 || isReduced(d));
  if (leading && results >= MANY_RESULTS) {
    return { way: "results", axis: "elements", items: results, length: 1 };
  }
  return { way: "partial", ...splitOf(inner) };
}
