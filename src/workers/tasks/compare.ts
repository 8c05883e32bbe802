import { compareGradients, mergeComparisons, type PartialComparison } from "../../core/gradient-check.ts";
import { viewOf } from "../../shared/engine/tensor-view.ts";
import type { CompareTask } from "../../shared/engine/worker-tasks.ts";
import type { Control } from "../program/control.ts";

/** Elements between two heartbeats. */
const BLOCK = 250_000;

/**
 * The reference's values from `begin` to `end`; where it is uncertain, moved towards ours by at most the allowance,
 * so that only a difference beyond the uncertainty counts.
 */
function referenceValues(
  { allowances }: CompareTask,
  ours: Float32Array,
  reference: Float32Array | Float64Array,
  begin: number,
  end: number,
): Float32Array | Float64Array {
  const block = reference.subarray(begin, end);
  const uncertain = [...allowances].filter(([index]) => index >= begin && index < end);
  if (uncertain.length === 0) return block;
  const moved = Float64Array.from(block);
  for (const [index, allowance] of uncertain) {
    const value = reference[index] ?? NaN;
    const difference = (ours[index] ?? NaN) - value;
    moved[index - begin] = value + Math.min(allowance, Math.max(-allowance, difference));
  }
  return moved;
}

/** Compares this block's elements of a float32 tensor with the reference. */
export function runCompare(
  task: CompareTask,
  memory: WebAssembly.Memory,
  control: Control,
): PartialComparison {
  const ours = viewOf(memory, task.ours, "float32");
  const reference =
    task.reference.dtype === "float32"
      ? viewOf(memory, task.reference, "float32")
      : viewOf(memory, task.reference, "float64");
  let result: PartialComparison | null = null;
  for (let begin = task.begin; begin < task.end; begin += BLOCK) {
    control.beat();
    const end = Math.min(task.end, begin + BLOCK);
    const block = compareGradients(
      ours.subarray(begin, end),
      referenceValues(task, ours, reference, begin, end),
    );
    result = result === null ? block : mergeComparisons(result, block);
  }
  return result ?? compareGradients([], []);
}
