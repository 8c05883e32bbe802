import { mergeCloseness, type Closeness } from "../../../core/closeness.ts";
import { numelOf } from "../../../core/ops/recording-ops.ts";
import type { WorkerTask } from "../../../shared/engine/worker-tasks.ts";
import type { CompareRequest } from "../../../shared/live/sandbox-protocol.ts";
import { runTasks } from "../compute/programs.ts";
import type { Serving } from "./serve-run.ts";

/** Elements compared at a time. */
const BLOCK_ELEMENTS = 4_000_000;

/** Compares two tensors in blocks on the workers. @throws {ExperimentCancelled} @throws {TaskError} */
export async function serveCompare(
  { engine, buffers, threads }: Serving,
  request: CompareRequest,
): Promise<Closeness> {
  const [a, b] = [buffers.tensor(request.a), buffers.tensor(request.b)];
  const { tolerance } = request;
  const numel = numelOf(a.shape);
  const tasks: ((worker: number) => WorkerTask)[] = [];
  for (let begin = 0; begin < numel; begin += BLOCK_ELEMENTS) {
    const end = Math.min(numel, begin + BLOCK_ELEMENTS);
    tasks.push((worker) => ({ kind: "closeness", worker, a, b, tolerance, begin, end }));
  }
  const parts = await runTasks<Closeness>(engine, tasks, { threads });
  return parts.reduce(mergeCloseness);
}
