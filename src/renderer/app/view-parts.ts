import type { ComponentType } from "react";
import type { RunKind } from "../../shared/runs/run-records.ts";
import { BackwardView } from "../backward/backward-view.tsx";
import { ask } from "../bridge/lab.ts";
import { DataView } from "../data/data-view.tsx";
import { DiagnosticsView } from "../diagnostics/diagnostics-view.tsx";
import { connectExchange } from "../exchange/exchange-actions.ts";
import { ImportedRunPart } from "../exchange/imported-run-part.tsx";
import { connectGradcheck } from "../gradients/gradcheck-actions.ts";
import { GradcheckRunPart } from "../gradients/gradcheck-run-part.tsx";
import { gradcheckStore, showGradcheck } from "../gradients/gradcheck-store.ts";
import { GradientsView } from "../gradients/gradients-view.tsx";
import { InitRunPart } from "../initialise/init-run-part.tsx";
import { restoreInit } from "../initialise/init-store.ts";
import { InitialiseView } from "../initialise/initialise-view.tsx";
import { connectLadder } from "../ladder/ladder-actions.ts";
import { LadderRunPart } from "../ladder/ladder-run-part.tsx";
import { ladderStore, showLadder } from "../ladder/ladder-store.ts";
import { LadderView } from "../ladder/ladder-view.tsx";
import { DocumentRunPart } from "../live/document-run-part.tsx";
import { connectLive } from "../live/connect-live.ts";
import { LiveView } from "../live/live-view.tsx";
import { RunsView } from "../runs/table/runs-view.tsx";
import { SettingsView } from "../settings/settings-view.tsx";
import { connectStages } from "../stages/stages-actions.ts";
import { StagesRunPart } from "../stages/stages-run-part.tsx";
import { showStages, stagesStore } from "../stages/stages-store.ts";
import { StagesView } from "../stages/stages-view.tsx";
import { readCurves } from "../train/recorded-curves.ts";
import { TrainView } from "../train/train-view.tsx";
import { TrainingRunPart } from "../train/training-run-part.tsx";
import { restoreTraining, trainingStore } from "../train/training-store.ts";
import type { RunPartProps } from "../ui/run-part.ts";
import type { ViewId } from "./views.ts";

interface ViewPart {
  readonly View: ComponentType;
  /** Listens for what main tells it, from the start on. */
  readonly connect?: () => void;
}

/** What each view is made of; its name, place and buttons are in `VIEWS`. */
export const VIEW_PARTS: Readonly<Record<ViewId, ViewPart>> = {
  notebook: { View: LiveView, connect: connectLive },
  ladder: { View: LadderView, connect: connectLadder },
  initialise: { View: InitialiseView },
  stages: { View: StagesView, connect: connectStages },
  backward: { View: BackwardView },
  gradients: { View: GradientsView, connect: connectGradcheck },
  train: { View: TrainView },
  runs: { View: RunsView, connect: connectExchange },
  data: { View: DataView },
  diagnostics: { View: DiagnosticsView },
  settings: { View: SettingsView },
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
    Part: DocumentRunPart,
    // A notebook keeps its outputs itself; a run's text is made a notebook on the run's page.
    restore: () => Promise.resolve(),
  },
  ladder: {
    Part: LadderRunPart,
    restore: async (runId) => {
      const record = await ask(window.lab.ladderGet({ runId }));
      if (ladderStore.get().shown === null) showLadder(record);
    },
  },
  init: {
    Part: InitRunPart,
    restore: async (runId) => restoreInit((await ask(window.lab.initGet({ runId }))).report),
  },
  stages: {
    Part: StagesRunPart,
    restore: async (runId) => {
      const record = await ask(window.lab.stagesGet({ runId }));
      if (stagesStore.get().shown === null) showStages(record);
    },
  },
  gradcheck: {
    Part: GradcheckRunPart,
    restore: async (runId) => {
      const record = await ask(window.lab.gradcheckGet({ runId }));
      if (gradcheckStore.get().shown === null) showGradcheck(record);
    },
  },
  imported: {
    Part: ImportedRunPart,
    // No view takes it up: it is looked at on its page.
    restore: () => Promise.resolve(),
  },
  training: {
    Part: TrainingRunPart,
    restore: async (runId) => {
      if (trainingStore.get().log !== null) return;
      const curves = await readCurves(runId);
      if (curves.points.length === 0) throw new RangeError(`run ${runId} has no metrics`);
      // A training that was cut short has no report yet.
      const report = await ask(window.lab.trainingReport({ runId })).catch(() => null);
      const { events } = await ask(window.lab.runsGet({ runId }));
      restoreTraining(runId, curves, { histograms: report?.histograms ?? [], events });
    },
  },
};
