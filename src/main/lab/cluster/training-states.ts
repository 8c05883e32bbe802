import type { SweptTraining, TrainingStateName } from "../../../shared/experiments/cluster-sweep.ts";
import { COMMAND_NAME } from "../../place/command-name.ts";
import { taskOf } from "./array-tasks.ts";
import { endOf, reasonInWords, type QueuedTask } from "./queue-lines.ts";
import type { Alive, Failure, Gone, PlanHead, SeenQueue } from "./sweep-files.ts";

/** Files on a network's disk may come so much later than Slurm's word that their task has ended. */
export const LATE_FILES_MS = 30_000;

/** Everything that is known of a sweep at a moment. */
export interface SweepFindings {
  readonly plan: readonly PlanHead[];
  readonly chunk: number;
  readonly nowMs: number;
  readonly collected: ReadonlySet<number>;
  readonly done: ReadonlySet<number>;
  /** Trainings of which a state is kept, and those of which it is collected. */
  readonly states: ReadonlySet<number>;
  readonly collectedStates: ReadonlySet<number>;
  readonly failed: ReadonlyMap<number, Failure>;
  readonly alive: ReadonlyMap<number, Alive>;
  /** Tasks as Slurm has named them; null where it does not answer. */
  readonly queue: ReadonlyMap<number, QueuedTask> | null;
  /** With Slurm away: what it has said when it was last heard. */
  readonly seen: SeenQueue | null;
  /** Since when Slurm has answered without a task. */
  readonly gone: Gone;
  /** Nothing was ever submitted. */
  readonly unsubmitted: boolean;
}

/** Tasks that Slurm knows and that have not ended: they need not be submitted. */
export const isActive = (task: QueuedTask | undefined): boolean => task !== undefined && endOf(task) === null;

/** The state of each training, from the sweep's files first and from Slurm only where they say nothing. */
export function statesOf(found: SweepFindings): readonly SweptTraining[] {
  return found.plan.map((head) => ({ ...head, ...stateOf(head.index, found) }));
}

type State = Omit<SweptTraining, keyof PlanHead>;

const state = (name: TrainingStateName, more: Partial<State> = {}): State => ({
  state: name,
  reason: "",
  node: "",
  step: null,
  of: null,
  loss: null,
  diverged: false,
  left: "nothing",
  ...more,
});

function stateOf(index: number, found: SweepFindings): State {
  const { chunk, collected, done, failed, queue, gone, nowMs } = found;
  const failure = failed.get(index);
  // A training that diverged is done and collected like others.
  const ended = failure?.final === true ? { diverged: true, reason: failure.reason, node: failure.node } : {};
  if (collected.has(index)) return state("collected", ended);
  if (done.has(index)) return state("done", ended);
  const task = taskOf(index, chunk);
  const alive = found.alive.get(task);
  const progress =
    alive?.index === index ? { step: alive.step, of: alive.of, loss: alive.loss, node: alive.node } : {};
  if (queue === null) {
    return state("unknown", { reason: lastKnown(index, found), ...progress });
  }
  const queued = queue.get(task);
  if (queued !== undefined && isActive(queued)) {
    if (queued.state === "PENDING") return state("waiting", { reason: reasonInWords(queued.reason) });
    const { node } = queued;
    if (alive?.index === index) return state("running", { ...progress, node: node || alive.node });
    if (failure !== undefined) return failedState(index, failure, found);
    return alive !== undefined && alive.index > index
      ? state("running", { node, reason: "its file is about to appear" })
      : state("running", {
          node,
          reason: alive === undefined ? "its task begins" : "comes after others of its task",
        });
  }
  if (failure !== undefined) return failedState(index, failure, found);
  if (found.unsubmitted) return state("lost", { reason: "not submitted yet", left: leftOf(index, found) });
  const end = queued === undefined ? "Slurm does not know its task any more" : endOf(queued);
  // What was ended before its time writes no more files.
  const sure = queued !== undefined && queued.state !== "COMPLETED";
  const since = gone[String(task)];
  const late = since === undefined || nowMs - Date.parse(since) < LATE_FILES_MS;
  if (!sure && late) return state("unknown", { reason: `${end ?? ""}; its file may still be on its way` });
  return lostState(index, end ?? "", found);
}

function leftOf(index: number, { states, collectedStates }: SweepFindings): State["left"] {
  if (!states.has(index)) return "nothing";
  return collectedStates.has(index) ? "collected" : "kept";
}

const LEFT_OF_FAILED: Readonly<Record<State["left"], string>> = {
  nothing: "nothing of it was kept",
  kept: "what it had can be collected",
  collected: "what it had is collected",
};

function failedState(index: number, { reason, node }: Failure, found: SweepFindings): State {
  const left = leftOf(index, found);
  return state("failed", { reason: `${reason.replace(/\.$/, "")}; ${LEFT_OF_FAILED[left]}`, node, left });
}

const AGAIN = `${COMMAND_NAME} sweep --again`;
const LEFT_OF_LOST: Readonly<Record<State["left"], string>> = {
  nothing: `nothing of it was kept, ${AGAIN} trains it from its beginning`,
  kept: `its last state can be collected, ${AGAIN} goes on from it`,
  collected: `its last state is collected, ${AGAIN} goes on from it`,
};

function lostState(index: number, end: string, found: SweepFindings): State {
  const left = leftOf(index, found);
  return state("lost", { reason: `${end}; ${LEFT_OF_LOST[left]}`, left });
}

/** With Slurm away: what a training did when Slurm, or its own task since, was last heard. */
function lastKnown(index: number, { seen, chunk, alive, nowMs }: SweepFindings): string {
  const task = taskOf(index, chunk);
  const told = alive.get(task);
  if (told?.index === index) return `Slurm does not answer; its task was alive ${agoOf(told.at, nowMs)}`;
  const before = seen?.queue.find((one) => one.task === task);
  if (seen === null || before === undefined) return "Slurm does not answer";
  const was =
    before.state === "PENDING"
      ? `it waited: ${reasonInWords(before.reason)}`
      : `its task ran on ${before.node}`;
  return `Slurm does not answer; ${agoOf(seen.at, nowMs)} ${was}`;
}

function agoOf(at: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(at)) / 1_000));
  if (seconds < 120) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} minutes ago` : `${Math.round(minutes / 60)} hours ago`;
}

/** Tasks without a place in the queue whose trainings are not all there; `gone` is kept from one look to the next. */
export function goneTasks(found: SweepFindings): Gone {
  const { queue, nowMs } = found;
  if (queue === null) return found.gone;
  const now = new Date(nowMs).toISOString();
  const missing = found.plan
    .filter(({ index }) => !found.done.has(index))
    .map(({ index }) => taskOf(index, found.chunk))
    .filter((task) => !isActive(queue.get(task)));
  return Object.fromEntries([...new Set(missing)].map((task) => [String(task), found.gone[task] ?? now]));
}

/** Tasks to submit: neither whole nor queued. */
export function tasksToSubmit(found: SweepFindings): readonly number[] {
  const { queue } = found;
  const missing = found.plan
    .filter(({ index }) => !found.done.has(index))
    .map(({ index }) => taskOf(index, found.chunk));
  return [...new Set(missing)].filter((task) => !isActive(queue?.get(task)));
}
