import { ContractError } from "../../core/errors.ts";
import { LADDER } from "../../core/matmul-rungs/ladder.ts";
import type { Tensor } from "../../core/ops/recording-ops.ts";
import { viewOf } from "../../shared/tensor-view.ts";
import type { RungAnswer, RungTask } from "../../shared/worker-tasks.ts";
import type { Control } from "../program/control.ts";

/** Calls between the cold one and the first sample. */
const WARMUP_CALLS = 2;

/** Float tensors of either width, as the rungs take them. */
const floats = (memory: WebAssembly.Memory, tensor: Tensor): Float32Array | Float64Array =>
  tensor.dtype === "float64" ? viewOf(memory, tensor, "float64") : viewOf(memory, tensor, "float32");

/** Runs one rung on its operands: the cold call, warm-up, then the samples. `out` holds the last call's product. */
export function runRung(task: RungTask, memory: WebAssembly.Memory, control: Control): RungAnswer {
  const rung = LADDER.find(({ id }) => id === task.rung);
  if (rung === undefined) {
    throw new ContractError(`no rung "${task.rung}"; the rungs are ${LADDER.map(({ id }) => id).join(", ")}`);
  }
  const [m = 0, k = 0] = task.a.shape;
  const [, n = 0] = task.b.shape;
  const [a, b, out] = [floats(memory, task.a), floats(memory, task.b), floats(memory, task.out)];
  const call = (): number => {
    control.beat();
    const startedMs = performance.now();
    rung.run(a, b, out, m, k, n);
    return performance.now() - startedMs;
  };
  const coldMs = call();
  if (task.samples > 0) for (let i = 0; i < WARMUP_CALLS; i++) call();
  return { coldMs, samplesMs: Array.from({ length: task.samples }, call) };
}
