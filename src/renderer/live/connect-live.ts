import { passOverWhileWriting } from "./cell/pass-over.ts";
import type { LabDocument } from "../../shared/documents/lab-document.ts";
import { hearEntry, hearOutside, openLast, openStore, saveNow } from "./document/open-notebook.ts";
import { loadExercises } from "./kernel/exercise-store.ts";
import { askStandings, loadSession } from "./kernel/run-actions.ts";
import {
  NO_SESSION,
  sessionStore,
  withEnd,
  withOutput,
  withStandings,
  withState,
} from "./kernel/session-store.ts";
import { followNotebook, sendCellsSoon } from "./language/language-client.ts";
import { authoredStore } from "./lesson/authored-store.ts";
import { hearGraded, hearTested } from "./lesson/lesson-store.ts";
import { loadLibrary, updateEntry } from "./library/library-store.ts";

const SETTLE_MS = 300;

const isShown = (documentId: string): boolean => openStore.get()?.entry.id === documentId;

/** Listens to main, opens what was open last, and follows the open notebook. */
export function connectLive(): void {
  passOverWhileWriting();
  window.lab.on("documentChanged", (entry) => {
    updateEntry(entry);
    hearEntry(entry);
  });
  window.lab.on("documentsChanged", () => void loadLibrary());
  window.lab.on("documentChangedOutside", ({ id, conflict }) => hearOutside(id, conflict));
  window.lab.on("sessionChanged", (state) => {
    if (isShown(state.documentId)) sessionStore.set(withState(sessionStore.get(), state));
  });
  window.lab.on("sessionOutput", ({ documentId, cell, output }) => {
    // A loop may print thousands of times a second; they are drawn together.
    if (isShown(documentId)) sessionStore.setAndTellLater(withOutput(sessionStore.get(), cell, output));
  });
  window.lab.on("sessionCellEnded", ({ documentId, stored }) => {
    if (isShown(documentId)) sessionStore.set(withEnd(sessionStore.get(), stored));
  });
  window.lab.on("sessionStandingsChanged", ({ documentId, cells }) => {
    if (isShown(documentId)) sessionStore.set(withStandings(sessionStore.get(), cells));
  });
  window.lab.on("lessonTested", hearTested);
  window.lab.on("lessonGraded", hearGraded);
  window.lab.on("sessionVariablesChanged", ({ documentId, variables }) => {
    if (isShown(documentId)) sessionStore.set({ ...sessionStore.get(), variables });
  });

  followNotebook(() => {
    const open = openStore.get();
    return open === null ? null : { ...open.edit, authored: authoredStore.get() };
  });
  authoredStore.subscribe(sendCellsSoon);
  let shown: { readonly id: string; readonly document: LabDocument; readonly chosen: string | null } | null =
    null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  openStore.subscribe(() => {
    const open = openStore.get();
    if (open === null) {
      shown = null;
      sessionStore.set(NO_SESSION);
      return;
    }
    const { document, chosen } = open.edit;
    const before = shown;
    shown = { id: open.entry.id, document, chosen };
    if (before?.id !== open.entry.id) {
      void loadSession(open);
      void loadExercises();
    } else if (before.document !== document) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const now = openStore.get();
        if (now !== null) void askStandings(now);
      }, SETTLE_MS);
    }
    if (before?.document !== document || before.chosen !== chosen) sendCellsSoon();
  });
  // What was typed in the last second is written when the window goes.
  window.addEventListener("pagehide", () => void saveNow());
  // While the view's code is on its way.
  void openLast();
}
