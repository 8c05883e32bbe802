import { closenessOf, mergeCloseness, type Closeness } from "../../core/closeness.ts";
import { viewOf } from "../../shared/engine/tensor-view.ts";
import type { ClosenessTask } from "../../shared/engine/worker-tasks.ts";
import type { Control } from "../program/control.ts";

/** Elements between two heartbeats. */
const BLOCK = 250_000;

/** How close this block's elements of two float32 tensors are. */
export function runCloseness(task: ClosenessTask, memory: WebAssembly.Memory, control: Control): Closeness {
  const a = viewOf(memory, task.a, "float32");
  const b = viewOf(memory, task.b, "float32");
  let found: Closeness = { outside: 0, worst: null };
  for (let begin = task.begin; begin < task.end; begin += BLOCK) {
    control.beat();
    const end = Math.min(task.end, begin + BLOCK);
    const block = closenessOf(a.subarray(begin, end), b.subarray(begin, end), task.tolerance, begin);
    found = mergeCloseness(found, block);
  }
  return found;
}
