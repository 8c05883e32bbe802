import { denseStrides } from "../../ops/strides.ts";
import { places } from "./arrays.ts";
import type { Float64Step } from "./program.ts";

/** Where a permutation or slice reads its input. */
export function readPlaces({ op, shape }: Float64Step, from: readonly number[]): Int32Array {
  const dense = denseStrides(from);
  if (op.kind === "permute") {
    return places(
      shape,
      op.axes.map((axis) => dense[axis]),
    );
  }
  if (op.kind === "slice") return places(shape, dense, op.from * dense[op.axis]);
  throw new TypeError(`readPlaces: ${op.kind} is no view`);
}

/** @throws {RangeError} If an index is no whole number within its axis. */
export function checkedIndex({ label }: Float64Step, index: number, size: number): number {
  if (Number.isInteger(index) && index >= 0 && index < size) return index;
  throw new RangeError(`.${label}(): expected a whole number from 0 to ${size - 1} as index, got ${index}`);
}

/** Where take, gather and their reverses touch the larger tensor, of shape `of`, for each element of the picked one. */
export function pickedPlaces(
  step: Float64Step,
  {
    indices,
    of,
    indexShape,
  }: {
    readonly indices: Float64Array;
    readonly of: readonly number[];
    readonly indexShape: readonly number[];
  },
): Int32Array {
  const dense = denseStrides(of);
  const { op } = step;
  if (op.kind === "take" || op.kind === "scatterRows") {
    const row = dense[0];
    const at = new Int32Array(indices.length * row);
    indices.forEach((index, i) => {
      const start = checkedIndex(step, index, of[0]) * row;
      for (let j = 0; j < row; j++) at[i * row + j] = start + j;
    });
    return at;
  }
  const axis = "axis" in op ? op.axis : 0;
  const at = places(indexShape, dense.with(axis, 0));
  indices.forEach((index, i) => (at[i] += checkedIndex(step, index, of[axis]) * dense[axis]));
  return at;
}

/** Where the elements of each input of a concatenation or padding stand in the result. */
export function partPlaces(
  { op, shape }: Float64Step,
  shapes: readonly (readonly number[])[],
): readonly Int32Array[] {
  const dense = denseStrides(shape);
  if (op.kind === "pad") {
    const offset = op.before.reduce((sum, count, axis) => sum + count * dense[axis], 0);
    return [places(shapes[0], dense, offset)];
  }
  const axis = op.kind === "cat" ? op.axis : 0;
  let ahead = 0;
  return shapes.map((part) => {
    const at = places(part, dense, ahead * dense[axis]);
    ahead += part[axis];
    return at;
  });
}
