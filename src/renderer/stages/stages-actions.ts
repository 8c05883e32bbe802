import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import type { StagesSettings } from "../../shared/experiments/stages.ts";
import { ask, wireErrorOf } from "../bridge/lab.ts";
import { showFailure } from "../store/lab-store.ts";
import { unknownRuns } from "../store/unknown-runs.ts";
import {
  describeStages,
  failToDescribeStages,
  finishStage,
  openStages,
  showStages,
  stagesStore,
} from "./stages-store.ts";

/** Listens for stages and asks what a fresh or reloaded window needs. @returns how to stop listening. */
export function connectStages(): () => void {
  const stops = [window.lab.on("stageFinished", onStageFinished), window.lab.on("runChanged", onRunChanged)];
  void loadStages();
  return () => stops.forEach((stop) => stop());
}

/** Also behind "Try again". */
export async function loadStages(): Promise<void> {
  try {
    describeStages(await ask(window.lab.stagesDescribe()));
    const activity = await ask(window.lab.activityState());
    if (activity?.kind === "stages" && activity.runId !== null) await readStages(activity.runId);
  } catch (error) {
    failToDescribeStages(wireErrorOf(error));
  }
}

const unknown = unknownRuns();

function onStageFinished(event: IpcEvent<"stageFinished">): void {
  if (unknown.isNew(event.runId)) void readStages(event.runId);
  finishStage(event);
}

function onRunChanged({ id, kind, status }: IpcEvent<"runChanged">): void {
  if (kind === "stages" && status !== "running" && stagesStore.get().shown?.runId === id) void readStages(id);
}

async function readStages(runId: string): Promise<void> {
  try {
    unknown.know(runId);
    showStages(await ask(window.lab.stagesGet({ runId })));
  } catch (error) {
    showFailure("The stages could not be read", error);
  }
}

export async function startStages(settings: StagesSettings): Promise<void> {
  try {
    const { runId } = await ask(window.lab.stagesStart(settings));
    unknown.know(runId);
    openStages(runId, settings);
  } catch (error) {
    showFailure("The stages did not start", error, { until: "next activity" });
  }
}
