import { showView } from "../app/views.ts";
import { createStore, useStore } from "./create-store.ts";

/** What the Runs view shows: the table, one run, or several side by side. */
export type RunsPage =
  | { readonly kind: "table" }
  | { readonly kind: "run"; readonly runId: string }
  | { readonly kind: "comparison"; readonly runIds: readonly string[] };

const TABLE: RunsPage = { kind: "table" };
const shown = createStore<{ readonly page: RunsPage; readonly before: RunsPage }>({
  page: TABLE,
  before: TABLE,
});

function show(page: RunsPage): void {
  shown.set({ page, before: shown.get().page });
  showView("runs");
}

/** Shows a run's page, from wherever it is asked. */
export const openRun = (runId: string): void => show({ kind: "run", runId });

/** Shows runs side by side; the others are compared with the first. */
export const openComparison = (runIds: readonly string[]): void => show({ kind: "comparison", runIds });

/** What the table is asked to show; it takes the query over and sets this to null. */
export const askedQueryStore = createStore<string | null>(null);

/** Shows the table of runs, with a query for its filter as asked. */
export function openTable(query: string | null = null): void {
  askedQueryStore.set(query);
  show(TABLE);
}

/** Back to the comparison from which a run was opened, or else to the table. */
export function leaveRun(): void {
  const { before } = shown.get();
  show(before.kind === "comparison" ? before : TABLE);
}

export const useRunsPage = (): RunsPage => useStore(shown, ({ page }) => page);
export const useCameFromComparison = (): boolean =>
  useStore(shown, ({ before }) => before.kind === "comparison");
