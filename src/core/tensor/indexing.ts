import { numelOf } from "../ops/recording-ops.ts";
import { record } from "./record.ts";
import { axisOf, checkRank, checkSizes, describe, MAX_WHOLE, sameShape } from "./shapes.ts";
import { TensorShapeError, TensorSizeError } from "./tensor-error.ts";
import type { Recorder, TensorNode } from "./tensor-node.ts";

/** @throws {TensorShapeError} If the indices cannot be whole numbers. */
function checkIndices(label: string, indices: TensorNode): void {
  if (indices.dtype !== "bool") return;
  throw new TensorShapeError(
    `.${label}(): ${describe(indices)} is a mask, and indices are whole numbers. Did you mean .where()?`,
  );
}

/** @throws {TensorSizeError} If float32 cannot count that many. */
function checkCountable(label: string, size: number): void {
  if (size <= MAX_WHOLE) return;
  throw new TensorSizeError(`.${label}(): indices reach up to 2²⁴ = ${MAX_WHOLE}, the axis has ${size}.`);
}

/**
 * Rows of x by number: out[i…, …] = x[indices[i…], …]. An index outside ends the cell with an error when it is
 * computed.
 *
 * @throws {TensorShapeError} If x has no axes, or the indices are a mask.
 */
export function take(recorder: Recorder, x: TensorNode, indices: TensorNode): TensorNode {
  if (x.shape.length === 0) throw new TensorShapeError(".take(): a single number has no rows to take.");
  checkIndices("take", indices);
  checkCountable("take", x.shape[0]);
  const shape = [...indices.shape, ...x.shape.slice(1)];
  checkRank("take", shape.length);
  return record(recorder, {
    op: { kind: "take" },
    inputs: [x, indices],
    shape,
    dtype: x.dtype,
    label: "take",
  });
}

/**
 * One element for each index: out[i, j] = x[i, indices[i, j]] for dim 1.
 *
 * @throws {TensorShapeError} If the indices have another number of axes than x, or are longer along another axis.
 */
export function gather(recorder: Recorder, x: TensorNode, dim: number, indices: TensorNode): TensorNode {
  const axis = axisOf("gather", dim, x);
  checkIndices("gather", indices);
  checkAlong("gather", { whole: x.shape, name: describe(x), axis, part: indices });
  checkCountable("gather", x.shape[axis]);
  const op = { kind: "gather", axis } as const;
  return record(recorder, {
    op,
    inputs: [x, indices],
    shape: indices.shape,
    dtype: x.dtype,
    label: "gather",
  });
}

/** Indices fit the tensor that they pick from along all axes but one. */
function checkAlong(
  label: string,
  {
    whole,
    name,
    axis,
    part,
  }: {
    readonly whole: readonly number[];
    readonly name: string;
    readonly axis: number;
    readonly part: TensorNode;
  },
): void {
  if (part.shape.length !== whole.length) {
    throw new TensorShapeError(
      `.${label}(): the indices ${describe(part)} need as many axes as ${name}, ${whole.length}.${
        part.shape.length === whole.length - 1 ? ` Did you mean indices.unsqueeze(${axis})?` : ""
      }`,
    );
  }
  const bad = part.shape.findIndex((size, place) => place !== axis && size > whole[place]);
  if (bad < 0) return;
  throw new TensorShapeError(
    `.${label}(): axis ${bad} of the indices ${describe(part)} is ${part.shape[bad]}, of ${name} only ${whole[bad]}.`,
  );
}

/**
 * 1 at the class, else 0, along a new last axis.
 *
 * @throws {TensorSizeError} If the number of classes is no size.
 */
export function oneHot(recorder: Recorder, x: TensorNode, classes: number): TensorNode {
  checkIndices("oneHot", x);
  const shape = checkSizes("oneHot", [...x.shape, classes]);
  checkCountable("oneHot", classes);
  return record(recorder, { op: { kind: "oneHot" }, inputs: [x], shape, dtype: "int32", label: "oneHot" });
}

/**
 * Zeros with `rows` rows, to which row indices[i…] each g[i…] is added: the reverse of `take`.
 *
 * @throws {TensorShapeError} If g does not begin with the indices' shape.
 */
export function scatterRows(
  recorder: Recorder,
  g: TensorNode,
  indices: TensorNode,
  rows: number,
): TensorNode {
  checkIndices("scatterRows", indices);
  const rank = indices.shape.length;
  if (!sameShape(g.shape.slice(0, rank), indices.shape)) {
    throw new TensorShapeError(
      `.scatterRows(): ${describe(g)} must begin with the indices' shape ${describe(indices)}.`,
    );
  }
  const shape = checkSizes("scatterRows", [rows, ...g.shape.slice(rank)]);
  checkCountable("scatterRows", rows);
  const op = { kind: "scatterRows" } as const;
  return record(recorder, { op, inputs: [g, indices], shape, dtype: "float32", label: "scatterRows" });
}

/**
 * Zeros of `sizes`, to which each element of g is added where `gather` along `dim` would have read it.
 *
 * @throws {TensorShapeError} If g and the indices differ in shape, or do not fit the sizes.
 */
export function scatterAlong(
  recorder: Recorder,
  g: TensorNode,
  indices: TensorNode,
  { dim, sizes }: { readonly dim: number; readonly sizes: readonly number[] },
): TensorNode {
  checkIndices("scatterAlong", indices);
  const shape = checkSizes("scatterAlong", sizes);
  const axis = axisOf("scatterAlong", dim, { name: null, shape });
  if (!sameShape(g.shape, indices.shape)) {
    throw new TensorShapeError(
      `.scatterAlong(): ${describe(g)} and the indices ${describe(indices)} must have one shape.`,
    );
  }
  checkAlong("scatterAlong", {
    whole: shape,
    name: `the result of ${numelOf(shape)} elements`,
    axis,
    part: indices,
  });
  checkCountable("scatterAlong", shape[axis]);
  const op = { kind: "scatterAlong", axis } as const;
  return record(recorder, { op, inputs: [g, indices], shape, dtype: "float32", label: "scatterAlong" });
}
