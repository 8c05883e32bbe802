import { COMMAND_KEYS } from "../../shared/ipc/window-commands.ts";
import type { KeyTable } from "../ui/key-table.ts";

/** On a cell and in its text. */
export const RUN_KEYS = {
  run: { keys: ["Mod-Enter"], does: "Run the cell" },
  runAndNext: { keys: ["Shift-Enter"], does: "Run the cell and go to the next" },
  runAndInsert: { keys: ["Alt-Enter"], does: "Run the cell and add one below" },
  runAll: { keys: COMMAND_KEYS["run-all"], does: "Run all cells" },
  stop: { keys: COMMAND_KEYS.cancel, does: "Stop what runs" },
} as const satisfies KeyTable;

/** On a cell, in its text and in the texts that belong to it. */
export const EDIT_KEYS = {
  undo: { keys: ["Mod-z"], does: "Undo" },
  redo: { keys: ["Mod-y", "Mod-Shift-z"], does: "Redo" },
  find: { keys: COMMAND_KEYS.find, does: "Find" },
  replace: { keys: ["Mod-h"], does: "Find and replace" },
} as const satisfies KeyTable;

/** On a chosen cell whose text is not being written. */
export const CELL_KEYS = {
  write: { keys: ["Enter"], does: "Write in the cell" },
  up: { keys: ["ArrowUp", "k"], does: "Cell above" },
  down: { keys: ["ArrowDown", "j"], does: "Cell below" },
  above: { keys: ["a"], does: "New cell above" },
  below: { keys: ["b"], does: "New cell below" },
  delete: { keys: ["d"], does: "Delete the cell", twice: true },
  text: { keys: ["m"], does: "Make it text" },
  code: { keys: ["y"], does: "Make it code" },
  merge: { keys: ["Shift-m"], does: "Merge with the cell below" },
  undo: { keys: ["z"], does: "Undo" },
  redo: { keys: ["Shift-z"], does: "Redo" },
} as const satisfies KeyTable;

/** In the text of a cell. */
export const TEXT_KEYS = {
  split: { keys: ["Mod-Shift--"], does: "Split the cell at the cursor" },
} as const satisfies KeyTable;

/** In the text of a cell of code. */
export const CODE_KEYS = {
  nextProblem: { keys: ["F8"], does: "Go to the next problem" },
  rename: { keys: ["F2"], does: "Rename what the cursor is on" },
} as const satisfies KeyTable;

export const LEAVE_KEYS = {
  leave: { keys: ["Escape"], does: "Leave the text: Tab moves on then" },
} as const satisfies KeyTable;

/** CodeMirror's own. */
export const EDITOR_KEYS = {
  indent: { keys: ["Tab", "Shift-Tab"], does: "Indent, and back" },
  complete: { keys: ["Ctrl-Space"], does: "What could stand here" },
} as const satisfies KeyTable;
