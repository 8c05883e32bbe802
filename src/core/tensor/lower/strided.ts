import { denseStrides } from "../../ops/strides.ts";
import type { TensorNode } from "../tensor-node.ts";
import type { BufferTensor } from "./lowered.ts";

/** How a node's values are read from a buffer: one stride for each axis of the node. */
export interface Strided {
  readonly tensor: BufferTensor;
  readonly offset: number;
  readonly strides: readonly number[];
  /** The node whose dense values the tensor is. */
  readonly owner: TensorNode;
}

/** All of a tensor, in its order. */
export const denseView = (tensor: BufferTensor, owner: TensorNode): Strided => ({
  tensor,
  offset: 0,
  strides: denseStrides(owner.shape),
  owner,
});

/** Whether neighbours of this shape lie side by side; axes of size 1 do not matter. */
export function isContiguous({ strides }: Strided, shape: readonly number[]): boolean {
  const dense = denseStrides(shape);
  return strides.every((stride, axis) => shape[axis] === 1 || stride === dense[axis]);
}

/** The region that a contiguous view covers, as a tensor of its own; null where it is not contiguous. */
export function regionOf(view: Strided, shape: readonly number[]): BufferTensor | null {
  if (!isContiguous(view, shape)) return null;
  const { tensor, offset } = view;
  return { ...tensor, offset: tensor.offset + offset, shape: shape.length === 0 ? [1] : shape };
}

export const permuted = (view: Strided, axes: readonly number[]): Strided => ({
  ...view,
  strides: axes.map((axis) => view.strides[axis]),
});

export const sliced = (view: Strided, axis: number, from: number): Strided => ({
  ...view,
  offset: view.offset + from * view.strides[axis],
});

/** Read as a larger shape that it broadcasts to: repeated axes have stride 0. */
export function broadcastView(view: Strided, from: readonly number[], to: readonly number[]): Strided {
  const ahead = to.length - from.length;
  const strides = to.map((size, axis) =>
    axis < ahead || (from[axis - ahead] === 1 && size !== 1) ? 0 : view.strides[axis - ahead],
  );
  return { ...view, strides };
}

/** The same elements in another shape; null where no strides say that, so that they must be copied first. */
export function reshapedView(view: Strided, from: readonly number[], to: readonly number[]): Strided | null {
  if (isContiguous(view, from)) return { ...view, strides: denseStrides(to) };
  const [old, wanted] = [from, to].map((shape) => shape.filter((size) => size !== 1));
  if (old.length !== wanted.length || old.some((size, axis) => size !== wanted[axis])) return null;
  const rest = view.strides.filter((_, axis) => from[axis] !== 1);
  let place = 0;
  return { ...view, strides: to.map((size) => (size === 1 ? 0 : rest[place++])) };
}

/** Whether two views meet the same elements in the same order. */
export const sameView = (one: Strided, other: Strided): boolean =>
  one.tensor.buffer === other.tensor.buffer &&
  one.tensor.offset + one.offset === other.tensor.offset + other.offset &&
  one.strides.every((stride, axis) => stride === other.strides[axis]);

/** How a product reads a matrix without copying it: as it lies or transposed; null where it is neither. */
export function matrixOf(
  view: Strided,
  [rows, columns]: readonly number[],
): { readonly tensor: BufferTensor; readonly transposed: boolean } | null {
  const plain = regionOf(view, [rows, columns]);
  if (plain !== null) return { tensor: plain, transposed: false };
  const flipped = regionOf(permuted(view, [1, 0]), [columns, rows]);
  return flipped === null ? null : { tensor: flipped, transposed: true };
}
