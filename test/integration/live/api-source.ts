import type { TensorNode } from "../../../src/core/tensor/tensor-node.ts";

const FUNCTIONS: ReadonlySet<string> = new Set(["add", "sub", "mul", "div", "pow", "maximum", "minimum"]);

const list = (numbers: readonly number[]): string => `[${numbers.join(", ")}]`;

const isNumber = (node: TensorNode | undefined): boolean =>
  node?.op.kind === "full" && node.shape.length === 0;

/** One operation as a person writes it, with its inputs by their names; null where the language has no such method. */
function sourceOf(node: TensorNode, names: readonly string[]): string | null {
  const { op, shape, inputs } = node;
  const [x = "", ...rest] = names;
  switch (op.kind) {
    case "full":
      return shape.length === 0 ? String(op.value) : `full(${list(shape)}, ${op.value})`;
    case "data":
      return `tensor(${list([...op.values])}, ${list(shape)})`;
    case "eye":
      return `eye(${shape[0]})`;
    case "unary":
      return `${x}.${op.fn}()`;
    case "binary":
      // Comparisons are methods only.
      return FUNCTIONS.has(op.fn)
        ? `${op.fn}(${names.join(", ")})`
        : `${isNumber(inputs[0]) ? `tensor(${x})` : x}.${op.fn}(${rest[0]})`;
    case "where":
      return `where(${names.join(", ")})`;
    case "reduce": {
      const correction = op.fn === "std" || op.fn === "variance" ? `, correction: ${op.correction}` : "";
      // All of it, or the place in the flat tensor, is asked for without axes.
      const all = op.axes.length === 0 || (op.fn.startsWith("arg") && op.axes.length > 1);
      const dim = all ? "" : `dim: ${list(op.axes)}, `;
      return `${x}.${op.fn}({ ${dim}keepdim: ${op.keepdim}${correction} })`;
    }
    case "softmax":
      return `${x}.softmax(${op.axis})`;
    case "matmul":
      return `${x}.matmul(${rest[0]})`;
    case "reshape":
      return `${x}.reshape(${shape.join(", ")})`;
    case "expand":
      return `${x}.expand(${shape.join(", ")})`;
    case "permute":
      return `${x}.permute(${op.axes.join(", ")})`;
    case "slice":
      return `${x}.slice(${op.from}, ${op.from + (shape[op.axis] ?? 0)}, ${op.axis})`;
    case "detach":
      return `${x}.detach()`;
    case "take":
      return `${x}.take(${rest[0]})`;
    case "gather":
      return `${x}.gather(${op.axis}, ${rest[0]})`;
    case "oneHot":
      return `${x}.oneHot(${shape.at(-1)})`;
    case "cat":
      return `cat([${names.join(", ")}], ${op.axis})`;
    case "pad":
      return padSource(node, x);
    case "stored":
    case "draw":
    case "scatterRows":
    case "scatterAlong":
      return null;
  }
}

/** A `pad` is written with what stands before and after along each axis. */
function padSource({ op, shape, inputs }: TensorNode, x: string): string | null {
  if (op.kind !== "pad") return null;
  const [{ shape: inner }] = inputs as readonly [TensorNode];
  const pairs = op.before.map((count, axis) =>
    list([count, (shape[axis] ?? 0) - count - (inner[axis] ?? 0)]),
  );
  return `pad(${x}, [${pairs.join(", ")}], ${op.value})`;
}

/** The statements that compute the nodes, in their order, as n0, n1, …; null where a person could not write them. */
export function apiSource(
  nodes: readonly TensorNode[],
): { readonly lines: string[]; readonly nameOf: (node: TensorNode) => string } | null {
  const names = new Map<TensorNode, string>();
  const nameOf = (node: TensorNode): string => names.get(node) ?? "";
  const lines: string[] = [];
  for (const node of nodes) {
    const inputs = node.inputs.map(nameOf);
    const source = sourceOf(node, inputs);
    if (source === null) return null;
    names.set(node, `n${lines.length}`);
    lines.push(`const n${lines.length} = ${source};`);
  }
  return { lines, nameOf };
}
