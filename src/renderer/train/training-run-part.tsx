import { Button } from "@mantine/core";
import { CopyPlus, RotateCcw } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { RunPartProps } from "../ui/run-part.ts";
import { useAnswer } from "../bridge/use-answer.ts";
import { showView } from "../app/views.ts";
import { LearnedPart } from "./learned/learned-part.tsx";
import { useStore } from "../store/create-store.ts";
import { ExportTrainingMenu } from "../exchange/export-training-menu.tsx";
import { labStore, showFailure } from "../store/lab-store.ts";
import { resumeTraining } from "./training-actions.ts";
import { NO_CURVES, readCurves, type RecordedCurves } from "./recorded-curves.ts";
import { TrainingLog } from "./training-log.ts";
import { OverfitVerdict } from "./overfit-verdict.tsx";
import { TrainCharts } from "./train-charts.tsx";
import { parseSpecText, showSpec } from "./train-form.ts";
import part from "../ui/run-part.module.css";

/** The run's metrics, read again when its status changes; null until they are there. */
function useCurves(runId: string, status: string): RecordedCurves | null {
  const [curves, setCurves] = useState<RecordedCurves | null>(null);
  useEffect(() => {
    let current = true;
    readCurves(runId).then(
      (read) => current && setCurves(read),
      (error: unknown) => showFailure("The metrics could not be read", error),
    );
    return () => {
      current = false;
    };
  }, [runId, status]);
  return curves;
}

/** A training's charts, what happened to it, what it learned, and the ways to go on with it. */
export function TrainingRunPart({ details }: RunPartProps) {
  const { run, events } = details;
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  const input = useMemo(() => ({ runId: run.id }), [run.id]);
  const report = useAnswer(window.lab.trainingReport, input, run.status, 0);
  const histograms = report.kind === "known" ? report.value.histograms : null;
  const curves = useCurves(run.id, run.status);
  const log = useMemo(() => {
    const recorded = new TrainingLog(run.id);
    recorded.load(curves ?? NO_CURVES);
    for (const event of events) recorded.addEvent(event);
    for (const histogram of histograms ?? []) recorded.addHistogram(histogram);
    return recorded;
  }, [run.id, curves, histograms, events]);
  const spec = run.config["spec"];
  const perEpoch = Math.ceil(run.rows / Number(run.config["batchSize"]));
  const asNew = (): void => {
    try {
      showSpec(parseSpecText(typeof spec === "string" ? spec : ""), "own");
      showView("train");
    } catch (error) {
      showFailure("The settings could not be taken over", error);
    }
  };
  return (
    <>
      <div className={part["tools"]}>
        <Button
          variant="default"
          size="xs"
          leftSection={<CopyPlus size="0.875rem" aria-hidden="true" />}
          onClick={asNew}
        >
          New experiment with these settings
        </Button>
        {run.status !== "finished" && run.status !== "running" && (
          <Button
            variant="default"
            size="xs"
            leftSection={<RotateCcw size="0.875rem" aria-hidden="true" />}
            disabled={busy}
            onClick={() => {
              showView("train");
              void resumeTraining(run.id);
            }}
          >
            Resume
          </Button>
        )}
        <ExportTrainingMenu training={{ runId: run.id }} />
      </div>
      <OverfitVerdict run={run} log={log} />
      <section className={part["part"]}>
        <TrainCharts log={log} stepsPerEpoch={Number.isNaN(perEpoch) ? null : perEpoch} />
      </section>
      {run.status !== "running" && <LearnedPart runId={run.id} key={run.id} />}
    </>
  );
}
