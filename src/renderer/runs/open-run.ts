import { showView } from "../app/views.ts";
import { createStore, useStore } from "../store/create-store.ts";

const openedRun = createStore<string | null>(null);

/** Shows a run's page, from wherever it is asked. */
export function openRun(runId: string): void {
  openedRun.set(runId);
  showView("runs");
}

export function closeRun(): void {
  openedRun.set(null);
}

export function useOpenedRun(): string | null {
  return useStore(openedRun);
}
