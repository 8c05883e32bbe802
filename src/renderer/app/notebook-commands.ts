import { cellLabel } from "../../shared/documents/lab-document.ts";
import type { DocumentExportFormat } from "../../shared/documents/document-records.ts";
import { choose, runHere, runStale } from "../live/cell/cell-commands.ts";
import { courseShownStore } from "../live/course/course-store.ts";
import { requestFocus } from "../live/cell/focus-request.ts";
import { versionsOpenStore } from "../live/dialogs/versions-dialog.tsx";
import { openFind } from "../live/document/find-store.ts";
import { isReadOnly, openStore, saveNow } from "../live/document/open-notebook.ts";
import { clearOutputs, restartKernel } from "../live/kernel/run-actions.ts";
import { sessionStore } from "../live/kernel/session-store.ts";
import { showCourse } from "../live/library/lessons-store.ts";
import { createDocument, exportDocument, importDocuments } from "../live/library/library-store.ts";
import { command, type Command, type WindowCommand } from "./command.ts";
import { shownViewId, showView } from "./views.ts";

function showNotebook(): void {
  courseShownStore.set(false);
  showView("notebook");
}
/** Shows the notebook, where what was done is seen. */
const inNotebook = (does: () => void) => (): void => {
  showNotebook();
  does();
};
const isOpen = (): boolean => openStore.get() !== null;
const isInSight = (): boolean => shownViewId() === "notebook" && isOpen() && !courseShownStore.get();

/** The chosen cell of the notebook in sight; null for a text, which is not run. */
function chosenCode(): string | null {
  if (!isInSight()) return null;
  const { chosen, document } = openStore.get()?.edit ?? { chosen: null, document: null };
  const kind = document?.cells.find(({ id }) => id === chosen)?.kind;
  return kind === "code" || kind === "exercise" ? chosen : null;
}

function canChange(): boolean {
  const open = openStore.get();
  return open !== null && !isReadOnly(open);
}

function canSave(): boolean {
  const open = openStore.get();
  return open !== null && canChange() && (open.save === "unsaved" || open.save === "failed");
}

const EXPORTED: readonly (readonly [format: DocumentExportFormat, as: string])[] = [
  ["lab", "a file (.lab.ts)"],
  ["ipynb", "a Jupyter notebook (.ipynb)"],
  ["py", "Python with torch (.py)"],
  ["html", "a page with outputs (.html)"],
  ["pdf", "a PDF with outputs"],
];

/** About the notebook that is open, and the library. */
export const NOTEBOOK_COMMANDS: readonly WindowCommand[] = [
  command("new-notebook", "New notebook", "Notebook", {
    run: inNotebook(() => void createDocument({ kind: "empty" }, null)),
  }),
  command("import-notebooks", "Import notebooks (.lab.ts, .ipynb)", "Notebook", {
    run: inNotebook(() => void importDocuments()),
  }),
  command("show-lessons", "Show all lessons on a page", "Notebook", {
    run: () => {
      showView("notebook");
      showCourse();
    },
  }),
  command("save-notebook", "Save the notebook now", "Notebook", {
    when: canSave,
    run: () => void saveNow(),
  }),
  command("show-versions", "Show the versions of the notebook", "Notebook", {
    when: canChange,
    run: inNotebook(() => versionsOpenStore.set(true)),
  }),
  ...EXPORTED.map(([format, as]) =>
    command(`export-notebook-${format}`, `Export the notebook as ${as}`, "Notebook", {
      when: isOpen,
      run: () => void exportDocument(format),
    }),
  ),
  command("find", "Find in the notebook", "Notebook", { when: isInSight, run: () => openFind(false) }),
  command("run-cell", "Run the chosen cell", "Run", {
    when: () => chosenCode() !== null,
    run: () => {
      const cell = chosenCode();
      if (cell !== null) runHere(cell);
    },
  }),
  command("run-stale", "Run the cells that are stale, changed or failed", "Run", {
    when: isOpen,
    startsWork: true,
    run: inNotebook(runStale),
  }),
  command("restart-sandbox", "Restart the notebook's sandbox: all names go, outputs stay", "Run", {
    when: () => isOpen() && (sessionStore.get().state?.running ?? null) === null,
    run: inNotebook(() => void restartKernel()),
  }),
  command("clear-outputs", "Clear all outputs of the notebook", "Notebook", {
    when: () => isOpen() && sessionStore.get().results.size > 0,
    run: inNotebook(() => void clearOutputs(null)),
  }),
];

function goToCell(id: string): void {
  showNotebook();
  choose(id);
  requestFocus({ cell: id, mode: "command" });
}

/** Two for each cell of the open notebook that has a name. */
export function cellCommands(): readonly Command[] {
  return (openStore.get()?.edit.document.cells ?? []).flatMap((cell, at): Command[] => {
    const name = cellLabel(cell);
    if (name === cell.id) return [];
    const ofCell = (id: string, does: string, run: () => void): Command => ({
      id: `${id}-${cell.id}`,
      label: `${does} cell ${at + 1}: ${name}`,
      group: "Cells",
      shortcuts: [],
      run,
    });
    return [
      ofCell("go", "Go to", () => goToCell(cell.id)),
      ofCell("run", "Run", () => {
        goToCell(cell.id);
        runHere(cell.id);
      }),
    ];
  });
}
