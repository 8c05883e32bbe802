import type { OwnKind } from "../document/notebook-edit.ts";
import { edit, isReadOnly, openStore } from "../document/open-notebook.ts";
import { runCells, runOne, stopRun } from "../kernel/run-actions.ts";
import { openAuthored } from "../lesson/authored-store.ts";
import { problemsStore } from "../language/language-client.ts";
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

/** Keys of a chosen cell whose text is not being written. @returns whether the key meant something. */
export function commandKey(id: string, event: Pick<KeyboardEvent, "key" | "shiftKey">): boolean {
  const { key, shiftKey } = event;
  switch (key) {
    case "Enter":
      enterText(id);
      return true;
    case "ArrowUp":
    case "k":
      return goTo(id, -1, "command") || true;
    case "ArrowDown":
    case "j":
      return goTo(id, 1, "command") || true;
    case "a":
      insertBeside(id, "above", "code");
      return true;
    case "b":
      insertBeside(id, "below", "code");
      return true;
    case "m":
      changeKind(id, "md");
      return true;
    case "y":
      changeKind(id, "code");
      return true;
    case "M":
      if (shiftKey) mergeBelow(id);
      return true;
    case "z":
      undo();
      return true;
    case "Z":
      redo();
      return true;
    case "d": {
      const now = performance.now();
      const twice = deletePressed.cell === id && now - deletePressed.at < DOUBLE_MS;
      deletePressed = twice ? { cell: "", at: -Infinity } : { cell: id, at: now };
      if (twice) deleteCell(id);
      return true;
    }
    default:
      return false;
  }
}
