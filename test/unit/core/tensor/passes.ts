import type { CheckRequest, GivenGradient } from "../../../../src/core/tensor/check/check-types.ts";
import { evaluate, type Pass, type PassInputs } from "../../../../src/core/tensor/float64/evaluate.ts";
import {
  decisiveSteps,
  leavesOf,
  programOf,
  type Float64Program,
} from "../../../../src/core/tensor/float64/program.ts";
import { reverse, type ReverseOptions } from "../../../../src/core/tensor/float64/reverse.ts";
import { toFloat32 } from "../../../../src/core/tensor/float64/rounding.ts";
import type { TensorNode } from "../../../../src/core/tensor/tensor-node.ts";

/** A forward pass of nodes whose leaves are data, and the float32 pass that decides its branches. */
export interface TestPass {
  readonly program: Float64Program;
  readonly nodes: readonly TensorNode[];
  readonly inputs: PassInputs;
  readonly float32: Pass;
  readonly stepOf: (node: TensorNode) => number;
}

export function passOf(loss: TensorNode): TestPass {
  const { program, nodes } = programOf(loss);
  const leaves = new Map(
    leavesOf(program).map((step) => {
      const op = nodes[step].op;
      return [step, Float64Array.from(op.kind === "data" ? op.values : [])] as const;
    }),
  );
  const float32 = evaluate(program, { leaves, decisions: new Map() }, { rounding: toFloat32 });
  const decisions = new Map(
    decisiveSteps(program).map((step) => [step, Float32Array.from(float32.values[step] ?? [])] as const),
  );
  return { program, nodes, inputs: { leaves, decisions }, float32, stepOf: (node) => nodes.indexOf(node) };
}

/** What a person's backward pass in float32 would set: that of the chain rule, with mistakes where they are made. */
export function gradientsAsSet(
  { program, float32, inputs }: TestPass,
  steps: readonly number[],
  options: ReverseOptions = {},
): readonly GivenGradient[] {
  const pass = { ...float32, decisions: inputs.decisions };
  const { gradients } = reverse(program, pass, { rounding: toFloat32, ...options });
  return steps.flatMap((step) => {
    const values = gradients[step];
    const { shape, line } = program.steps[step];
    return values === null ? [] : [{ step, values: Float32Array.from(values), shape, line }];
  });
}

export const requestOf = (
  { program, inputs }: TestPass,
  given: readonly GivenGradient[],
  wanted: readonly { readonly step: number; readonly name: string }[] = [],
): CheckRequest => ({ program, ...inputs, given, wanted, seed: 7, differences: 3 });
