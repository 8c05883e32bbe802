import type { OwnKind } from "../document/notebook-edit.ts";
import { edit, isReadOnly, openStore } from "../document/open-notebook.ts";
import { runCells, runOne, stopRun } from "../kernel/run-actions.ts";
import { openFind } from "../document/find-store.ts";
import { openAuthored } from "../lesson/authored-store.ts";
import { problemsStore } from "../language/language-client.ts";
import { pressedIn } from "../../ui/key-table.ts";
import type { Pressed } from "../../ui/shortcut.ts";
import { CELL_KEYS, EDIT_KEYS, RUN_KEYS } from "../notebook-keys.ts";
import { cellElementId, requestFocus } from "./focus-request.ts";

const cells = () => openStore.get()?.edit.document.cells ?? [];
const placeOf = (id: string): number => cells().findIndex((cell) => cell.id === id);
const draw = (): string => crypto.randomUUID();

const canRun = (id: string): boolean => {
  const kind = cells()[placeOf(id)]?.kind;
  return kind === "code" || kind === "exercise";
};

export function choose(id: string): void {
  edit({ type: "choose", cell: id });
}

/** Leaves the text for commands. */
export function leaveText(id: string): void {
  requestFocus({ cell: id, mode: "command" });
}

export function enterText(id: string): void {
  requestFocus({ cell: id, mode: "edit" });
}

/** Runs a cell of code; a text is drawn. */
export function runHere(id: string): void {
  if (canRun(id)) void runOne(id);
  else leaveText(id);
}

export function runAndNext(id: string): void {
  runHere(id);
  const next = cells()[placeOf(id) + 1];
  if (next === undefined) insertBeside(id, "below", "code");
  else requestFocus({ cell: next.id, mode: "command" });
}

export function runAndInsert(id: string): void {
  runHere(id);
  insertBeside(id, "below", "code");
}

export const runAll = (): void => void runCells({ kind: "all" });
export const runTo = (id: string): void => void runCells({ kind: "to", id });
export const runStale = (): void => void runCells({ kind: "stale" });
export const stop = (): void => void stopRun();

/** Puts a new cell above or below another one, and the cursor into it. */
export function insertBeside(id: string, where: "above" | "below", kind: OwnKind): void {
  insertAt(placeOf(id) + (where === "above" ? 0 : 1), kind);
}

export function insertAt(place: number, kind: OwnKind): void {
  edit({ type: "insert", place, kind, draw: draw() });
  const chosen = openStore.get()?.edit.chosen ?? null;
  if (kind === "exercise" && chosen !== null) openAuthored(chosen);
  focusChosen("edit");
}

export function deleteCell(id: string): void {
  edit({ type: "delete", cell: id });
  focusChosen("command");
}

export function moveCell(id: string, by: number): void {
  edit({ type: "move", cell: id, by });
  focusChosen("command");
}

export function changeKind(id: string, kind: OwnKind): void {
  edit({ type: "kind", cell: id, kind });
  focusChosen("command");
}

export function splitCell(id: string, offset: number): void {
  edit({ type: "split", cell: id, offset, draw: draw() });
  focusChosen("edit");
}

export function mergeBelow(id: string): void {
  edit({ type: "mergeBelow", cell: id });
  focusChosen("command");
}

export function undo(): void {
  edit({ type: "undo" });
  followHistory();
}

export function redo(): void {
  edit({ type: "redo" });
  followHistory();
}

/** The focus goes to the cell that the history speaks of, for what the focus was on. */
function followHistory(): void {
  const chosen = openStore.get()?.edit.chosen ?? null;
  const { activeElement } = document;
  if (chosen === null || document.getElementById(cellElementId(chosen))?.contains(activeElement) === true)
    return;
  requestFocus({
    cell: chosen,
    mode: (activeElement?.closest(".cm-editor") ?? null) === null ? "command" : "edit",
  });
}

function focusChosen(mode: "command" | "edit"): void {
  const open = openStore.get();
  const chosen = open?.edit.chosen ?? null;
  if (open === null || chosen === null || isReadOnly(open)) return;
  requestFocus({ cell: chosen, mode });
}

/** The cell above or below; in the text where the text is left by its edge. */
export function goTo(id: string, by: number, mode: "command" | "edit"): boolean {
  const next = cells()[placeOf(id) + by];
  if (next === undefined) return false;
  choose(next.id);
  requestFocus({ cell: next.id, mode, at: by > 0 ? "start" : "end" });
  return true;
}

/** The next place after the cursor that TypeScript marks, in the order of the document, from the top again at the end. */
export function nextProblem(id: string, offset: number): boolean {
  const problems = problemsStore.get();
  const places = cells().flatMap((cell) =>
    (problems.get(cell.id) ?? [])
      .toSorted((a, b) => a.from - b.from)
      .map(({ from }) => ({ cell: cell.id, from })),
  );
  const here = placeOf(id);
  const next =
    places.find(({ cell, from }) => placeOf(cell) > here || (cell === id && from > offset)) ?? places[0];
  if (next === undefined) return false;
  choose(next.cell);
  requestFocus({ cell: next.cell, mode: "edit", at: { offset: next.from } });
  return true;
}

let deletePressed = { cell: "", at: -Infinity };
const DOUBLE_MS = 1_000;

function pressDelete(id: string): void {
  const now = performance.now();
  const twice = deletePressed.cell === id && now - deletePressed.at < DOUBLE_MS;
  deletePressed = twice ? { cell: "", at: -Infinity } : { cell: id, at: now };
  if (twice) deleteCell(id);
}

const ON_CELL: Readonly<Record<keyof typeof CELL_KEYS, (id: string) => void>> = {
  write: enterText,
  up: (id) => goTo(id, -1, "command"),
  down: (id) => goTo(id, 1, "command"),
  above: (id) => insertBeside(id, "above", "code"),
  below: (id) => insertBeside(id, "below", "code"),
  delete: pressDelete,
  text: (id) => changeKind(id, "md"),
  code: (id) => changeKind(id, "code"),
  merge: mergeBelow,
  undo,
  redo,
};

/** Keys of a chosen cell whose text is not being written. @returns whether the key meant something. */
export function commandKey(id: string, event: Pressed): boolean {
  const pressed = pressedIn(CELL_KEYS, event);
  if (pressed === undefined) return false;
  ON_CELL[pressed](id);
  return true;
}

const EDITS: Readonly<Record<keyof typeof EDIT_KEYS, () => void>> = {
  undo,
  redo,
  find: () => openFind(false),
  replace: () => openFind(true),
};

/** Keys that mean the same in a cell's text and on the cell itself. @returns whether it was one. */
export function notebookKey(chosen: string | null, event: Pressed): boolean {
  const edits = pressedIn(EDIT_KEYS, event);
  if (edits !== undefined) {
    EDITS[edits]();
    return true;
  }
  const runs = pressedIn(RUN_KEYS, event);
  if (runs === "runAll") runAll();
  else if (runs === "stop") stop();
  else if (runs === undefined || chosen === null) return false;
  else ({ run: runHere, runAndNext, runAndInsert })[runs](chosen);
  return true;
}
