import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import { ask, LabError, wireErrorOf } from "../bridge/lab.ts";
import { commandLineOf } from "../../shared/runs/packaged.ts";
import { commandLineStore } from "./command-line.ts";
import { createStore } from "./create-store.ts";
import type { LabAction } from "./lab-action.ts";
import { NO_CURVES, readCurves } from "../train/recorded-curves.ts";
import { labReducer } from "./lab-reducer.ts";
import { INITIAL_STATE, type Notice } from "./lab-state.ts";
import {
  appendHistogram,
  openTraining,
  appendMetrics,
  holdMetrics,
  releaseMetrics,
  showPictures,
  trainingQueueStore,
  trainingStateStore,
} from "../train/training-store.ts";

export const labStore = createStore(INITIAL_STATE);

function dispatch(action: LabAction): void {
  labStore.set(labReducer(labStore.get(), action));
}

/** Shows a failure until it is closed or over; `title` says what was attempted. */
export function showFailure(title: string, thrown: unknown, lasts: Pick<Notice, "until"> = {}): void {
  const error = wireErrorOf(thrown);
  dispatch({ type: "noticed", notice: { tone: "failure", title, message: error.message, error, ...lasts } });
}

/** What failed under this title has been done by now: its message goes. */
export function endFailure(title: string): void {
  dispatch({ type: "failureOver", title });
}

/** Shows what was done, with a way back. */
export function showUndo(title: string, label: string, run: () => void): void {
  dispatch({
    type: "noticed",
    notice: { tone: "info", title, message: "", error: null, action: { label, run } },
  });
}

/** Shows something good for a few seconds. */
export function showInfo(title: string, message = ""): void {
  dispatch({ type: "noticed", notice: { tone: "info", title, message, error: null } });
}

export function closeNotice(id: number): void {
  dispatch({ type: "noticeClosed", id });
}

/** Listens to main and asks for everything that a fresh or reloaded window needs. @returns how to stop listening. */
export function connectLab(): () => void {
  const stops = [
    window.lab.on("activityChanged", (activity) => {
      dispatch({ type: "activityChanged", activity, now: performance.now() });
    }),
    window.lab.on("trainingMetrics", ({ runId, points }) => appendMetrics(runId, points)),
    window.lab.on("trainingEvent", ({ runId, event }) => openTraining(runId).addEvent(event)),
    window.lab.on("trainingHistogram", ({ runId, histogram }) => appendHistogram(runId, histogram)),
    window.lab.on("trainingPictures", showPictures),
    window.lab.on("trainingChanged", (state) => trainingStateStore.set(state)),
    window.lab.on("trainingQueueChanged", (queue) => trainingQueueStore.set(queue)),
    window.lab.on("runChanged", onRunChanged),
    window.lab.on("runsChanged", onRunsChanged),
    window.lab.on("failure", ({ title, message }) => {
      dispatch({ type: "noticed", notice: { tone: "failure", title, message, error: null } });
    }),
  ];
  void loadLab();
  return () => stops.forEach((stop) => stop());
}

function onRunChanged(run: IpcEvent<"runChanged">): void {
  dispatch({ type: "runChanged", run });
  runsRevision.set(runsRevision.get() + 1);
  if (run.status === "failed" && run.failure !== null) {
    showFailure(`${run.name} failed`, new LabError({ code: "RunFailed", message: run.failure }), {
      until: "next activity",
    });
  }
}

/** Counts changes of saved runs: whoever shows some asks again. */
export const runsRevision = createStore(0);

function onRunsChanged({ runs }: IpcEvent<"runsChanged">): void {
  if (runs === null) void loadRuns();
  else {
    const gone = runs.filter(({ deletedAt }) => deletedAt !== null).map(({ id }) => id);
    if (gone.length > 0) dispatch({ type: "runsForgotten", runIds: gone });
    for (const run of runs) if (run.deletedAt === null) dispatch({ type: "runChanged", run });
  }
  runsRevision.set(runsRevision.get() + 1);
}

async function loadLab(): Promise<void> {
  try {
    const activity = await ask(window.lab.activityState());
    dispatch({ type: "activityChanged", activity, now: performance.now() });
    if (activity?.kind === "training" && activity.runId !== null) await reattachTraining(activity.runId);
  } catch (error) {
    showFailure("The lab did not say what is running", error);
  }
  await Promise.all([loadRuns(), loadMachine(), loadQueue()]);
}

async function reattachTraining(runId: string): Promise<void> {
  holdMetrics(runId);
  trainingStateStore.set(await ask(window.lab.trainingState()));
  try {
    const [curves, { events }] = await Promise.all([readCurves(runId), ask(window.lab.runsGet({ runId }))]);
    releaseMetrics(curves, events);
  } catch (error) {
    releaseMetrics(NO_CURVES, []);
    showFailure("The loss so far could not be read", error);
  }
}

async function loadQueue(): Promise<void> {
  try {
    trainingQueueStore.set(await ask(window.lab.trainingQueueGet()));
  } catch (error) {
    showFailure("The queue of trainings could not be read", error);
  }
}

export async function loadRuns(): Promise<void> {
  try {
    dispatch({ type: "runsListed", runs: await ask(window.lab.runsList()) });
  } catch (error) {
    dispatch({ type: "runsFailed", error: wireErrorOf(error) });
  }
}

async function loadMachine(): Promise<void> {
  try {
    const { threads, machine, database, runtimeSource } = await ask(window.lab.diagnosticsGet());
    commandLineStore.set(commandLineOf(runtimeSource));
    for (const damage of database.damage) showFailure("The saved runs were damaged", new Error(damage));
    dispatch({ type: "machineKnown", threads, machineId: machine.id });
  } catch {
    // Only a default: the diagnostics page shows the failure itself.
    dispatch({ type: "machineKnown", threads: Math.max(1, navigator.hardwareConcurrency), machineId: null });
  }
}

export async function cancelActivity(): Promise<void> {
  try {
    await ask(window.lab.activityCancel());
  } catch (error) {
    showFailure("The run was not cancelled", error);
  }
}
