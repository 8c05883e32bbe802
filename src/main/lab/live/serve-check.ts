import { withProof } from "../../../core/tensor/check/check.ts";
import { grouped } from "../../../core/grouped.ts";
import { numelOf } from "../../../core/ops/recording-ops.ts";
import type { CheckReport } from "../../../core/tensor/check/check-types.ts";
import { differenceCount, provenSteps, type Difference } from "../../../core/tensor/float64/differences.ts";
import type { BufferTensor } from "../../../core/tensor/lower/lowered.ts";
import type { TensorCheckTask } from "../../../shared/engine/worker-tasks.ts";
import type { CheckRequest } from "../../../shared/live/sandbox-protocol.ts";
import { runTasks } from "../compute/programs.ts";
import { saidTime } from "../compute/said-time.ts";
import type { Serving } from "./serve-run.ts";

/** Central differences of a task at least: what each begins with, a pass forward and back, is then the smaller part. */
const A_TASK = 32;
/** Parts after each of which it is said how far the check is. */
const MOST_PARTS = 200;
/** What takes less needs no forecast. */
const FORECAST_FROM_MS = 2_000;

/** A moment of a check: how many of its tasks were done, and when. */
export interface CheckMoment {
  readonly done: number;
  readonly ms: number;
}

/**
 * "1,200 of 39,760 central differences, about 40 s left"; "" for what is soon over or cannot be said yet.
 *
 * Tasks are timed from `warm` on: what comes before is the judgement, code that is not compiled yet, and tasks of the
 * other threads that are nearly done and do not count.
 */
export function forecast(
  { warm, now }: { readonly warm: CheckMoment | null; readonly now: CheckMoment },
  { tasks, count, threads }: { readonly tasks: number; readonly count: number; readonly threads: number },
): string {
  // Threads end their tasks side by side.
  if (warm === null || now.done < warm.done + threads) return "";
  const leftMs = ((now.ms - warm.ms) / (now.done - warm.done)) * (tasks - now.done);
  if (now.ms + leftMs < FORECAST_FROM_MS) return "";
  const left = leftMs < 1_000 ? "" : `, about ${saidTime(leftMs)} left`;
  return `${grouped(Math.round((count * now.done) / tasks))} of ${grouped(count)} central differences${left}`;
}

/** What a cell that does this is said to do. */
export const phaseOf = (cell: string, words: string): string => (words === "" ? cell : `${cell}: ${words}`);

/**
 * Has the workers judge gradients that a cell set by hand; `say` hears how far it is and what is left.
 *
 * @throws {ExperimentCancelled} @throws {TaskError}
 */
export async function serveCheck(
  { engine, buffers, threads }: Serving,
  request: CheckRequest,
  say: (words: string) => void,
): Promise<CheckReport> {
  const placed = <T extends { readonly tensor: BufferTensor }>(values: readonly T[]) =>
    values.map((value) => ({ ...value, tensor: buffers.tensor(value.tensor) }));
  const question = {
    ...request.question,
    leaves: placed(request.question.leaves),
    decisions: placed(request.question.decisions),
    given: placed(request.question.given),
  };
  const { program, differences } = question;
  const count = differenceCount(
    provenSteps(question).map((step) => numelOf(program.steps[step]?.shape ?? [])),
    differences,
  );
  const shares = Math.max(threads, Math.min(MOST_PARTS, Math.floor(count / A_TASK)));
  const task = (part: TensorCheckTask["part"]) => (worker: number) =>
    ({ kind: "tensorCheck", worker, question, part }) as const;
  const proofTasks = Array.from({ length: shares }, (_share, share) => task({ share, shares }));
  const [began, tasks] = [performance.now(), shares + 1];
  let warm: CheckMoment | null = null;
  const [judgement, ...proofs] = await runTasks<CheckReport | readonly Difference[]>(
    engine,
    [task("judge"), ...proofTasks],
    {
      threads,
      onProgress: (done) => {
        const now = { done, ms: performance.now() - began };
        const words = forecast({ warm, now }, { tasks, count, threads });
        // Each thread has ended a task by about then.
        if (done <= threads + 1) warm = now;
        if (words !== "") say(words);
      },
    },
  );
  if (judgement === undefined || !("gradients" in judgement))
    throw new TypeError("a check gave no judgement");
  return withProof(
    judgement,
    proofs.flatMap((proof) => ("gradients" in proof ? [] : proof)),
  );
}
