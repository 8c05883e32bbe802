import type { Expression, InputName } from "../expression/expression.ts";
import { MOST_FUNCTIONS } from "../expression/parse-formula.ts";
import type { MapFunction } from "../ops/generic-op.ts";
import { sameShape } from "./shapes.ts";
import type { SourceLine, TensorNode, TensorOp } from "./tensor-node.ts";

/** Steps from the result back to z: functions, and clones between them. */
const MOST_DEPTH = 4 * MOST_FUNCTIONS;

interface Counted {
  readonly expression: Expression;
  readonly functions: number;
}

/** Something was computed that no formula of one element says. */
export class FormulaError extends TypeError {
  override readonly name = "FormulaError";
  /** Where the operation was recorded that is to blame. */
  readonly recordedAt: SourceLine | null;

  constructor(message: string, recordedAt: SourceLine | null) {
    super(message);
    this.recordedAt = recordedAt;
  }
}

const PUTS_TOGETHER: ReadonlySet<string> = new Set<TensorOp["kind"]>(["reduce", "softmax", "matmul"]);
const HAS_VALUES: ReadonlySet<string> = new Set<TensorOp["kind"]>(["data", "stored"]);

/** What is wrong with an operation that no formula has, and what to do. */
function refusal({ op: { kind }, label, name, id }: TensorNode, firstId: number): string {
  if (id < firstId || HAS_VALUES.has(kind)) {
    return (
      `the tensor ${name ?? label} stands in it, and a formula knows numbers only: take its number before, ` +
      `const a = ${name ?? "w"}.item(), and write a`
    );
  }
  if (PUTS_TOGETHER.has(kind)) {
    return (
      `.${label}() puts elements together, and an element of the result may depend on its own z alone. ` +
      "Linear layers, norms and the softmax are layers and losses of the network itself"
    );
  }
  if (kind === "draw")
    return `${label}() draws random numbers, and a formula has none; noise is a dropout layer's`;
  if (kind === "detach") {
    return ".detach() has no formula: write the gradient that you want as the second function, (z, dy) => …";
  }
  return (
    `.${label}() moves or picks elements, and every element must stay where it is: ` +
    "use +, −, ·, /, comparisons, where and functions of one number"
  );
}

/**
 * What a function of tensors does with each element, of the operations that it recorded.
 *
 * @param inputs The tensors that it was given, by what the formula calls them.
 * @param firstId Of the first operation that belongs to the function; what has a lower one was there before.
 * @throws {FormulaError} If an element of the result does not depend on the same element of the inputs alone, or the
 *   formula is too long.
 */
export function elementFormula(
  out: TensorNode,
  inputs: ReadonlyMap<TensorNode, InputName>,
  firstId: number,
): Expression {
  const known = new Map<TensorNode, Counted>();
  const read = (node: TensorNode, depth: number): Counted => {
    const before = known.get(node);
    if (before !== undefined) return before;
    const found = depth > MOST_DEPTH ? null : make(node, depth + 1);
    // Used twice it is written twice: a few lines can say more than anything could compute.
    if (found === null || found.functions > MOST_FUNCTIONS) {
      throw new FormulaError(
        `written out it applies more than ${MOST_FUNCTIONS} functions, the most that are taken; what is used twice counts twice`,
        node.line,
      );
    }
    known.set(node, found);
    return found;
  };
  const applied = (node: TensorNode, fn: MapFunction, depth: number): Counted => {
    const args = node.inputs.map((input) => read(input, depth));
    return {
      expression: { kind: "call", fn, args: args.map(({ expression }) => expression) },
      functions: args.reduce((sum, { functions }) => sum + functions, 1),
    };
  };
  const make = (node: TensorNode, depth: number): Counted => {
    const name = inputs.get(node);
    if (name !== undefined) return { expression: { kind: "input", name }, functions: 0 };
    const { op } = node;
    if (op.kind === "full") {
      if (Number.isFinite(op.value)) return { expression: { kind: "value", value: op.value }, functions: 0 };
      throw new FormulaError(`${op.value} stands in it, which is no number of a formula`, node.line);
    }
    if (node.id < firstId) throw new FormulaError(refusal(node, firstId), node.line);
    if (op.kind === "unary" || op.kind === "binary") return applied(node, op.fn, depth);
    if (op.kind === "where") return applied(node, "where", depth);
    // .clone() and .float() are recorded as this.
    const [input] = node.inputs;
    if (op.kind === "reshape" && sameShape(input.shape, node.shape)) return read(input, depth);
    throw new FormulaError(refusal(node, firstId), node.line);
  };
  return read(out, 0).expression;
}
