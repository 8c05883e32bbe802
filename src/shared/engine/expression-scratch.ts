import { operandsOf, type GenericOp, type MapStep } from "../../core/ops/generic-op.ts";
import { reduceSplit } from "../../core/ops/generic-split.ts";
import type { TensorLike } from "../../core/ops/tensor-like.ts";
import { countOf } from "../../core/ops/strides.ts";

/** Elements that an expression is computed for at a time: a few tensors of them stay in the first-level cache. */
export const EXPRESSION_BLOCK = 1024;
/** A block of one tensor, and the next one not right behind it. */
export const SLOT_BYTES = 4 * EXPRESSION_BLOCK + 64;
/** Results of a reduction that are summed up at a time. */
export const RESULTS_BLOCK = 4096;
/** Sums of scatterAdd that are kept in float64 at a time. */
export const SCATTER_BLOCK = 65_536;

/** Tensors of a block that an expression keeps at once: the stack, inputs brought together, numbers repeated. */
export interface ExpressionSlots {
  readonly stack: number;
  readonly inputs: number;
  readonly numbers: number;
}

export function expressionSlots(steps: readonly MapStep[], inputs: number): ExpressionSlots {
  let [depth, stack, numbers] = [0, 1, 0];
  for (const step of steps) {
    if ("fn" in step) depth -= operandsOf(step.fn) - 1;
    else depth++;
    if (!("fn" in step)) numbers++;
    stack = Math.max(stack, depth);
  }
  return { stack, inputs, numbers };
}

export const expressionBytes = (steps: readonly MapStep[], inputs: number): number => {
  const slots = expressionSlots(steps, inputs);
  return (slots.stack + slots.inputs + slots.numbers) * SLOT_BYTES;
};

/** Results that a worker sums up before it puts them down. */
export function resultsAtATime(op: GenericOp<TensorLike, "reduce">): number {
  const split = reduceSplit(op);
  if (split.way !== "rows") return RESULTS_BLOCK;
  return Math.max(RESULTS_BLOCK, countOf(op.out.shape) / split.items);
}

/** Private scratch that a worker needs for an op of the tensor language. */
export function genericScratchBytes(op: GenericOp<TensorLike>): number {
  switch (op.op) {
    case "map":
      return expressionBytes(op.steps, op.inputs.length);
    case "reduce":
      return expressionBytes(op.steps, op.inputs.length) + 16 * resultsAtATime(op);
    case "scatterAdd":
      return 8 * Math.min(SCATTER_BLOCK, countOf(op.out.shape));
    case "copy":
    case "take":
    case "draw":
      return 0;
  }
}
