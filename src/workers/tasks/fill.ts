import { fillNormal } from "../../core/random/normal.ts";
import { randomStream } from "../../core/random/random-stream.ts";
import { viewOf } from "../../shared/engine/tensor-view.ts";
import type { FillTask } from "../../shared/engine/worker-tasks.ts";
import type { Control } from "../program/control.ts";

/** Fills the task's tensor; at most some hundred milliseconds for the largest that fits. */
export function runFill(task: FillTask, memory: WebAssembly.Memory, control: Control): void {
  control.beat();
  fillNormal(randomStream(task.seed, task.stream), viewOf(memory, task.tensor, "float32"), task.std);
}
