import { judgeGradients, proveReference } from "../../core/tensor/check/check.ts";
import type { CheckReport } from "../../core/tensor/check/check-types.ts";
import type { Difference } from "../../core/tensor/float64/differences.ts";
import type { Tensor } from "../../core/ops/recording-ops.ts";
import { viewOf } from "../../shared/engine/tensor-view.ts";
import type { TensorCheckTask } from "../../shared/engine/worker-tasks.ts";
import type { Control } from "../program/control.ts";

/** Judges gradients that a person computed; values are read from the arena, so that none of them crosses threads. */
export function runTensorCheck(
  { question, part }: TensorCheckTask,
  memory: WebAssembly.Memory,
  control: Control,
): CheckReport | readonly Difference[] {
  const float32 = (tensor: Tensor): Float32Array => viewOf(memory, tensor, "float32").slice();
  const { program, leaves, decisions, given, wanted, seed, differences } = question;
  const request = {
    program,
    leaves: new Map(leaves.map(({ step, tensor }) => [step, Float64Array.from(float32(tensor))])),
    decisions: new Map(decisions.map(({ step, tensor }) => [step, float32(tensor)])),
    given: given.map(({ step, tensor, shape, line }) => ({ step, values: float32(tensor), shape, line })),
    wanted,
    seed,
    differences,
    beat: () => {
      control.beat();
    },
  };
  return part === "judge" ? judgeGradients(request) : proveReference(request, part.share, part.shares);
}
