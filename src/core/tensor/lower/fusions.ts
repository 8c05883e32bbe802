import { sameShape } from "../shapes.ts";
import type { TensorNode } from "../tensor-node.ts";

/** Who reads a node, and whether something outside the program holds it. */
export interface Surroundings {
  readonly readersOf: (node: TensorNode) => readonly TensorNode[];
  readonly held: (node: TensorNode) => boolean;
}

/** Whether nothing but its one reader will ever see the node. */
export const isHidden = ({ readersOf, held }: Surroundings, node: TensorNode): boolean =>
  node.storage === null && !held(node) && readersOf(node).length === 1;

/** The number that a node is everywhere; null where it is none. */
const numberOf = (node: TensorNode): number | null =>
  node.op.kind === "full" && node.shape.every((size) => size === 1) ? node.op.value : null;

const isBinary = (node: TensorNode, fn: string): boolean => node.op.kind === "binary" && node.op.fn === fn;

/** A product and the bias that is added to each of its rows. */
export function biasedProduct(
  node: TensorNode,
  isPending: (node: TensorNode) => boolean,
): { readonly product: TensorNode; readonly bias: TensorNode } | null {
  if (!isBinary(node, "add")) return null;
  const [left, right] = node.inputs;
  for (const [product, bias] of [
    [left, right],
    [right, left],
  ]) {
    const columns = product.shape.at(-1);
    const isRow = bias.shape.at(-1) === columns && bias.shape.slice(0, -1).every((size) => size === 1);
    if (isPending(product) && isRow && sameShape(product.shape, node.shape)) return { product, bias };
  }
  return null;
}

/** max(x, 0) − shift that is taken of a node, if anything takes it. */
export function reluOf(
  x: TensorNode,
  around: Surroundings,
): { readonly target: TensorNode; readonly shift: number } | null {
  const relu = around.readersOf(x).find((reader) => {
    if (!isBinary(reader, "maximum") || !sameShape(reader.shape, x.shape)) return false;
    const other = reader.inputs[0] === x ? reader.inputs[1] : reader.inputs[0];
    return numberOf(other) === 0;
  });
  if (relu === undefined) return null;
  const [next] = around.readersOf(relu);
  if (!isHidden(around, relu) || !sameShape(next.shape, relu.shape)) return { target: relu, shift: 0 };
  const [left, right] = next.inputs;
  const shift = left === relu && isBinary(next, "sub") ? numberOf(right) : null;
  const raised = left === relu && isBinary(next, "add") ? numberOf(right) : null;
  if (shift !== null) return { target: next, shift };
  return raised === null ? { target: relu, shift: 0 } : { target: next, shift: -raised };
}

/** x (N, I, 1) · dy (N, 1, O) summed over N: what the naive way of a weight's gradient is. */
export function outerProduct(
  node: TensorNode,
  around: Surroundings,
): { readonly x: TensorNode; readonly dy: TensorNode } | null {
  const { op } = node;
  if (op.kind !== "reduce" || (op.fn !== "sum" && op.fn !== "mean")) return null;
  const [products] = node.inputs;
  if (String(op.axes) !== "0" || products.shape.length !== 3) return null;
  if (!isBinary(products, "mul") || !isHidden(around, products)) return null;
  const [rows] = products.shape;
  for (const [x, dy] of [products.inputs, products.inputs.toReversed()]) {
    if (x.shape.length !== 3 || dy.shape.length !== 3) return null;
    if (x.shape[0] === rows && dy.shape[0] === rows && x.shape[2] === 1 && dy.shape[1] === 1)
      return { x, dy };
  }
  return null;
}
