import { join } from "node:path/posix";
import { messageLine } from "../../../core/thrown.ts";
import type { SubmittedSweep } from "../../../shared/experiments/cluster-sweep.ts";
import { arrayExpression, taskOf, tasksOf } from "./array-tasks.ts";
import { findSweep, type SweepView } from "./find-sweep.ts";
import { quoted } from "../../place/shell-word.ts";
import { RefusedError, type Slurm } from "./slurm.ts";
import type { SweepFolder } from "./sweep-folder.ts";
import { withSweepLock } from "./sweep-lock.ts";
import { tasksToSubmit } from "./training-states.ts";

/**
 * Submits the trainings that are neither done nor queued; all of them the first time, none when everything is there.
 *
 * @throws {ContractError} If Slurm does not answer, because what is queued is then not known, or does not take it.
 */
export async function submitMissing(
  folder: SweepFolder,
  slurm: Slurm,
  view: SweepView,
): Promise<SubmittedSweep> {
  return withSweepLock(folder.at("submit.lock"), async () => {
    const order = folder.order();
    const first = folder.jobs().length === 0;
    const found = await findSweep(folder, first ? null : slurm, view);
    const tasks = tasksToSubmit(found);
    const wanted = new Set(tasks);
    const submitted = found.plan.filter(
      ({ index }) => wanted.has(taskOf(index, order.chunk)) && !found.done.has(index),
    ).length;
    const array = arrayExpression(tasks, order.options.arrayLimit);
    const script = join(order.dirOnCluster, "array.sh");
    const answer: Omit<SubmittedSweep, "job" | "command"> = {
      dir: folder.dir,
      trainings: order.trainings,
      tasks: tasksOf(order.trainings, order.chunk),
      submitted,
    };
    if (tasks.length === 0) return { ...answer, job: null, command: null };
    const name = `${order.jobName} ${folder.jobs().length}`;
    const at = new Date().toISOString();
    // Written before: a crash between the two leaves a job that squeue names by the sweep's own name.
    folder.addJob({ submitting: name, tasks: array, at });
    try {
      const job = await slurm.submit(script, array);
      folder.addJob({ submitted: name, job, at: new Date().toISOString() });
      return { ...answer, job, command: submitCommand(script, array) };
    } catch (error) {
      if (error instanceof RefusedError) {
        folder.addJob({ refused: name, message: messageLine(error), at: new Date().toISOString() });
      }
      throw error;
    }
  });
}

export const submitCommand = (script: string, array: string): string =>
  `sbatch --array=${array} ${quoted(script)}`;
