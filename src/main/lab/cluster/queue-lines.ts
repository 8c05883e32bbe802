/** The query that works on every Slurm, with or without accounting: one line a task, also those that ended lately. */
export const QUEUE_FORMAT = "%F|%K|%T|%r|%N|%M";

/** A task as Slurm knows it. */
export interface QueuedTask {
  readonly job: string;
  readonly task: number;
  /** "RUNNING", "PENDING", "CANCELLED" … */
  readonly state: string;
  /** Slurm's own word for why it waits or has ended. */
  readonly reason: string;
  readonly node: string;
}

/** What ended; all else may still run. */
const ENDED: ReadonlyMap<string, string> = new Map([
  ["COMPLETED", "its task has ended"],
  ["CANCELLED", "it was cancelled"],
  ["FAILED", "its task ended with an error: its log says more"],
  ["TIMEOUT", "the time limit was over before it went back into the queue: give a longer --time"],
  ["NODE_FAIL", "the node was lost"],
  ["OUT_OF_MEMORY", "Slurm ended it for want of memory: ask for more with --mem"],
  ["PREEMPTED", "a job of higher priority took its place, and this cluster does not bring it back"],
  ["BOOT_FAIL", "the node did not start"],
  ["DEADLINE", "its deadline was over"],
]);

/** Why a task has ended, in words; null where it has not. */
export const endOf = ({ state }: Pick<QueuedTask, "state">): string | null => ENDED.get(state) ?? null;

/** What people do not know of Slurm's reasons. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["None", "Slurm has not looked at it yet"],
  ["Resources", "waits for free nodes"],
  ["Priority", "jobs of higher priority come first"],
  ["BeginTime", "waits a while, as after every requeue"],
  ["JobArrayTaskLimit", "as many tasks run as the sweep allows at once"],
  ["Dependency", "waits for another job"],
  ["JobHeldUser", "held: scontrol release lets it go on"],
  ["JobHeldAdmin", "held by the cluster's administrators"],
  [
    "launch_failed_requeued_held",
    "it could not be started on its node and is held: scontrol release tries again",
  ],
  ["Reservation", "waits for its reservation"],
  ["Licenses", "waits for a licence"],
  ["ReqNodeNotAvail", "the nodes it needs are down or reserved"],
  ["PartitionDown", "the partition is down"],
  ["PartitionInactive", "the partition takes no jobs at present"],
  [
    "PartitionConfig",
    "no node of the partition can ever meet what is asked for (CPUs, memory, constraint): ask for less",
  ],
  ["PartitionNodeLimit", "more nodes are asked for than the partition allows"],
  ["PartitionTimeLimit", "more time is asked for than the partition allows: give a shorter --time"],
  ["BadConstraints", "no node has what is asked for: look at --constraint, --mem and --cpus-per-task"],
  ["NodeDown", "its node is down"],
  ["AssocGrpCpuLimit", "the account's share of CPUs is in use"],
  ["AssocMaxJobsLimit", "as many jobs run as the account may have"],
  ["QOSMaxJobsPerUserLimit", "as many jobs run as you may have"],
  ["QOSMaxCpuPerUserLimit", "you have as many CPUs as you may have"],
  ["AssocGrpCPUMinutesLimit", "the account's CPU time is used up"],
  ["InvalidAccount", "the account is none of yours: give another --account"],
  ["InvalidQOS", "the QOS is none of yours: give another --qos"],
]);

/** A reason of squeue in words, with Slurm's own behind it where there are words. */
export function reasonInWords(reason: string): string {
  const name = reason.replace(/^\(|\)$/g, "");
  const words = REASONS.get(name) ?? REASONS.get(name.split(",")[0] ?? "");
  return words === undefined ? name : `${words} (${name})`;
}

/** Lines of squeue with `QUEUE_FORMAT`; those that are no task of an array are left out. */
export function parseQueue(text: string): readonly QueuedTask[] {
  return text.split("\n").flatMap((line) => {
    const [job = "", task = "", state = "", reason = "", node = ""] = line.trim().split("|");
    if (!/^\d+$/.test(job) || !/^\d+$/.test(task)) return [];
    return [{ job, task: Number(task), state, reason, node }];
  });
}

/** Of several submissions the newest counts, and one that is on counts before all that have ended. */
export function newestByTask(queue: readonly QueuedTask[]): ReadonlyMap<number, QueuedTask> {
  const found = new Map<number, QueuedTask>();
  for (const one of queue.toSorted((a, b) => Number(a.job) - Number(b.job))) {
    const before = found.get(one.task);
    if (before !== undefined && endOf(before) === null && endOf(one) !== null) continue;
    found.set(one.task, one);
  }
  return found;
}
