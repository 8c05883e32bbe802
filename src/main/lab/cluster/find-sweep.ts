import { messageOf } from "../../timing/message-of.ts";
import type { ClusterSweepStatus, SweptTraining } from "../../../shared/experiments/cluster-sweep.ts";
import { tasksOf } from "./array-tasks.ts";
import { newestByTask, type QueuedTask } from "./queue-lines.ts";
import type { Slurm } from "./slurm.ts";
import type { SweepFolder } from "./sweep-folder.ts";
import type { Alive, Failure, SweepOrder } from "./sweep-files.ts";
import { goneTasks, isActive, statesOf, type SweepFindings } from "./training-states.ts";

/** For whom it is looked at a sweep. */
export interface SweepView {
  /** The database that counts as the one which has collected: each takes the runs for itself. */
  readonly database: string;
  /** Trainings that are done where the cluster is and not here yet. */
  readonly doneElsewhere?: ReadonlySet<number> | undefined;
}

/** What a sweep's files and Slurm say now. @param slurm Null where it need not be asked. @throws {ContractError} */
export async function findSweep(
  folder: SweepFolder,
  slurm: Slurm | null,
  view: SweepView,
): Promise<SweepFindings> {
  const order = folder.order();
  // Slurm first: what it has ended by then has its files by now.
  const queue = slurm === null ? [] : await slurm.queue(order.jobName);
  return findings(folder, order, newestByTask(queue), view);
}

function findings(
  folder: SweepFolder,
  order: SweepOrder,
  queue: ReadonlyMap<number, QueuedTask> | null,
  { database, doneElsewhere = new Set() }: SweepView,
): SweepFindings {
  const failed = new Map<number, Failure>();
  for (const index of folder.indices("failed")) {
    const failure = folder.failure(index);
    if (failure !== null) failed.set(index, failure);
  }
  const alive = new Map<number, Alive>();
  for (let task = 0; task < tasksOf(order.trainings, order.chunk); task++) {
    // Of 1,000 tasks some fifty are on: those that have ended are not read.
    const queued = queue?.get(task);
    if (queue !== null && queued?.state !== "RUNNING") continue;
    const found = folder.alive(task);
    if (found !== null) alive.set(task, found);
  }
  return {
    plan: folder.planHeads(),
    chunk: order.chunk,
    nowMs: Date.now(),
    collected: folder.collectedBy(database),
    done: new Set([...folder.indices("done"), ...doneElsewhere]),
    failed,
    alive,
    queue,
    seen: queue === null ? folder.seenQueue() : null,
    gone: folder.gone(),
    unsubmitted: folder.jobs().length === 0,
  };
}

/** How every training stands. With Slurm away the last that is known is said, and that it is. */
export async function statusOf(
  folder: SweepFolder,
  slurm: Slurm,
  view: SweepView,
): Promise<ClusterSweepStatus> {
  const order = folder.order();
  let problem = "";
  let found: SweepFindings;
  try {
    found = await findSweep(folder, slurm, view);
    await folder.writeGone(goneTasks(found));
    await folder.writeSeenQueue({
      at: new Date(found.nowMs).toISOString(),
      queue: [...(found.queue?.values() ?? [])].filter(isActive),
    });
    found = { ...found, gone: folder.gone() };
  } catch (error) {
    problem = messageOf(error);
    found = findings(folder, order, null, view);
  }
  const trainings = statesOf(found);
  return {
    dir: folder.dir,
    name: order.name,
    id: order.id,
    createdAt: order.createdAt,
    host: order.options.host ?? null,
    at: new Date(found.nowMs).toISOString(),
    problem,
    heardAt: problem === "" ? new Date(found.nowMs).toISOString() : (found.seen?.at ?? null),
    counts: countStates(trainings),
    trainings: [...trainings],
  };
}

function countStates(trainings: readonly SweptTraining[]): ClusterSweepStatus["counts"] {
  const counts = { collected: 0, done: 0, running: 0, waiting: 0, failed: 0, lost: 0, unknown: 0 };
  for (const { state } of trainings) counts[state]++;
  return counts;
}
