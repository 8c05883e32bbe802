import { numelOf } from "../ops/recording-ops.ts";
import { record } from "./record.ts";
import { axisOf, checkRank, checkSizes, describe, showShape } from "./shapes.ts";
import { TensorShapeError, TensorSizeError } from "./tensor-error.ts";
import type { Recorder, TensorDType, TensorNode } from "./tensor-node.ts";

function reshaped(
  recorder: Recorder,
  x: TensorNode,
  { shape, label, dtype = x.dtype }: { shape: readonly number[]; label: string; dtype?: TensorDType },
): TensorNode {
  return record(recorder, { op: { kind: "reshape" }, inputs: [x], shape, dtype, label });
}

/**
 * The same values in another shape; one size may be −1 and is worked out.
 *
 * @throws {TensorShapeError} If the numbers of elements differ.
 * @throws {TensorSizeError} If a size is none.
 */
export function reshape(
  recorder: Recorder,
  x: TensorNode,
  sizes: readonly number[],
  label = "reshape",
): TensorNode {
  const open = sizes.indexOf(-1);
  if (open >= 0 && sizes.includes(-1, open + 1)) {
    throw new TensorShapeError(`.${label}(): only one size may be −1, got ${showShape(sizes)}.`);
  }
  const given = checkSizes(
    label,
    sizes.map((size) => (size === -1 ? 1 : size)),
  );
  const count = numelOf(x.shape);
  const missing = count / numelOf(given);
  const shape = open < 0 ? given : given.with(open, missing);
  if (!Number.isInteger(missing) || numelOf(shape) !== count) {
    throw new TensorShapeError(
      `.${label}(): ${describe(x)} has ${count} elements, ${showShape(sizes)} ${
        open < 0 ? `has ${numelOf(given)}` : `needs a multiple of ${numelOf(given)}`
      }.`,
    );
  }
  return reshaped(recorder, x, { shape, label });
}

/**
 * Without an axis of size 1; without `dim` without all of them.
 *
 * @throws {TensorShapeError} If the axis is missing, or larger than 1.
 */
export function squeeze(recorder: Recorder, x: TensorNode, dim?: number): TensorNode {
  if (dim === undefined) {
    return reshaped(recorder, x, { shape: x.shape.filter((size) => size !== 1), label: "squeeze" });
  }
  const axis = axisOf("squeeze", dim, x);
  if (x.shape[axis] !== 1) {
    const ones = x.shape.flatMap((size, place) => (size === 1 ? [place] : []));
    throw new TensorShapeError(
      `.squeeze(${dim}): axis ${axis} of ${describe(x)} has size ${x.shape[axis]}, not 1.${
        ones.length === 1 ? ` Did you mean .squeeze(${ones[0]})?` : ""
      }`,
    );
  }
  return reshaped(recorder, x, { shape: x.shape.toSpliced(axis, 1), label: "squeeze" });
}

/**
 * With a new axis of size 1 in front of axis `dim`; −1 puts it last.
 *
 * @throws {TensorShapeError} If there is no such place.
 */
export function unsqueeze(recorder: Recorder, x: TensorNode, dim: number): TensorNode {
  const rank = x.shape.length;
  if (!Number.isInteger(dim) || dim < -rank - 1 || dim > rank) {
    throw new TensorShapeError(
      `.unsqueeze(${dim}): a new axis of ${describe(x)} goes to 0 … ${rank}, or −1 … −${rank + 1} from the end.`,
    );
  }
  checkRank("unsqueeze", rank + 1);
  const axis = dim < 0 ? dim + rank + 1 : dim;
  return reshaped(recorder, x, { shape: x.shape.toSpliced(axis, 0, 1), label: "unsqueeze" });
}

/**
 * Axis d of the result is axis dims[d] of x.
 *
 * @throws {TensorShapeError} If not every axis is named once.
 */
export function permute(
  recorder: Recorder,
  x: TensorNode,
  dims: readonly number[],
  label = "permute",
): TensorNode {
  const axes = dims.map((dim) => axisOf(label, dim, x));
  if (axes.length !== x.shape.length || new Set(axes).size !== axes.length) {
    throw new TensorShapeError(
      `.${label}(): every axis of ${describe(x)} must be named once, got (${dims.join(", ")}).`,
    );
  }
  const shape = axes.map((axis) => x.shape[axis]);
  return record(recorder, { op: { kind: "permute", axes }, inputs: [x], shape, dtype: x.dtype, label });
}

/**
 * (M, N) as (N, M); as an operand of a product it costs nothing.
 *
 * @throws {TensorShapeError} If the tensor has not two axes.
 */
