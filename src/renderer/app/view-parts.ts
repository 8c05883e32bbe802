import type { ComponentType } from "react";
import type { RunKind } from "../../shared/runs/run-records.ts";
import { ask } from "../bridge/lab.ts";
import { connectProfile, profileStore, showProfile } from "../diagnostics/step-profile-store.ts";
import { connectExchange } from "../exchange/exchange-actions.ts";
import { connectGradcheck } from "../gradients/gradcheck-actions.ts";
import { gradcheckStore, showGradcheck } from "../gradients/gradcheck-store.ts";
import { restoreInit } from "../initialise/init-store.ts";
import { connectLadder } from "../ladder/ladder-actions.ts";
import { ladderStore, showLadder } from "../ladder/ladder-store.ts";
import { connectLive } from "../live/connect-live.ts";
import { preloadCellEditor } from "../live/editor/late-editors.tsx";
import { LiveView } from "../live/live-view.tsx";
import { connectStages } from "../stages/stages-actions.ts";
import { showStages, stagesStore } from "../stages/stages-store.ts";
import { connectLrSearch } from "../train/lr-search-store.ts";
import { readCurves } from "../train/recorded-curves.ts";
import { connectSweeps } from "../train/sweep-status-store.ts";
import { restoreTraining, trainingStore } from "../train/training-store.ts";
import { lateComponent } from "../ui/late-component.tsx";
import type { RunPartProps } from "../ui/run-part.ts";
import type { ViewId } from "./views.ts";

interface ViewPart {
  readonly View: ComponentType;
  /** Fetches its code before it is shown. */
  readonly preload: () => Promise<unknown>;
  /** Listens for what main tells it, from the start on. */
  readonly connect?: () => void;
}

function view(load: () => Promise<ComponentType>): Pick<ViewPart, "View" | "preload"> {
  const { Component, preload } = lateComponent(load);
  return { View: Component, preload };
}

/** What a view adds to the page of a run. */
const runPart = (load: () => Promise<ComponentType<RunPartProps>>): ComponentType<RunPartProps> =>
  lateComponent(load).Component;

/** What each view is made of; its name, place and buttons are in `VIEWS`. */
export const VIEW_PARTS: Readonly<Record<ViewId, ViewPart>> = {
  // With the frame's own code: it is what the app opens with, and one file is there sooner than fifty.
  notebook: { View: LiveView, preload: preloadCellEditor, connect: connectLive },
  ladder: {
    ...view(async () => (await import("../ladder/ladder-view.tsx")).LadderView),
    connect: connectLadder,
  },
  initialise: { ...view(async () => (await import("../initialise/initialise-view.tsx")).InitialiseView) },
  stages: {
    ...view(async () => (await import("../stages/stages-view.tsx")).StagesView),
    connect: connectStages,
  },
  backward: { ...view(async () => (await import("../backward/backward-view.tsx")).BackwardView) },
  gradients: {
    ...view(async () => (await import("../gradients/gradients-view.tsx")).GradientsView),
    connect: connectGradcheck,
  },
  train: {
    ...view(async () => (await import("../train/train-view.tsx")).TrainView),
    connect: () => {
      connectSweeps();
      connectLrSearch();
    },
  },
  runs: {
    ...view(async () => (await import("../runs/table/runs-view.tsx")).RunsView),
    connect: connectExchange,
  },
  data: { ...view(async () => (await import("../data/data-view.tsx")).DataView) },
  diagnostics: {
    ...view(async () => (await import("../diagnostics/diagnostics-view.tsx")).DiagnosticsView),
    connect: connectProfile,
  },
  settings: { ...view(async () => (await import("../settings/settings-view.tsx")).SettingsView) },
};

interface RunKindParts {
  /** What its view adds to the page of such a run. */
  readonly Part?: ComponentType<RunPartProps>;
  /** How its view takes up a recorded run; it stays as it is where it shows something by then. */
  readonly restore: (runId: string) => Promise<void>;
}

/** What the views do for runs of their kind. */
export const RUN_KINDS: Readonly<Record<RunKind, RunKindParts>> = {
  notebook: {
    Part: runPart(async () => (await import("../live/document-run-part.tsx")).DocumentRunPart),
    // A notebook keeps its outputs itself; a run's text is made a notebook on the run's page.
    restore: () => Promise.resolve(),
  },
  ladder: {
    Part: runPart(async () => (await import("../ladder/ladder-run-part.tsx")).LadderRunPart),
    restore: async (runId) => {
      const record = await ask(window.lab.ladderGet({ runId }));
      if (ladderStore.get().shown === null) showLadder(record);
    },
  },
  init: {
    Part: runPart(async () => (await import("../initialise/init-run-part.tsx")).InitRunPart),
    restore: async (runId) => restoreInit((await ask(window.lab.initGet({ runId }))).report),
  },
  stages: {
    Part: runPart(async () => (await import("../stages/stages-run-part.tsx")).StagesRunPart),
    restore: async (runId) => {
      const record = await ask(window.lab.stagesGet({ runId }));
      if (stagesStore.get().shown === null) showStages(record);
    },
  },
  gradcheck: {
    Part: runPart(async () => (await import("../gradients/gradcheck-run-part.tsx")).GradcheckRunPart),
    restore: async (runId) => {
      const record = await ask(window.lab.gradcheckGet({ runId }));
      if (gradcheckStore.get().shown === null) showGradcheck(record);
    },
  },
  profile: {
    Part: runPart(async () => (await import("../diagnostics/step-profile-run-part.tsx")).StepProfileRunPart),
    restore: async (runId) => {
      const record = await ask(window.lab.profileGet({ runId }));
      if (profileStore.get() === null) showProfile(record);
    },
  },
  lrsearch: {
    Part: runPart(async () => (await import("../train/lr-search-run-part.tsx")).LrSearchRunPart),
    // Train takes the last training up; what a search suggested is on its page.
    restore: () => Promise.resolve(),
  },
  imported: {
    Part: runPart(async () => (await import("../exchange/imported-run-part.tsx")).ImportedRunPart),
    // No view takes it up: it is looked at on its page.
    restore: () => Promise.resolve(),
  },
  training: {
    Part: runPart(async () => (await import("../train/training-run-part.tsx")).TrainingRunPart),
    restore: async (runId) => {
      if (trainingStore.get() !== null) return;
      const curves = await readCurves(runId);
      if (curves.points.length === 0) throw new RangeError(`run ${runId} has no metrics`);
      // A training that was cut short has no report yet.
      const report = await ask(window.lab.trainingReport({ runId })).catch(() => null);
      const { events } = await ask(window.lab.runsGet({ runId }));
      restoreTraining(runId, curves, { histograms: report?.histograms ?? [], events });
    },
  },
};
