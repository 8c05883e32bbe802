import { shardRange } from "../../core/ops/shard-range.ts";
import type { PlannedStep, ProgramTask } from "../../shared/worker-tasks.ts";
import { viewAt, viewOf } from "../../shared/tensor-view.ts";
import { compileKernel } from "../kernels/kernel-table.ts";
import type { KernelContext } from "../kernels/kernel.ts";
import type { WasmKernels } from "../kernels/wasm-kernels.ts";
import { Control } from "./control.ts";

/**
 * Runs this worker's part of a program: the same steps as all its peers, each on its own items, waiting for the
 * others where the plan says so.
 *
 * @throws {ProgramStopped} When main cancelled the program or a peer failed.
 */
export function runProgram(task: ProgramTask, memory: WebAssembly.Memory, wasm: WasmKernels): void {
  const control = new Control(memory, task.worker, task.threads);
  let repeat = 0;

  const compile = (step: PlannedStep): (() => void) => {
    const { begin, end } = shardRange(step.items, task.worker, step.threads);
    // A worker without items only meets the barriers.
    if (begin === end) return () => undefined;
    const context: KernelContext = {
      step,
      begin,
      end,
      control,
      wasm,
      arenaBytes: memory.buffer.byteLength,
      scratchOffsetBytes: task.scratchOffsetBytes,
      view: (tensor, dtype) => viewOf(memory, tensor, dtype),
      viewAt: (dtype, offsetBytes, length) => viewAt(memory, dtype, offsetBytes, length),
      partialOffset: (worker = task.worker) => step.partialOffsetBytes + worker * step.partialStrideBytes,
      repeat: () => repeat,
    };
    return compileKernel(step.op, context);
  };

  for (const section of task.sections) {
    const steps = section.steps.map((step) => ({ run: compile(step), barrier: step.barrier }));
    control.barrier();
    for (repeat = 0; repeat < section.repeats; repeat++) {
      control.beat();
      for (const step of steps) {
        if (step.barrier) control.barrier();
        step.run();
      }
      if (task.worker === 0) control.repeatDone();
    }
  }
  control.barrier();
}
