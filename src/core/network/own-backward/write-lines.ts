import { functionsIn, type Expression } from "../../expression/expression.ts";
import { writeFormula } from "../../expression/write-formula.ts";
import type { MapFunction } from "../../ops/generic-op.ts";
import { FormulaError } from "../../tensor/element-formula.ts";
import { evaluationOrder } from "../../tensor/lower/evaluation-order.ts";
import { broadcastShapes, sameShape } from "../../tensor/shapes.ts";
import type { TensorNode } from "../../tensor/tensor-node.ts";
import { KEEPDIM, MOST_LINES, RESERVED, type BackwardExpression, type MatrixFunction } from "./read-lines.ts";

const REDUCTIONS: ReadonlyMap<string, MatrixFunction> = new Map([
  ["sum", "sum"],
  ["mean", "mean"],
  ["max", "amax"],
  ["min", "amin"],
]);

/** A formula that applies more functions is given a line of its own. */
const LONGEST_FORMULA = 8;

const input = (name: string): BackwardExpression => ({ kind: "input", name });
const call = (
  fn: MatrixFunction | MapFunction,
  ...args: readonly BackwardExpression[]
): BackwardExpression => ({
  kind: "call",
  fn,
  args,
});
const number = (value: number): Expression<never, never> => ({ kind: "value", value });

/** aᵀ, without what is transposed twice: (a b)ᵀ = bᵀ aᵀ. */
function transposed(e: BackwardExpression): BackwardExpression {
  if (e.kind === "call" && e.fn === "t") return e.args[0];
  if (e.kind !== "call" || e.fn !== "matmul") return call("t", e);
  const [a, b] = e.args;
  return call("matmul", transposed(b), transposed(a));
}

/** A tensor that a backward was given, or a gradient that it has set. */
export interface NamedTensor {
  readonly name: string;
  readonly node: TensorNode;
  /** A notebook holds weights as (out, in), the lab as (in, out). */
  readonly transposed: boolean;
}

/**
 * What a function that goes back through a layer did, line by line, of the operations that it recorded.
 *
 * @param given x, y, dy and the parameters.
 * @param gradients What it has set.
 * @param firstId Of the first operation that belongs to the function; what has a lower one was there before.
 * @throws {FormulaError} If no line says an operation, at the line of the cell.
 */
export function writeLines(
  given: readonly NamedTensor[],
  gradients: readonly NamedTensor[],
  firstId: number,
): string[] {
  const sources = new Map(given.map(({ node }) => [node, []] as const));
  const roots = gradients.map(({ node }) => node);
  const { order, expansions, readers } = evaluationOrder(roots, sources);
  const known = new Map<TensorNode, BackwardExpression>(
    given.map(({ name, node, transposed: turned }) => [node, turned ? transposed(input(name)) : input(name)]),
  );
  const lines: string[] = [];
  const taken = new Set([
    ...RESERVED,
    ...given.map(({ name }) => name),
    ...gradients.map(({ name }) => name),
  ]);
  const add = (name: string, e: BackwardExpression, node: TensorNode): BackwardExpression => {
    if (lines.length === MOST_LINES) {
      throw new FormulaError(`it takes more than ${MOST_LINES} lines, the most that are taken`, node.line);
    }
    taken.add(name);
    lines.push(`${name} = ${writeFormula(e)}`);
    return input(name);
  };
  let numbered = 0;
  const nameFor = ({ name }: TensorNode): string => {
    if (name !== null && /^[A-Za-z]\w{0,30}$/.test(name) && !taken.has(name)) return name;
    let next: string;
    do next = `v${++numbered}`;
    while (taken.has(next));
    return next;
  };
  const find = (node: TensorNode): BackwardExpression => known.get(node) ?? number(NaN);
  for (const node of order) {
    if (known.has(node)) continue;
    const expansion = expansions.get(node);
    const e = expansion === undefined ? write(node, find, firstId) : find(expansion);
    const isComputed = e.kind === "call" && !(e.fn === "t" && e.args[0].kind === "input");
    const reads = readers.get(node)?.length ?? 0;
    const isRoot = roots.includes(node);
    const own = isRoot ? reads > 0 : reads > 1 || node.name !== null || functionsIn(e) > LONGEST_FORMULA;
    known.set(node, isComputed && own ? add(nameFor(node), e, node) : e);
  }
  for (const { name, node, transposed: turned } of gradients) {
    const e = find(node);
    add(name, turned ? transposed(e) : e, node);
  }
  return lines;
}

