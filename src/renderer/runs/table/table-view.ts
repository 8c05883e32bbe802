import * as v from "valibot";
import { DEFAULT_VIEW, runViewSchema, type RunScope, type RunView } from "../../../shared/runs/run-table.ts";
import { createStore, useStore } from "../../store/create-store.ts";

const KEY = "backprop-lab.runs-view";

/** How the table was looked at last; whatever is in storage must not keep the window from opening. */
function lastView(): RunView {
  try {
    const stored = v.safeParse(runViewSchema, JSON.parse(localStorage.getItem(KEY) ?? "null"));
    return stored.success ? stored.output : DEFAULT_VIEW;
  } catch {
    return DEFAULT_VIEW;
  }
}

const shown = createStore<RunView>(lastView());

export const useTableView = (): RunView => useStore(shown);

export function showTableView(view: RunView): void {
  localStorage.setItem(KEY, JSON.stringify(view));
  shown.set(view);
}

export function changeTableView(change: Partial<RunView>): void {
  showTableView({ ...shown.get(), ...change });
}

/** Sorts by a column; once more turns the order round. Numbers begin with the largest. */
export function sortBy(column: string, current: RunView["sort"]): void {
  const descending = current.column === column ? !current.descending : column !== "name";
  changeTableView({ sort: { column, descending } });
}

/** Views that are always there. */
export const BUILT_IN_VIEWS: readonly RunView[] = [
  DEFAULT_VIEW,
  { ...DEFAULT_VIEW, name: "Latest of each", query: "is:latest" },
  { ...DEFAULT_VIEW, name: "Pinned", query: "is:pinned" },
  {
    ...DEFAULT_VIEW,
    name: "Trainings by accuracy",
    query: "kind:training",
    sort: { column: "best.validAccuracy", descending: true },
    columns: [
      "config.optimizer",
      "config.lr",
      "config.batchSize",
      "config.seed",
      "best.validLoss",
      "best.validAccuracy",
      "summary.stepsPerSecond",
      "seconds",
    ],
  },
  {
    ...DEFAULT_VIEW,
    name: "Ladders",
    query: "kind:ladder",
    columns: ["started", "status", "tags", "threads", "seconds", "machine"],
  },
  {
    ...DEFAULT_VIEW,
    name: "Gradient checks",
    query: "kind:gradcheck,notebook",
    columns: ["started", "kind", "status", "checks", "config.bug", "rows", "seconds"],
  },
];

export const SCOPES: readonly { readonly value: RunScope; readonly label: string }[] = [
  { value: "active", label: "Runs" },
  { value: "archived", label: "Archived" },
  { value: "all", label: "Both" },
  { value: "trash", label: "Trash" },
];
