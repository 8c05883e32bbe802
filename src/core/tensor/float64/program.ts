import type { BinaryFunction, UnaryFunction } from "../../ops/generic-op.ts";
import type { ReduceFunction, SourceLine, TensorNode, TensorOp } from "../tensor-node.ts";

/** One operation of a program; its inputs are earlier steps. */
export interface Float64Step {
  readonly op: TensorOp;
  readonly inputs: readonly number[];
  readonly shape: readonly number[];
  readonly label: string;
  readonly line: SourceLine | null;
  readonly name: string | null;
}

/** A recorded forward pass as plain data, inputs before what is made of them: it crosses to a thread as it is. */
export interface Float64Program {
  readonly steps: readonly Float64Step[];
}

/** The program that computes `root`, and `also` where that depends on other nodes; `nodes` are the steps' nodes. */
export function programOf(
  root: TensorNode,
  also: readonly TensorNode[] = [],
): { readonly program: Float64Program; readonly nodes: readonly TensorNode[] } {
  const places = new Map<TensorNode, number>();
  const nodes: TensorNode[] = [];
  const open: { readonly node: TensorNode; next: number }[] = [];
  const entered = new Set<TensorNode>();
  for (const start of [...also, root]) {
    if (entered.has(start)) continue;
    entered.add(start);
    open.push({ node: start, next: 0 });
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const input = top.node.inputs.at(top.next++);
      if (input === undefined) {
        places.set(top.node, nodes.push(top.node) - 1);
        open.pop();
      } else if (!entered.has(input)) {
        entered.add(input);
        open.push({ node: input, next: 0 });
      }
    }
  }
  const steps = nodes.map(({ op, inputs, shape, label, line, name }) => ({
    // Values are read from where they lie; a program of many megabytes would be copied for nothing.
    op: op.kind === "data" ? ({ kind: "stored" } as const) : op,
    inputs: inputs.map((input) => places.get(input) ?? -1),
    shape,
    label,
    line,
    name,
  }));
  return { program: { steps }, nodes };
}

/** The steps whose values must be given: data, draws and all whose history is gone. */
export const leavesOf = ({ steps }: Float64Program): readonly number[] =>
  steps.flatMap(({ op }, step) => (op.kind === "stored" || op.kind === "draw" ? [step] : []));

/**
 * The steps whose float32 values decide a comparison, a maximum or a sign. Taken from the float32 pass they cannot
 * come out differently in float64, where both sides of a kink are as right.
 */
export function decisiveSteps({ steps }: Float64Program): readonly number[] {
  const decisive = new Set<number>();
  for (const { op, inputs } of steps) if (decides(op)) inputs.forEach((input) => decisive.add(input));
  return [...decisive].filter((step) => steps[step].op.kind !== "full").toSorted((a, b) => a - b);
}

const DECIDING: ReadonlySet<string> = new Set<UnaryFunction | BinaryFunction | ReduceFunction>([
  "abs",
  "sign",
  "maximum",
  "minimum",
  "gt",
  "ge",
  "lt",
  "le",
  "eq",
  "ne",
  "max",
  "min",
  "argmax",
  "argmin",
]);

/** Whether an op's value hangs on which of its inputs is larger. */
export const decides = (op: TensorOp): boolean => "fn" in op && DECIDING.has(op.fn);
