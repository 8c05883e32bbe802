import type { Expression } from "../../../core/expression/expression.ts";
import { writeFormula } from "../../../core/expression/write-formula.ts";
import { operandsOf, type MapFunction, type MapStep } from "../../../core/ops/generic-op.ts";
import type { Op } from "../../../core/ops/op.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";

/** What the steps of a map do with an element of its inputs, as a formula. */
export function mapText(steps: readonly MapStep[], inputs: readonly string[]): string {
  const stack: Expression<MapFunction, string>[] = [];
  for (const step of steps) {
    if ("fn" in step) {
      const args = stack.splice(-operandsOf(step.fn));
      stack.push({ kind: "call", fn: step.fn, args });
    } else if ("value" in step) stack.push({ kind: "value", value: step.value });
    else stack.push({ kind: "input", name: inputs[step.input] ?? "?" });
  }
  const [whole] = stack;
  return whole === undefined ? "" : writeFormula(whole);
}

/** "sum of each column of dz", "mean of each row of dy * h". */
export function reduceText(
  { kind, scale, steps, axes, shape }: Extract<Op<Tensor>, { op: "reduce" }>,
  inputs: readonly string[],
): string {
  const what = kind === "sum" && scale !== 1 ? "mean" : kind;
  const one = axes[0] === 0 ? "column" : "row";
  const each = shape.length === 2 && axes.length === 1 ? `each ${one} of ` : "";
  return `${what} of ${each}${mapText(steps, inputs)}`;
}
