import type { KeyTable } from "../../ui/key-table.ts";

/** In a chart that has the focus. */
export const CHART_KEYS = {
  value: { keys: ["ArrowLeft", "ArrowRight"], does: "From value to value" },
  series: { keys: ["ArrowUp", "ArrowDown"], does: "From series to series" },
  pin: { keys: ["Enter", " "], does: "Pin the value, or take the pin off" },
  open: { keys: ["o"], does: "Open the run that a line is of" },
  zoomIn: { keys: ["+"], does: "Zoom in" },
  zoomOut: { keys: ["-"], does: "Zoom out" },
  pan: {
    keys: ["Shift-ArrowLeft", "Shift-ArrowRight", "Shift-ArrowUp", "Shift-ArrowDown"],
    does: "Move what is shown",
  },
  all: { keys: ["0"], does: "Show all of it again" },
} as const satisfies KeyTable;
