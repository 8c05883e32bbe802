import type { StridedView } from "./generic-op.ts";
import type { TensorLike } from "./tensor-like.ts";

/** Number of elements of an iteration space; 1 for rank 0. */
export const countOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

/** Strides of a dense row-major tensor of this shape, in elements. */
export function denseStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = strides[d + 1] * shape[d + 1];
  return strides;
}

/** Whether the view meets its tensor's elements one after another, in their order, from the first on. */
export function isDense({ offset, strides }: StridedView<unknown>, shape: readonly number[]): boolean {
  const dense = denseStrides(shape);
  return offset === 0 && strides.every((stride, d) => shape[d] === 1 || stride === dense[d]);
}

/** The lowest and highest element that a view meets. */
export function reachOf(
  { offset, strides }: Pick<StridedView<unknown>, "offset" | "strides">,
  shape: readonly number[],
): { lowest: number; highest: number } {
  let [lowest, highest] = [offset, offset];
  strides.forEach((stride, d) => {
    const span = stride * (shape[d] - 1);
    if (span < 0) lowest += span;
    else highest += span;
  });
  return { lowest, highest };
}

/**
 * Whether the first dimension of the iteration space goes through the rows of the tensor, and each index of it meets
 * its own row only: then a worker with some of the rows needs no others.
 */
export function staysInRows(view: StridedView<TensorLike>, shape: readonly number[]): boolean {
  const [rows = 1] = shape;
  const { tensor, offset, strides } = view;
  if (tensor.shape[0] !== rows) return false;
  const rowLength = countOf(tensor.shape.slice(1));
  if (rows > 1 && strides[0] !== rowLength) return false;
  const { lowest, highest } = reachOf({ offset, strides: strides.slice(1) }, shape.slice(1));
  return lowest >= 0 && highest < rowLength;
}

/** A dimension of an iteration space, with one step for each of the views that go through it together. */
export interface Dimension {
  readonly size: number;
  readonly strides: readonly number[];
}

/**
 * The same iteration space in as few dimensions as possible: those of size 1 go, neighbours that every view goes
 * through as if they were one become one. The order of elements stays. `apart` keeps two neighbours apart, by their
 * indices.
 */
export function collapse(
  shape: readonly number[],
  views: readonly (readonly number[])[],
  apart: (outer: number, inner: number) => boolean = () => false,
): readonly Dimension[] {
  const found: { size: number; strides: number[]; last: number }[] = [];
  shape.forEach((size, d) => {
    if (size === 1) return;
    const strides = views.map((view) => view[d]);
    const before = found.at(-1);
    const joins =
      before !== undefined &&
      !apart(before.last, d) &&
      before.strides.every((stride, v) => stride === strides[v] * size);
    if (joins) {
      before.size *= size;
      before.strides = strides;
      before.last = d;
    } else {
      found.push({ size, strides, last: d });
    }
  });
  return found.map(({ size, strides }) => ({ size, strides }));
}
