import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import type { LadderSettings } from "../../shared/experiments/ladder.ts";
import { ask, wireErrorOf } from "../bridge/lab.ts";
import { showFailure, showInfo } from "../store/lab-store.ts";
import { unknownRuns } from "../store/unknown-runs.ts";
import {
  changeRung,
  describeRungs,
  failToDescribe,
  ladderStore,
  openLadder,
  showLadder,
  showTriedPython,
} from "./ladder-store.ts";

/** Listens for rungs and asks what a fresh or reloaded window needs. @returns how to stop listening. */
export function connectLadder(): () => void {
  const stops = [
    window.lab.on("rungChanged", onRungChanged),
    window.lab.on("pythonTried", showTriedPython),
    window.lab.on("runChanged", onRunChanged),
  ];
  void loadLadder();
  return () => stops.forEach((stop) => stop());
}

/** Also behind "Try again". */
export async function loadLadder(): Promise<void> {
  try {
    describeRungs(await ask(window.lab.ladderDescribe()));
    const activity = await ask(window.lab.activityState());
    if (activity?.kind === "ladder" && activity.runId !== null) await readLadder(activity.runId);
  } catch (error) {
    failToDescribe(wireErrorOf(error));
  }
}

const unknown = unknownRuns();

function onRungChanged(event: IpcEvent<"rungChanged">): void {
  if (unknown.isNew(event.runId)) void readLadder(event.runId);
  changeRung(event);
}

function onRunChanged({ id, kind, status }: IpcEvent<"runChanged">): void {
  if (kind === "ladder" && status !== "running" && ladderStore.get().shown?.runId === id) void readLadder(id);
}

/** Shows a recorded ladder. @returns whether there was one. */
export async function readLadder(runId: string): Promise<boolean> {
  try {
    unknown.know(runId);
    showLadder(await ask(window.lab.ladderGet({ runId })));
    return true;
  } catch (error) {
    showFailure("The ladder could not be read", error);
    return false;
  }
}

export async function startLadder(settings: LadderSettings): Promise<void> {
  try {
    const { runId } = await ask(window.lab.ladderStart(settings));
    unknown.know(runId);
    openLadder(runId, settings);
  } catch (error) {
    showFailure("The ladder did not start", error, { until: "next activity" });
  }
}

/** Looks for a python3 with torch, which takes a few seconds the first time. */
export async function findPyTorch(): Promise<void> {
  try {
    const { version, reason } = await ask(window.lab.ladderFindPyTorch());
    showInfo(version === null ? "PyTorch was not found" : `PyTorch ${version} was found`, reason);
    describeRungs(await ask(window.lab.ladderDescribe()));
  } catch (error) {
    showFailure("PyTorch was not looked for", error);
  }
}