/** What is wrong with an operation that no line says, and what to do. */
function refusal({ op: { kind }, label, name, id }: TensorNode, firstId: number): string {
  if (id < firstId || kind === "data" || kind === "stored") {
    return (
      `the tensor ${name ?? label} stands in it, and the lab's other views know x, y, y.g and the layer's parameters only: ` +
      `take its number before, const a = ${name ?? "w"}.item(), and write a`
    );
  }
  if (kind === "draw") return `${label}() draws random numbers, and a backward of a layer has none`;
  if (kind === "reshape") {
    return ".reshape() names sizes, which are others for other widths and numbers of rows: write .t(), .squeeze(dim) or .unsqueeze(dim)";
  }
  if (kind === "expand") {
    return ".expand() names sizes, which are others for other widths and numbers of rows: leave it out, operations repeat axes of size 1 by themselves";
  }
  return (
    `.${label}() is not known to the lab's other views: a backward of a layer is written with +, −, ·, /, comparisons, where, ` +
    "functions of one number, .matmul(), .t(), .permute(), .sum(), .mean(), .max(), .min(), .softmax(), .squeeze(dim) and .unsqueeze(dim)"
  );
}

/** Whether it is a number whatever comes in. Tensors of one number, ones(3), are written as the number. */
const isConstant = (e: BackwardExpression): boolean =>
  e.kind === "call" ? e.args.every(isConstant) : e.kind === "value" || e.name === KEEPDIM;

/** @throws {FormulaError} If the shape of a tensor of one number would matter, which the number does not have. */
function requireShape(node: TensorNode, args: readonly BackwardExpression[]): void {
  const { op, inputs } = node;
  const tensors = inputs.filter((_, at) => !isConstant(args[at]));
  if (tensors.length === inputs.length) return;
  const isElementwise = op.kind === "unary" || op.kind === "binary" || op.kind === "where";
  if (isElementwise) {
    const shape = tensors.reduce<readonly number[]>(
      (sum, { shape: next }) =>
        broadcastShapes(node.label, { name: null, shape: sum }, { name: null, shape: next }),
      [],
    );
    if (tensors.length === 0 || sameShape(shape, node.shape)) return;
  }
  throw new FormulaError(
    `.${node.label}() takes a tensor that holds one number everywhere and has a size: write the number itself, as in .mul(2)`,
    node.line,
  );
}

/** One operation as a formula. @throws {FormulaError} */
function write(
  node: TensorNode,
  find: (node: TensorNode) => BackwardExpression,
  firstId: number,
): BackwardExpression {
  const { op, inputs } = node;
  const refuse = (): FormulaError => new FormulaError(refusal(node, firstId), node.line);
  if (op.kind === "full") {
    if (Number.isFinite(op.value)) return number(op.value);
    throw new FormulaError(`${op.value} stands in it, which is no number of a formula`, node.line);
  }
  if (node.id < firstId) throw refuse();
  const args = inputs.map(find);
  requireShape(node, args);
  if (op.kind === "unary" || op.kind === "binary") return call(op.fn, ...args);
  if (op.kind === "where" || op.kind === "matmul") return call(op.kind, ...args);
  if (op.kind === "detach") return args[0];
  if (op.kind === "permute") {
    const isPlain = String(op.axes) === "1,0";
    return isPlain ? transposed(args[0]) : call("permute", args[0], ...op.axes.map(number));
  }
  if (op.kind === "reshape") {
    const moved = byOnes(args[0], inputs[0].shape, node.shape);
    if (moved !== null) return moved;
  }
  const fn = op.kind === "reduce" ? REDUCTIONS.get(op.fn) : undefined;
  if (op.kind !== "reduce" || fn === undefined) throw refuse();
  const isAll = op.axes.length === inputs[0].shape.length;
  return call(fn, args[0], ...(isAll ? [] : op.axes.map(number)), ...(op.keepdim ? [input(KEEPDIM)] : []));
}

/** A tensor in a shape that differs in axes of size 1 alone; null where it differs in more. */
function byOnes(
  e: BackwardExpression,
  from: readonly number[],
  to: readonly number[],
): BackwardExpression | null {
  const kept = (shape: readonly number[]): number[] => shape.filter((size) => size !== 1);
  if (!sameShape(kept(from), kept(to))) return null;
  if (sameShape(from, to)) return e;
  let moved = e;
  let shape = [...from];
  for (let axis = 0; axis < Math.max(shape.length, to.length);) {
    if (shape[axis] === to[axis]) axis++;
    else if (shape[axis] === 1) {
      moved = call("squeeze", moved, number(axis));
      shape = shape.toSpliced(axis, 1);
    } else {
      moved = call("unsqueeze", moved, number(axis));
      shape = shape.toSpliced(axis, 0, 1);
      axis++;
    }
  }
  return moved;
}
