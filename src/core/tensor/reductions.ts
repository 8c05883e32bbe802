import { record } from "./record.ts";
import { axisOf, describe } from "./shapes.ts";
import { TensorShapeError, TensorSizeError } from "./tensor-error.ts";
import type { Recorder, ReduceFunction, TensorDType, TensorNode } from "./tensor-node.ts";

/** Which axes are reduced; without `dim` all of them. */
export interface ReduceOptions {
  readonly dim?: number | readonly number[] | undefined;
  readonly keepdim?: boolean | undefined;
  readonly correction?: number | undefined;
}

/** Axes named by `dim`, sorted. @throws {TensorShapeError} If one is missing or named twice. */
function axesOf(label: string, x: TensorNode, dim: ReduceOptions["dim"]): readonly number[] {
  if (dim === undefined) return x.shape.map((_, axis) => axis);
  const axes = (typeof dim === "number" ? [dim] : dim).map((one) => axisOf(label, one, x));
  const sorted = axes.toSorted((a, b) => a - b);
  const twice = sorted.find((axis, place) => axis === sorted[place + 1]);
  if (twice !== undefined)
    throw new TensorShapeError(`.${label}(): axis ${twice} of ${describe(x)} is named twice.`);
  if (sorted.length === 0) {
    throw new TensorShapeError(
      `.${label}(): dim [] names no axis of ${describe(x)}; leave dim out to reduce all.`,
    );
  }
  return sorted;
}

/** The shape that is left of `shape` without `axes`, or with 1 in their place. */
export const reducedShape = (
  shape: readonly number[],
  axes: readonly number[],
  keepdim: boolean,
): readonly number[] =>
  keepdim
    ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : shape.filter((_, axis) => !axes.includes(axis));

const typeOf = (fn: ReduceFunction, x: TensorNode): TensorDType => {
  if (fn === "argmax" || fn === "argmin") return "int32";
  if (fn === "max" || fn === "min") return x.dtype;
  return fn === "sum" && x.dtype !== "float32" ? "int32" : "float32";
};

/**
 * Sum, mean, variance and standard deviation (divided by n − correction, 1 unless given), max, min, place of the
 * largest or smallest (the first of equal ones; of the flat tensor without `dim`), and log Σ exp, over some axes or
 * all.
 *
 * @throws {TensorShapeError} If an axis is missing or named twice.
 * @throws {TensorSizeError} If the correction leaves nothing to divide by, or is not 0 or 1.
 */
export function reduce(
  recorder: Recorder,
  fn: ReduceFunction,
  x: TensorNode,
  { dim, keepdim = false, correction = 1 }: ReduceOptions = {},
): TensorNode {
  const axes = axesOf(fn, x, dim);
  const count = axes.reduce((product, axis) => product * x.shape[axis], 1);
  if (fn === "variance" || fn === "std") {
    if (correction !== 0 && correction !== 1) {
      throw new TensorSizeError(`.${fn}(): correction is 0 or 1, got ${correction}.`);
    }
    if (count <= correction) {
      throw new TensorSizeError(
        `.${fn}(): one value has no ${fn === "std" ? "standard deviation" : "variance"} with n − 1 below it; ${describe(x)} has only 1 along ${
          dim === undefined ? "all axes" : `dim ${String(dim)}`
        }. Did you mean { correction: 0 }?`,
      );
    }
  }
  if ((fn === "argmax" || fn === "argmin") && axes.length > 1 && dim !== undefined) {
    throw new TensorShapeError(
      `.${fn}(): one axis, or none for the place in the flat tensor; got dim [${axes.join(", ")}].`,
    );
  }
  const divisor = fn === "variance" || fn === "std" ? correction : 0;
  const op = { kind: "reduce", fn, axes, keepdim, correction: divisor } as const;
  const shape = reducedShape(x.shape, axes, keepdim);
  return record(recorder, { op, inputs: [x], shape, dtype: typeOf(fn, x), label: fn });
}

/**
 * exp(x) / Σ exp(x) along one axis, computed around the largest value so that nothing overflows.
 *
 * @throws {TensorShapeError} If the tensor has no such axis.
 */
export function softmax(recorder: Recorder, x: TensorNode, dim: number): TensorNode {
  const axis = axisOf("softmax", dim, x);
  const op = { kind: "softmax", axis } as const;
  return record(recorder, { op, inputs: [x], shape: x.shape, dtype: "float32", label: "softmax" });
}
