import type { RunChange } from "../../shared/runs/run-changes.ts";
import { ask } from "../bridge/lab.ts";
import { formatBytes } from "../format/number.ts";
import { showFailure, showInfo, showUndo } from "../store/lab-store.ts";
import { selectRuns } from "./table/selected-runs.ts";

const countedRuns = (count: number): string => (count === 1 ? "1 run" : `${count} runs`);

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

/** Into the trash, with the way back. */
export async function deleteRuns(runIds: readonly string[]): Promise<void> {
  if (!(await changeRuns(runIds, { deleted: true }))) return;
  selectRuns([]);
  showUndo(`${countedRuns(runIds.length)} moved to the trash`, "Undo", () => {
    void changeRuns(runIds, { deleted: false });
  });
}

export async function restoreRuns(runIds: readonly string[]): Promise<void> {
  if (await changeRuns(runIds, { deleted: false })) showInfo(`${countedRuns(runIds.length)} restored`);
}

export async function archiveRuns(runIds: readonly string[], archived: boolean): Promise<void> {
  if (!(await changeRuns(runIds, { archived }))) return;
  selectRuns([]);
  showUndo(
    `${countedRuns(runIds.length)} ${archived ? "archived" : "taken out of the archive"}`,
    "Undo",
    () => {
      void changeRuns(runIds, { archived: !archived });
    },
  );
}

/** Deletes for good; null is everything in the trash. */
export async function emptyTrash(runIds: readonly string[] | null): Promise<void> {
  try {
    const { runs, freedBytes, sizeBytes } = await ask(
      window.lab.runsEmptyTrash({ runIds: runIds === null ? null : [...runIds] }),
    );
    selectRuns([]);
    showInfo(
      `${countedRuns(runs)} deleted for good`,
      `The database is ${formatBytes(freedBytes)} smaller and has ${formatBytes(sizeBytes)} now.`,
    );
  } catch (error) {
    showFailure("The trash was not emptied", error);
  }
}

export function tellImported(bundle: {
  readonly path: string;
  readonly added: readonly string[];
  readonly skipped: readonly string[];
}): void {
  const { path, added, skipped } = bundle;
  showInfo(
    `${countedRuns(added.length)} imported`,
    skipped.length === 0 ? path : `${countedRuns(skipped.length)} of the bundle were there already.`,
  );
}

export async function importRuns(): Promise<void> {
  try {
    const answer = await ask(window.lab.runsImport());
    if (answer.kind === "dismissed") return;
    tellImported(answer);
  } catch (error) {
    showFailure("The runs were not imported", error);
  }
}
