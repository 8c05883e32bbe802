import { counted } from "../../core/counted.ts";
import type { RunChange } from "../../shared/runs/run-changes.ts";
import { ask } from "../bridge/lab.ts";
import { showFailure, showUndo } from "./lab-store.ts";

/** Changes names, tags, notes and marks of runs. @returns whether it was saved. */
export async function changeRuns(runIds: readonly string[], change: RunChange): Promise<boolean> {
  try {
    await ask(window.lab.runsChange({ runIds: [...runIds], change }));
    return true;
  } catch (error) {
    showFailure("The change was not saved", error);
    return false;
  }
}

/** Into the trash, with the way back. @returns whether it was saved. */
export async function trashRuns(runIds: readonly string[]): Promise<boolean> {
  if (!(await changeRuns(runIds, { deleted: true }))) return false;
  showUndo(`${counted(runIds.length, "run")} moved to the trash`, "Undo", () => {
    void changeRuns(runIds, { deleted: false });
  });
  return true;
}

/** Leaves an interrupted run as it is, so that it is not asked about any more; with the way back. */
export async function keepRun(runId: string): Promise<void> {
  if (!(await changeRuns([runId], { kept: true }))) return;
  showUndo("The run stays with what it had", "Undo", () => {
    void changeRuns([runId], { kept: false });
  });
}
