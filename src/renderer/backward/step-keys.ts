import type { KeyTable } from "../ui/key-table.ts";

/** From anywhere in the view. */
export const STEP_KEYS = {
  back: { keys: ["ArrowLeft"], does: "Step back" },
  on: { keys: ["ArrowRight"], does: "Step on" },
  first: { keys: ["Home"], does: "First step" },
  last: { keys: ["End"], does: "Last step" },
} as const satisfies KeyTable;

/** In the graph. */
export const GRAPH_KEYS = {
  zoomIn: { keys: ["+", "="], does: "Graph: zoom in" },
  zoomOut: { keys: ["-"], does: "Graph: zoom out" },
  all: { keys: ["0"], does: "Graph: show all of it" },
} as const satisfies KeyTable;
