import type { RunSummary } from "../../shared/runs/run-records.ts";
import { labStore } from "../store/lab-store.ts";
import { RUN_KINDS } from "./view-parts.ts";

/** Runs that ended before they had anything to show are passed over, so many of them. */
const MOST_TRIED = 5;

/** Once the saved runs are known, every view shows the last result of its kind: after a restart and after a reload. */
export function restoreLastResults(): void {
  const stop = labStore.subscribe(() => {
    const { runs, activity } = labStore.get();
    if (runs === null) return;
    stop();
    for (const [kind, { restore }] of Object.entries(RUN_KINDS)) {
      // What is on now shows itself.
      if (activity?.kind !== kind) void restoreNewest(runs, kind, restore);
    }
  });
}

async function restoreNewest(
  runs: readonly RunSummary[],
  kind: string,
  restore: (runId: string) => Promise<void>,
): Promise<void> {
  const ended = runs.filter((run) => run.kind === kind && run.status !== "running");
  for (const { id } of ended.slice(0, MOST_TRIED)) {
    try {
      await restore(id);
      return;
    } catch {
      // It has nothing to show, or cannot be read: its own page says why. The one before it may.
    }
  }
}
