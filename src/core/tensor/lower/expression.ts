import { MAP_FUNCTIONS, MAP_INPUTS, type MapFunction, type MapStep } from "../../ops/generic-op.ts";
import { broadcastView, sameView, type Strided } from "./strided.ts";

/** Steps that give a node's elements from those of buffers; its views are of the node's shape. */
export interface Expression {
  readonly inputs: readonly Strided[];
  readonly steps: readonly MapStep[];
}

export const constant = (value: number): Expression => ({ inputs: [], steps: [{ value }] });

export const load = (view: Strided): Expression => ({ inputs: [view], steps: [{ input: 0 }] });

/** How many functions it applies. */
export const functionsOf = ({ steps }: Expression): number => steps.filter((step) => "fn" in step).length;

/** The view that an expression is when it applies nothing. */
export const plainView = ({ inputs, steps }: Expression): Strided | null =>
  steps.length === 1 && "input" in steps[0] ? inputs[steps[0].input] : null;

/** The same expression with every view changed; null where one cannot be. */
export function withViews(
  expression: Expression,
  change: (view: Strided) => Strided | null,
): Expression | null {
  const inputs: Strided[] = [];
  for (const view of expression.inputs) {
    const changed = change(view);
    if (changed === null) return null;
    inputs.push(changed);
  }
  return { ...expression, inputs };
}

export const broadcast = (
  expression: Expression,
  from: readonly number[],
  to: readonly number[],
): Expression => ({
  ...expression,
  inputs: expression.inputs.map((view) => broadcastView(view, from, to)),
});

/** One function of expressions of one shape; null where that would be more than one map can do. */
export function apply(fn: MapFunction, operands: readonly Expression[]): Expression | null {
  const inputs: Strided[] = [];
  const steps: MapStep[] = [];
  for (const operand of operands) {
    const places = operand.inputs.map((view) => {
      const known = inputs.findIndex((one) => sameView(one, view));
      return known >= 0 ? known : inputs.push(view) - 1;
    });
    for (const step of operand.steps) steps.push("input" in step ? { input: places[step.input] } : step);
  }
  steps.push({ fn });
  const result = { inputs, steps };
  return inputs.length > MAP_INPUTS || functionsOf(result) > MAP_FUNCTIONS ? null : result;
}
