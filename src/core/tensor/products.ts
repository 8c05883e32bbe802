import { record } from "./record.ts";
import { describe } from "./shapes.ts";
import { TensorShapeError } from "./tensor-error.ts";
import type { Recorder, TensorNode } from "./tensor-node.ts";
import { reshape } from "./views.ts";

/**
 * (M, K) @ (K, N) → (M, N); a vector on the left is a row, on the right a column, and that axis is gone in the result.
 *
 * @throws {TensorShapeError} If the columns of the left are not as many as the rows of the right, or an operand has
 * no axes or more than two.
 */
export function matmul(
  recorder: Recorder,
  left: TensorNode,
  right: TensorNode,
  label = "matmul",
): TensorNode {
  for (const one of [left, right]) {
    if (one.shape.length >= 1 && one.shape.length <= 2) continue;
    throw new TensorShapeError(
      `.${label}(): ${describe(left)} @ ${describe(right)}: both must have 2 axes (or 1)${
        one.shape.length === 0
          ? "; for a number use .mul()"
          : "; batched products are written with .reshape() or einsum"
      }.`,
    );
  }
  const a = left.shape.length === 1 ? reshape(recorder, left, [1, left.shape[0]], label) : left;
  const b = right.shape.length === 1 ? reshape(recorder, right, [right.shape[0], 1], label) : right;
  const [[rows, inner], [bRows, columns]] = [a.shape, b.shape];
  if (inner !== bRows) {
    throw new TensorShapeError(
      `.${label}(): ${describe(left)} @ ${describe(right)}: the left has ${inner} columns, the right ${bRows} rows; they must be equal.${repairOf(left.shape, right.shape)}`,
    );
  }
  const product = record(recorder, {
    op: { kind: "matmul" },
    inputs: [a, b],
    shape: [rows, columns],
    dtype: "float32",
    label,
  });
  if (left.shape.length === 2 && right.shape.length === 2) return product;
  const shape = [...left.shape.slice(0, -1), ...right.shape.slice(1)];
  return reshape(recorder, product, shape, label);
}

function repairOf(left: readonly number[], right: readonly number[]): string {
  if (right.length === 2 && left.at(-1) === right[1]) return " Did you mean .matmul(other.t())?";
  if (left.length === 2 && left[0] === right[0]) return " Did you mean .t().matmul(other)?";
  if (left.length === 2 && right.length === 2 && left[0] === right[1]) {
    return " Did you mean the other way round, other.matmul(this)?";
  }
  return "";
}
