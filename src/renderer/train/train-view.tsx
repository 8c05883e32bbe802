import { useCallback, useMemo } from "react";
import type { Chart } from "chart.js";
import { ChartFigure } from "../charts/chart-figure.tsx";
import { lossFigure, lossSummary, refreshLoss } from "../charts/loss-figure.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import type { TrainingLog } from "../store/training-log.ts";
import { trainingStore } from "../store/training-store.ts";
import { Formula } from "../ui/formula.tsx";
import { ViewLayout } from "../ui/view-layout.tsx";
import { NumbersStrip } from "./numbers-strip.tsx";
import { TrainControls } from "./train-controls.tsx";
import { TrainOutcome } from "./train-outcome.tsx";
import classes from "./train-view.module.css";

export function TrainView() {
  const { log, version } = useStore(trainingStore);
  const running = useStore(
    labStore,
    ({ activity }) => activity?.kind === "training" && activity.runId === log?.runId,
  );
  return (
    <ViewLayout controls={<TrainControls />} controlsLabel="Training settings">
      <div className={classes["about"]}>
        <p>
          The notebook's network, 784 → 50 → 1 with relu − 0.5 and mean squared error, trained by stochastic
          gradient descent: every step takes the next batch of shuffled rows and moves each weight against its
          gradient.
        </p>
        <Formula source={String.raw`W \leftarrow W - \text{lr}\,\frac{\partial L}{\partial W}`} />
      </div>
      {log === null ? (
        <p className={classes["empty"]}>
          Nothing was trained yet. “Start training” at the left runs 3 epochs in a few seconds; the loss is
          drawn here while it falls.
        </p>
      ) : (
        <>
          <NumbersStrip numbers={log.numbers} running={running} />
          <TrainOutcome runId={log.runId} />
          <div className={classes["chart"]}>
            <LossChart log={log} version={version} />
          </div>
        </>
      )}
    </ViewLayout>
  );
}

function LossChart({ log, version }: { readonly log: TrainingLog; readonly version: number }) {
  const figure = useMemo(() => lossFigure(log), [log]);
  const refresh = useCallback((chart: Chart) => refreshLoss(chart, log), [log]);
  return (
    <ChartFigure
      figure={figure}
      toolsShown
      live={{ revision: version, refresh }}
      summary={lossSummary(log)}
    />
  );
}
