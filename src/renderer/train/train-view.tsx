import { Fragment, useEffect } from "react";
import { firstSpec } from "../../shared/specs/first-spec.ts";
import { loadDatasets, trainRequestStore } from "../store/datasets-store.ts";
import { useStore } from "../store/create-store.ts";
import { labStore, showFailure } from "../store/lab-store.ts";
import { trainingStateStore, trainingStore } from "./training-store.ts";
import { LivePictures } from "./learned/plane-pictures.tsx";
import { LearnedPart } from "./learned/learned-part.tsx";
import { Interrupted } from "./interrupted.tsx";
import { Formula } from "../ui/formula.tsx";
import { NoResultYet } from "../ui/notices.tsx";
import { ViewLayout } from "../ui/view-layout.tsx";
import { LrSearchPart } from "./lr-search.tsx";
import { ModelBuilder } from "./model-builder.tsx";
import { NumbersStrip } from "./numbers-strip.tsx";
import { OverfitVerdict } from "./overfit-verdict.tsx";
import { ClusterSweeps } from "./cluster-sweeps.tsx";
import { QueueList } from "./queue-list.tsx";
import { SweepForm } from "./sweep-form.tsx";
import { TrainCharts } from "./train-charts.tsx";
import { TrainControls } from "./train-controls.tsx";
import { StartTraining } from "./start-training.tsx";
import { showSpec, useTrainForm } from "./train-form.ts";
import { TrainLive } from "./train-live.tsx";
import { TrainOutcome } from "./train-outcome.tsx";

export function TrainView() {
  const form = useTrainForm();
  const requested = useStore(trainRequestStore);
  useEffect(() => void loadDatasets(), []);
  useEffect(() => {
    if (requested === null) return;
    trainRequestStore.set(null);
    try {
      showSpec(firstSpec(requested), "own");
    } catch (error) {
      showFailure(`${requested.title} cannot be trained on`, error);
    }
  }, [requested]);
  return (
    <ViewLayout controls={<TrainControls />} controlsLabel="Training settings">
      <Interrupted />
      <ModelBuilder form={form} />
      <SweepForm form={form} />
      <ClusterSweeps />
      <QueueList />
      <LrSearchPart form={form} />
      <Training />
    </ViewLayout>
  );
}

/** The training that is on or was on last. */
function Training() {
  const log = useStore(trainingStore);
  const run = useStore(labStore, ({ runs }) => runs?.find(({ id }) => id === log?.runId));
  const stepsPerEpoch = useStore(trainingStateStore, (state) => state?.stepsPerEpoch ?? null);
  if (log === null) {
    return (
      <>
        <NoResultYet action={<StartTraining />}>
          Nothing was trained yet. The chosen preset runs in a few seconds; the loss and what happens in every
          layer are drawn here while it learns.
        </NoResultYet>
        <Formula source={String.raw`W \leftarrow W - \text{lr}\,\frac{\partial L}{\partial W}`} />
      </>
    );
  }
  const perEpoch = stepsPerEpoch ?? stepsPerEpochOf(run?.config);
  return (
    <>
      <TrainLive />
      <LivePictures runId={log.runId} />
      <NumbersStrip log={log} />
      <TrainOutcome runId={log.runId} />
      {run !== undefined && <OverfitVerdict run={run} log={log} />}
      {/* One key for both: two siblings with the same one, and React forgets the first without taking it away. */}
      <Fragment key={log.runId}>
        <TrainCharts log={log} stepsPerEpoch={perEpoch} />
        {run !== undefined && run.status !== "running" && <LearnedPart runId={run.id} />}
      </Fragment>
    </>
  );
}

function stepsPerEpochOf(config: Readonly<Record<string, unknown>> | undefined): number | null {
  const [rows, batchSize] = [config?.["rows"], config?.["batchSize"]];
  return typeof rows === "number" && typeof batchSize === "number" ? Math.ceil(rows / batchSize) : null;
}
