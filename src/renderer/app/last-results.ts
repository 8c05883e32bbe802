import type { RunSummary } from "../../shared/runs/run-records.ts";
import { labStore } from "../store/lab-store.ts";
import { lastResultsRead } from "../store/last-results-read.ts";
import { RUN_KINDS } from "./view-parts.ts";

/** Runs that ended before they had anything to show are passed over, so many of them. */
const MOST_TRIED = 5;

/**
 * Once the saved runs are known, every view shows the last result of its kind: after a restart and after a reload. Where
 * another process writes, as the command line, what has ended there meanwhile is shown, too.
 */
export function restoreLastResults(): void {
  const openedAt = new Date().toISOString();
  /** Runs that were on in this app show themselves. */
  const own = new Set<string>();
  let known: readonly RunSummary[] | null = null;
  labStore.subscribe(() => {
    const { runs, activity, runsFailure } = labStore.get();
    if (activity !== null && activity.runId !== null) own.add(activity.runId);
    if (runsFailure !== null) lastResultsRead.set(true);
    if (runs === null || runs === known) return;
    const first = known === null;
    known = runs;
    const kinds = Object.entries(RUN_KINDS).filter(([kind]) => activity?.kind !== kind);
    if (first) {
      const restored = kinds.map(([kind, { restore }]) => restoreNewest(runs, kind, restore));
      void Promise.all(restored).then(() => lastResultsRead.set(true));
      return;
    }
    for (const [kind, { restore }] of kinds) {
      const newest = runs.find((run) => run.kind === kind && run.status !== "running");
      if (newest === undefined || own.has(newest.id) || (newest.finishedAt ?? "") <= openedAt) continue;
      own.add(newest.id);
      void restore(newest.id).catch(() => undefined);
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