export function transpose(recorder: Recorder, x: TensorNode): TensorNode {
  if (x.shape.length !== 2) {
    throw new TensorShapeError(
      `.t(): needs 2 axes, got ${describe(x)}.${
        x.shape.length === 1
          ? " Did you mean .unsqueeze(1), a column?"
          : x.shape.length > 2
            ? " Use .permute()."
            : ""
      }`,
    );
  }
  return permute(recorder, x, [1, 0], "t");
}

/**
 * Repeats axes of size 1 (and new ones in front) without copying; −1 keeps an axis as it is.
 *
 * @throws {TensorShapeError} If an axis that is not 1 would change.
 */
export function expand(recorder: Recorder, x: TensorNode, sizes: readonly number[]): TensorNode {
  const ahead = sizes.length - x.shape.length;
  const wanted = sizes.map((size, axis) => (size === -1 && axis >= ahead ? x.shape[axis - ahead] : size));
  const shape = checkSizes("expand", wanted);
  const bad = shape.findIndex((size, axis) => {
    const own = axis < ahead ? 1 : x.shape[axis - ahead];
    return own !== 1 && own !== size;
  });
  if (ahead < 0 || bad >= 0) {
    throw new TensorShapeError(
      `.expand(): ${describe(x)} cannot become ${showShape(sizes)}: ${
        ahead < 0
          ? "it has more axes"
          : `axis ${bad} is ${x.shape[bad - ahead]}, and only axes of size 1 are repeated`
      }.`,
    );
  }
  const op = { kind: "expand" } as const;
  return record(recorder, { op, inputs: [x], shape, dtype: x.dtype, label: "expand" });
}

/**
 * Elements from … to − 1 of one axis; negative numbers count from the end, and `to` may lie past it.
 *
 * @throws {TensorShapeError} If the tensor has no such axis.
 * @throws {TensorSizeError} If nothing would be left, or a bound is no whole number.
 */
export function slice(recorder: Recorder, x: TensorNode, from: number, to: number, dim = 0): TensorNode {
  const axis = axisOf("slice", dim, x);
  const size = x.shape[axis];
  for (const bound of [from, to]) {
    if (!Number.isInteger(bound) && bound !== Infinity) {
      throw new TensorSizeError(`.slice(${from}, ${to}): bounds are whole numbers, got ${bound}.`);
    }
  }
  const placed = (bound: number): number => Math.min(size, Math.max(0, bound < 0 ? bound + size : bound));
  const [start, end] = [placed(from), placed(to)];
  if (end <= start) {
    throw new TensorSizeError(
      `.slice(${from}, ${to}): nothing is left of axis ${axis} of ${describe(x)}, which has ${size}; the second bound is not included.`,
    );
  }
  const op = { kind: "slice", axis, from: start } as const;
  const shape = x.shape.with(axis, end - start);
  return record(recorder, { op, inputs: [x], shape, dtype: x.dtype, label: "slice" });
}

/**
 * Element i of one axis, which is gone in the result; negative i count from the end.
 *
 * @throws {TensorSizeError} If the axis has no such element.
 */
export function select(recorder: Recorder, x: TensorNode, dim: number, i: number): TensorNode {
  const axis = axisOf("select", dim, x);
  const size = x.shape[axis];
  if (!Number.isInteger(i) || i < -size || i >= size) {
    throw new TensorSizeError(
      `.select(${dim}, ${i}): axis ${axis} of ${describe(x)} has ${size} elements, 0 to ${size - 1}.`,
    );
  }
  const from = i < 0 ? i + size : i;
  const one = record(recorder, {
    op: { kind: "slice", axis, from },
    inputs: [x],
    shape: x.shape.with(axis, 1),
    dtype: x.dtype,
    label: "select",
  });
  return reshaped(recorder, one, { shape: x.shape.toSpliced(axis, 1), label: "select" });
}

/** The same values under another handle; buffers never change, so nothing is copied. */
export const clone = (recorder: Recorder, x: TensorNode): TensorNode =>
  reshaped(recorder, x, { shape: x.shape, label: "clone" });

/** The same values as float32: what a mask is multiplied as. */
export const float = (recorder: Recorder, x: TensorNode): TensorNode =>
  reshaped(recorder, x, { shape: x.shape, label: "float", dtype: "float32" });

/** The same values, through which no gradient goes. */
export const detach = (recorder: Recorder, x: TensorNode): TensorNode =>
  record(recorder, { op: { kind: "detach" }, inputs: [x], shape: x.shape, dtype: x.dtype, label: "detach" });
