import { withProof } from "../../../core/tensor/check/check.ts";
import type { CheckReport } from "../../../core/tensor/check/check-types.ts";
import type { Difference } from "../../../core/tensor/float64/differences.ts";
import type { BufferTensor } from "../../../core/tensor/lower/lowered.ts";
import type { TensorCheckTask } from "../../../shared/engine/worker-tasks.ts";
import type { CheckRequest } from "../../../shared/live/sandbox-protocol.ts";
import { runTasks } from "../compute/programs.ts";
import type { Serving } from "./serve-run.ts";

/** Has the workers judge gradients that a cell set by hand. @throws {ExperimentCancelled} @throws {TaskError} */
export async function serveCheck(
  { engine, buffers, threads }: Serving,
  request: CheckRequest,
): Promise<CheckReport> {
  const placed = <T extends { readonly tensor: BufferTensor }>(values: readonly T[]) =>
    values.map((value) => ({ ...value, tensor: buffers.tensor(value.tensor) }));
  const question = {
    ...request.question,
    leaves: placed(request.question.leaves),
    decisions: placed(request.question.decisions),
    given: placed(request.question.given),
  };
  const task = (part: TensorCheckTask["part"]) => (worker: number) =>
    ({ kind: "tensorCheck", worker, question, part }) as const;
  const shares = Array.from({ length: threads }, (_share, share) => task({ share, shares: threads }));
  const [judgement, ...proofs] = await runTasks<CheckReport | readonly Difference[]>(
    engine,
    [task("judge"), ...shares],
    { threads },
  );
  if (judgement === undefined || !("gradients" in judgement))
    throw new TypeError("a check gave no judgement");
  return withProof(
    judgement,
    proofs.flatMap((proof) => ("gradients" in proof ? [] : proof)),
  );
}
