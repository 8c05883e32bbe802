import type { ClusterSweepStatus, SweptTraining } from "../../../shared/experiments/cluster-sweep.ts";
import { messageLine } from "../../../core/thrown.ts";
import { tasksOf } from "./array-tasks.ts";
import { newestByTask, type QueuedTask } from "./queue-lines.ts";
import type { Slurm } from "./slurm.ts";
import type { SweepFolder } from "./sweep-folder.ts";
import type { Alive, Failure, SweepOrder } from "./sweep-files.ts";
import { goneTasks, isActive, statesOf, type SweepFindings } from "./training-states.ts";

/** Indices of the bundles that lie on a login node. */
export type BundlesElsewhere = Readonly<Record<"done" | "state", ReadonlySet<number>>>;

/** For whom it is looked at a sweep. */
export interface SweepView {
  /** The database that counts as the one which has collected: each takes the runs for itself. */
  readonly database: string;
  /** Trainings whose bundles and states are where the cluster is, and maybe not here yet. */
  readonly elsewhere?: BundlesElsewhere | undefined;
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
  { database, elsewhere }: SweepView,
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
  const bundles = (kind: "done" | "state"): ReadonlySet<number> =>
    new Set([...folder.indices(kind), ...(elsewhere?.[kind] ?? [])]);
  const collected = folder.collectedBy(database);
  return {
    plan: folder.planHeads(),
    chunk: order.chunk,
    nowMs: Date.now(),
    collected: collected.done,
    done: bundles("done"),
    states: bundles("state"),
    collectedStates: collected.states,
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
    problem = messageLine(error);
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
    toCollect: trainings.filter(({ state, left }) => state === "done" || left === "kept").length,
    trainings: [...trainings],
  };
}

function countStates(trainings: readonly SweptTraining[]): ClusterSweepStatus["counts"] {
  const counts = { collected: 0, done: 0, running: 0, waiting: 0, failed: 0, lost: 0, unknown: 0 };
  for (const { state } of trainings) counts[state]++;
  return counts;
}
