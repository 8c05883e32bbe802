import type { TensorNode } from "../tensor-node.ts";
import { isHidden, type Surroundings } from "./fusions.ts";

/** A mean of log-sum-exp minus the picked logit over rows: what one op computes in one pass over the logits. */
export interface CrossEntropy {
  /** (N, C). */
  readonly logits: TensorNode;
  /** (N, 1): picks the logits; says too whether an index is none. */
  readonly picked: TensorNode;
  /** (N, 1), class numbers. */
  readonly target: TensorNode;
}

/** Through the reshapes that leave one number a row, as long as nobody else reads them. */
function behindReshapes(node: TensorNode, around: Surroundings): TensorNode | null {
  let inner = node;
  for (; isHidden(around, inner); [inner] = inner.inputs) if (inner.op.kind !== "reshape") return inner;
  return null;
}

const isAllOf = (axes: readonly number[], { shape }: TensorNode): boolean =>
  shape.every((size, axis) => size === 1 || axes.includes(axis));

/** Whether a node is the mean cross-entropy of logits, written out; null where it is not. */
export function crossEntropyOf(node: TensorNode, around: Surroundings): CrossEntropy | null {
  const { op } = node;
  if (node.storage !== null || op.kind !== "reduce" || op.fn !== "mean") return null;
  const [difference] = node.inputs;
  if (!isAllOf(op.axes, difference) || !isHidden(around, difference)) return null;
  if (difference.op.kind !== "binary" || difference.op.fn !== "sub") return null;
  const [sum, picked] = difference.inputs.map((input) => behindReshapes(input, around));
  if (sum?.op.kind !== "reduce" || sum.op.fn !== "logSumExp" || picked?.op.kind !== "gather") return null;
  const [logits] = sum.inputs;
  const [from, target] = picked.inputs;
  const [rows, classes] = logits.shape;
  const byRows = logits.shape.length === 2 && String(sum.op.axes) === "1" && picked.op.axis === 1;
  // A row against a column would be broadcast to a matrix.
  const oneARow = difference.shape.reduce((product, size) => product * size, 1) === rows;
  if (!byRows || !oneARow || from !== logits || classes < 2) return null;
  return String(target.shape) === `${rows},1` ? { logits, picked, target } : null;
}

/** All of them among `nodes`. */
export function crossEntropiesAmong(
  nodes: readonly TensorNode[],
  around: Surroundings,
): ReadonlyMap<TensorNode, CrossEntropy> {
  return new Map(
    nodes.flatMap((node) => {
      const found = crossEntropyOf(node, around);
      return found === null ? [] : [[node, found] as const];
    }),
  );
}
