import type { KeyTable } from "../../ui/key-table.ts";

/** In the table of runs; Page Up, Page Down, Home and End move too. */
export const RUN_KEYS = {
  move: { keys: ["ArrowUp", "ArrowDown"], does: "Run above, run below" },
  extend: { keys: ["Shift-ArrowUp", "Shift-ArrowDown"], does: "Select up to the run above, below" },
  open: { keys: ["Enter"], does: "Open the run" },
  select: { keys: [" "], does: "Select the run, or not" },
  selectAll: { keys: ["Mod-a"], does: "Select all" },
  selectNone: { keys: ["Escape"], does: "Select none" },
  compare: { keys: ["c"], does: "Compare those selected" },
  delete: { keys: ["Delete"], does: "Move those selected to the trash" },
} as const satisfies KeyTable;
