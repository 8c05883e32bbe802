import type { ImportedRuns } from "../../shared/runs/run-exports.ts";
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

/** Says what became of the runs of a bundle. */
export function tellImported({
  path,
  added,
  replaced,
  skipped,
  inTrash,
}: ImportedRuns & { readonly path: string }): void {
  const told = [
    ...(replaced.length > 0
      ? [`${countedRuns(replaced.length)} that were not finished are replaced by the finished ones.`]
      : []),
    ...(skipped.length > 0 ? [`${countedRuns(skipped.length)} were there already.`] : []),
    ...(inTrash.length > 0
      ? [`${countedRuns(inTrash.length)} are in the trash: restore them there to see them.`]
      : []),
  ];
  showInfo(
    `${countedRuns(added.length + replaced.length)} imported`,
    told.length === 0 ? path : told.join(" "),
  );
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
