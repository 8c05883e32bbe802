import { counted } from "../counted.ts";
import { MAX_RANK } from "../ops/generic-op.ts";
import { numelOf } from "../ops/recording-ops.ts";
import { TensorShapeError, TensorSizeError } from "./tensor-error.ts";
import type { TensorNode } from "./tensor-node.ts";

/** The largest whole number that float32 counts up to without a gap. */
export const MAX_WHOLE = 2 ** 24;

/** (3, 4), (3,) or (); as Python writes tuples. */
export const showShape = (shape: readonly number[]): string =>
  shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;

/** A tensor as errors call it: its variable, where that is known, and its shape. */
export const describe = (node: Pick<TensorNode, "name" | "shape">): string =>
  node.name === null ? showShape(node.shape) : `${node.name} ${showShape(node.shape)}`;

/** 4.0 kB, 7.84 GB: bytes as people read them. */
export function showBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  if (power === 0) return `${bytes} bytes`;
  return `${(bytes / 1000 ** power).toPrecision(3)} ${units[power]}`;
}

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/**
 * Sizes of a new tensor.
 *
 * @throws {TensorSizeError} If one is not a whole number of at least 1, there are more than 6, or their product is
 * beyond 2⁵³, which no number here counts.
 */
export function checkSizes(label: string, sizes: readonly number[]): readonly number[] {
  checkRank(label, sizes.length);
  sizes.forEach((size, axis) => {
    if (!Number.isInteger(size) || size < 1) {
      throw new TensorSizeError(
        `.${label}(): size ${size} of axis ${axis} must be a whole number of at least 1.${hintForSize(size)}`,
      );
    }
  });
  const count = numelOf(sizes);
  if (count > Number.MAX_SAFE_INTEGER) {
    throw new TensorSizeError(
      `.${label}(): ${showShape(sizes)} has ${count.toPrecision(3)} elements, more than can be counted (2⁵³).`,
    );
  }
  return [...sizes];
}

function hintForSize(size: number): string {
  if (size === 0) return " A tensor without elements cannot be made.";
  if (Number.isNaN(size)) return " Was it computed from a shape that has no such axis?";
  if (Number.isFinite(size) && !Number.isInteger(size)) return " Use Math.floor or Math.ceil.";
  return "";
}

/** @throws {TensorSizeError} If there are more than 6 axes. */
export function checkRank(label: string, rank: number): void {
  if (rank <= MAX_RANK) return;
  throw new TensorSizeError(`.${label}(): a tensor has at most ${MAX_RANK} axes, this would have ${rank}.`);
}

/**
 * The axis that `dim` names, counted from 0; negative ones count from the end.
 *
 * @throws {TensorShapeError} If the tensor has no such axis.
 */
export function axisOf(label: string, dim: number, node: Pick<TensorNode, "name" | "shape">): number {
  const rank = node.shape.length;
  if (Number.isInteger(dim) && dim >= -rank && dim < rank) return dim < 0 ? dim + rank : dim;
  if (rank === 0) {
    throw new TensorShapeError(
      `.${label}(): the tensor ${describe(node)} is a single number; it has no axis ${dim}.`,
    );
  }
  throw new TensorShapeError(
    `.${label}(): dim ${dim} is not an axis of ${describe(node)}; it has ${counted(rank, "axis", "axes")}, ${
      rank === 1 ? "0 or −1" : `0 to ${rank - 1}, or −${rank} to −1 from the end`
    }.`,
  );
}

/**
 * The shape that two tensors have together by NumPy's rules: equal from the right, or 1.
 *
 * @throws {TensorShapeError} With both shapes, the axis and the repair that fits.
 */
export function broadcastShapes(
  label: string,
  left: Pick<TensorNode, "name" | "shape">,
  right: Pick<TensorNode, "name" | "shape">,
): number[] {
  const [a, b] = [left.shape, right.shape];
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const [one, other] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (one !== other && one !== 1 && other !== 1) {
      throw new TensorShapeError(
        `.${label}(): ${describe(left)} and ${describe(right)} do not fit: axis ${axis - rank} is ${one} on the left and ${other} on the right; ` +
          `they must be equal, or one of them 1.${broadcastRepair(a, b)}`,
      );
    }
    shape.push(Math.max(one, other));
  }
  return shape;
}

/** What one probably meant, of two shapes that do not broadcast. */
function broadcastRepair(a: readonly number[], b: readonly number[]): string {
  if (a.length === 1 && b.length === 2 && a[0] === b[0]) {
    return ` Did you mean .unsqueeze(1) on the left, (${a[0]}, 1)?`;
  }
  if (b.length === 1 && a.length === 2 && a[0] === b[0]) {
    return ` Did you mean .unsqueeze(1) on the right, (${b[0]}, 1)?`;
  }
  if (a.length === 2 && b.length === 2 && a[0] === b[1] && a[1] === b[0]) {
    return " One of the two looks transposed: did you mean .t()?";
  }
  if (numelOf(a) === numelOf(b)) {
    return ` Both have ${numelOf(a)} elements: did you mean .reshape(${b.join(", ")}) on the left?`;
  }
  return "";
}
