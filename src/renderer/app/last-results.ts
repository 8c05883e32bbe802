import type { RunKind, RunSummary } from "../../shared/runs/run-records.ts";
import { ask } from "../bridge/lab.ts";
import { gradcheckStore, showGradcheck } from "../gradients/gradcheck-store.ts";
import { restoreInit } from "../initialise/init-store.ts";
import { labStore, restoreNotebook } from "../store/lab-store.ts";
import { ladderStore, showLadder } from "../ladder/ladder-store.ts";
import { readCurves } from "../train/recorded-curves.ts";
import { showStages, stagesStore } from "../stages/stages-store.ts";
import { restoreTraining, trainingStore } from "../train/training-store.ts";

/** Runs that ended before they had anything to show are passed over, so many of them. */
const MOST_TRIED = 5;

/** How each view takes up a recorded run; it stays as it is where it shows something by then. */
const RESTORE: Readonly<Record<RunKind, (runId: string) => Promise<void>>> = {
  notebook: async (runId) => {
    const details = await ask(window.lab.runsGet({ runId }));
    if (details.cells.length === 0) throw new RangeError(`run ${runId} has no cells`);
    restoreNotebook(details);
  },
  ladder: async (runId) => {
    const record = await ask(window.lab.ladderGet({ runId }));
    if (ladderStore.get().shown === null) showLadder(record);
  },
  init: async (runId) => restoreInit((await ask(window.lab.initGet({ runId }))).report),
  stages: async (runId) => {
    const record = await ask(window.lab.stagesGet({ runId }));
    if (stagesStore.get().shown === null) showStages(record);
  },
  gradcheck: async (runId) => {
    const record = await ask(window.lab.gradcheckGet({ runId }));
    if (gradcheckStore.get().shown === null) showGradcheck(record);
  },
  training: async (runId) => {
    if (trainingStore.get().log !== null) return;
    const curves = await readCurves(runId);
    if (curves.points.length === 0) throw new RangeError(`run ${runId} has no metrics`);
    // A training that was cut short has no report yet.
    const report = await ask(window.lab.trainingReport({ runId })).catch(() => null);
    restoreTraining(runId, curves, report?.histograms ?? []);
  },
};

/** Once the saved runs are known, every view shows the last result of its kind: after a restart and after a reload. */
export function restoreLastResults(): void {
  const stop = labStore.subscribe(() => {
    const { runs, activity } = labStore.get();
    if (runs === null) return;
    stop();
    for (const [kind, restore] of Object.entries(RESTORE)) {
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
