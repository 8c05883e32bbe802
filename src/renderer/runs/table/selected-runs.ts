import { createStore, useStore } from "../../store/create-store.ts";

const selected = createStore<ReadonlySet<string>>(new Set());

/** Runs are selected by their id, so that the selection stays when new runs come in above. */
export function useSelectedRuns(): ReadonlySet<string> {
  return useStore(selected);
}

export const selectedRuns = (): ReadonlySet<string> => selected.get();

export function selectRun(runId: string, on: boolean): void {
  const next = new Set(selected.get());
  if (on) next.add(runId);
  else next.delete(runId);
  selected.set(next);
}

export function selectRuns(runIds: readonly string[]): void {
  selected.set(new Set(runIds));
}
