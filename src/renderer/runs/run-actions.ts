import { counted } from "../../core/counted.ts";
import type { ImportedRuns } from "../../shared/runs/run-exports.ts";
import { ask } from "../bridge/lab.ts";
import { formatBytes } from "../../shared/format/number.ts";
import { changeRuns, trashRuns } from "../store/change-runs.ts";
import { showFailure, showInfo, showUndo } from "../store/lab-store.ts";
import { selectRuns } from "./table/selected-runs.ts";
import { importedNotice } from "./import-notices.ts";

/** Into the trash, with the way back. */
export async function deleteRuns(runIds: readonly string[]): Promise<void> {
  if (await trashRuns(runIds)) selectRuns([]);
}

export async function restoreRuns(runIds: readonly string[]): Promise<void> {
  if (await changeRuns(runIds, { deleted: false })) showInfo(`${counted(runIds.length, "run")} restored`);
}

export async function archiveRuns(runIds: readonly string[], archived: boolean): Promise<void> {
  if (!(await changeRuns(runIds, { archived }))) return;
  selectRuns([]);
  showUndo(
    `${counted(runIds.length, "run")} ${archived ? "archived" : "taken out of the archive"}`,
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
      `${counted(runs, "run")} deleted for good`,
      `The database is ${formatBytes(freedBytes)} smaller and has ${formatBytes(sizeBytes)} now.`,
    );
  } catch (error) {
    showFailure("The trash was not emptied", error);
  }
}

/** Says what became of the runs of a bundle. */
export function tellImported(imported: ImportedRuns & { readonly path: string }): void {
  const { title, message } = importedNotice(imported);
  showInfo(title, message === "" ? imported.path : message);
}

export async function importRuns(): Promise<void> {
  try {
    const answer = await ask(window.lab.runsImport());
    if (answer.kind === "dismissed") return;
    tellImported(answer);
    if (answer.failures.length > 0) {
      showFailure("Some bundles were not imported", new Error(answer.failures.join("\n")));
    }
  } catch (error) {
    showFailure("The runs were not imported", error);
  }
}
