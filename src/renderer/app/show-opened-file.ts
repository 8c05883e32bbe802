import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import { showPreview } from "../data/import-store.ts";
import { openDocument } from "../live/document/open-notebook.ts";
import { loadLibrary } from "../live/library/library-store.ts";
import { tellImported } from "../runs/run-actions.ts";
import { showInfo } from "../store/lab-store.ts";
import { openRun, openTable } from "../store/open-run.ts";
import { showView } from "./views.ts";

/** Shows what a person has opened with the app: the notebook, or the runs of the bundle. */
export async function showOpenedFile(file: IpcEvent<"fileOpened">): Promise<void> {
  if (file.kind === "runs") {
    const [only, ...others] = [...file.added, ...file.replaced, ...file.skipped];
    if (only !== undefined && others.length === 0) openRun(only);
    else openTable();
    tellImported(file);
    return;
  }
  if (file.kind === "data") {
    showView("data");
    showPreview(file.preview);
    return;
  }
  showView("notebook");
  await loadLibrary();
  await openDocument(file.documentId);
  if (file.addedFrom !== null)
    showInfo(
      "The notebook was added to yours",
      `A copy is kept with them; ${file.addedFrom} stays as it is.`,
    );
}
