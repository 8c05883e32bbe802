import { compareGradients, mergeComparisons, type PartialComparison } from "../../core/gradient-check.ts";
import { viewOf } from "../../shared/tensor-view.ts";
import type { CompareTask } from "../../shared/worker-tasks.ts";
import type { Control } from "../program/control.ts";

/** Elements between two heartbeats. */
const BLOCK = 250_000;

/** Compares this block's elements of a float32 tensor with the float64 reference. */
export function runCompare(
  task: CompareTask,
  memory: WebAssembly.Memory,
  control: Control,
): PartialComparison {
  const ours = viewOf(memory, task.ours, "float32");
  const reference = viewOf(memory, task.reference, "float64");
  let result: PartialComparison | null = null;
  for (let begin = task.begin; begin < task.end; begin += BLOCK) {
    control.beat();
    const end = Math.min(task.end, begin + BLOCK);
    const block = compareGradients(ours.subarray(begin, end), reference.subarray(begin, end));
    result = result === null ? block : mergeComparisons(result, block);
  }
  return result ?? compareGradients([], []);
}
