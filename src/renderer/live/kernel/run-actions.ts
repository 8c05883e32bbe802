import type { LiveSelection } from "../../../shared/live/live-session.ts";
import { ask } from "../../bridge/lab.ts";
import { createStore } from "../../store/create-store.ts";
import { showFailure, showUndo } from "../../store/lab-store.ts";
import { edit, hearEntry, openStore, textOf, type OpenNotebook } from "../document/open-notebook.ts";
import {
  NO_SESSION,
  sessionOf,
  sessionStore,
  withoutResults,
  withResultsBack,
  withStandings,
} from "./session-store.ts";

/** What is asked before cells run. */
export type RunQuestion =
  /** The notebook comes from elsewhere. */
  | { readonly kind: "foreign"; readonly selection: LiveSelection }
  /** What must run first took long. */
  | {
      readonly kind: "needs";
      readonly cell: string;
      readonly needs: readonly string[];
      readonly lastMs: number;
    };

export const runQuestionStore = createStore<RunQuestion | null>(null);

/** From this on the needs of a cell are asked about before they run. */
const LONG_MS = 3_000;

/** Asks main for everything about the open notebook's cells. */
export async function loadSession(open: OpenNotebook): Promise<void> {
  sessionStore.set(NO_SESSION);
  try {
    const session = await ask(window.lab.sessionGet({ documentId: open.entry.id, text: textOf(open) }));
    if (openStore.get()?.entry.id === open.entry.id) sessionStore.set(sessionOf(session));
  } catch (error) {
    showFailure("What the cells gave before could not be read", error);
  }
}

/** After an edit: which cells are changed, stale, or use a name too early. */
export async function askStandings(open: OpenNotebook): Promise<void> {
  const cells = await ask(
    window.lab.sessionStandings({ documentId: open.entry.id, text: textOf(open) }),
  ).catch(() => null);
  if (cells === null || openStore.get()?.edit.document !== open.edit.document) return;
  sessionStore.set(withStandings(sessionStore.get(), cells));
}

/** Runs cells; asks first where the notebook is somebody else's, or where a cell needs much. */
export async function runCells(selection: LiveSelection): Promise<void> {
  const open = openStore.get();
  if (open === null) return;
  if (open.entry.foreign) {
    runQuestionStore.set({ kind: "foreign", selection });
    return;
  }
  if (selection.kind === "cells" && selection.withNeeds) {
    const question = await needsOf(open, selection.ids);
    if (question !== null) {
      runQuestionStore.set(question);
      return;
    }
  }
  await startRun(selection);
}

async function needsOf(open: OpenNotebook, ids: readonly string[]): Promise<RunQuestion | null> {
  const [cell] = ids;
  if (cell === undefined || ids.length > 1) return null;
  const selection: LiveSelection = { kind: "cells", ids: [cell], withNeeds: true };
  const forecast = await ask(
    window.lab.sessionForecast({ documentId: open.entry.id, text: textOf(open), selection }),
  ).catch(() => null);
  const needs = forecast?.cells.filter((id) => id !== cell) ?? [];
  const lastMs = forecast?.lastMs ?? null;
  if (needs.length === 0 || lastMs === null || lastMs <= LONG_MS) return null;
  return { kind: "needs", cell, needs, lastMs };
}

/** Runs without any question. */
export async function startRun(selection: LiveSelection): Promise<void> {
  edit({ type: "tried" });
  const open = openStore.get();
  if (open === null) return;
  try {
    await ask(window.lab.sessionRun({ documentId: open.entry.id, text: textOf(open), selection }));
  } catch (error) {
    showFailure("Nothing was run", error, { until: "next activity" });
  }
}

/** A person wants to run what came from elsewhere. */
export async function trustAndRun(selection: LiveSelection): Promise<void> {
  const open = openStore.get();
  if (open === null) return;
  try {
    const entry = await ask(window.lab.documentsTrust({ id: open.entry.id }));
    hearEntry(entry);
    // Another notebook may have been opened meanwhile.
    if (openStore.get()?.entry.id === entry.id) await runCells(selection);
  } catch (error) {
    showFailure("Nothing was run", error, { until: "next activity" });
  }
}

export const runOne = (id: string): Promise<void> => runCells({ kind: "cells", ids: [id], withNeeds: true });

export async function stopRun(): Promise<void> {
  const open = openStore.get();
  if (open === null) return;
  await ask(window.lab.sessionStop({ documentId: open.entry.id })).catch((error: unknown) =>
    showFailure("The cell was not stopped", error),
  );
}

/** A fresh sandbox: names go, outputs stay. */
export async function restartKernel(): Promise<void> {
  const open = openStore.get();
  if (open === null) return;
  try {
    const state = await ask(window.lab.sessionRestart({ documentId: open.entry.id }));
    sessionStore.set({ ...sessionStore.get(), state, variables: [] });
    await askStandings(open);
  } catch (error) {
    showFailure("The sandbox was not restarted", error);
  }
}

/** Takes outputs away; the next run brings new ones. */
export async function clearOutputs(cells: readonly string[] | null): Promise<void> {
  const open = openStore.get();
  if (open === null) return;
  const before = sessionStore.get();
  const of = { documentId: open.entry.id, cells: cells === null ? null : [...cells] };
  const showBefore = (): void => {
    const now = openStore.get();
    if (now?.entry.id !== of.documentId) return;
    sessionStore.set(withResultsBack(sessionStore.get(), before, cells));
    // The text may have changed meanwhile: whether they are of it is asked anew.
    void askStandings(now);
  };
  sessionStore.set(withoutResults(before, cells));
  try {
    await ask(window.lab.sessionClearOutputs(of));
  } catch (error) {
    showBefore();
    showFailure("The outputs were not cleared", error);
    return;
  }
  showUndo("Outputs cleared", "Undo", () => {
    void ask(window.lab.sessionRestoreOutputs(of)).then(showBefore, (error: unknown) =>
      showFailure("The outputs were not brought back", error),
    );
  });
}
