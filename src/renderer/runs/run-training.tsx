import { Button } from "@mantine/core";
import { CopyPlus, RotateCcw } from "lucide-react";
import { useMemo } from "react";
import type { RunDetails } from "../../shared/run-records.ts";
import { useAnswer } from "../bridge/use-answer.ts";
import { showView } from "../app/views.ts";
import { formatExactDate } from "../format/date.ts";
import { formatNumber } from "../format/number.ts";
import { LearnedPart } from "../learned/learned-part.tsx";
import { useStore } from "../store/create-store.ts";
import { labStore, showFailure } from "../store/lab-store.ts";
import { copyText } from "../store/save.ts";
import { resumeTraining } from "../store/training-actions.ts";
import { TrainingLog } from "../store/training-log.ts";
import { TrainCharts } from "../train/train-charts.tsx";
import { parseSpecText, showSpec } from "../train/train-form.ts";
import classes from "./runs.module.css";

const RECORDED = 1;

/** A training's charts, what happened to it, what it learned, and the ways to go on with it. */
export function RunTraining({ details }: { readonly details: RunDetails }) {
  const { run, metrics, events } = details;
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  const input = useMemo(() => ({ runId: run.id }), [run.id]);
  const report = useAnswer(window.lab.trainingReport, input, run.status);
  const histograms = report.kind === "known" ? report.value.histograms : null;
  const log = useMemo(() => {
    const recorded = new TrainingLog(run.id);
    recorded.append(metrics);
    for (const histogram of histograms ?? []) recorded.addHistogram(histogram);
    return recorded;
  }, [run.id, metrics, histograms]);
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
      <div className={classes["head"]}>
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
        <Button
          variant="default"
          size="xs"
          disabled={typeof spec !== "string"}
          onClick={() => void copyText("Spec", typeof spec === "string" ? spec : "")}
        >
          Copy the spec for `lab train`
        </Button>
      </div>
      {events.length > 0 && (
        <section className={classes["part"]}>
          <h3>What happened</h3>
          <ol className={classes["events"]}>
            {events.map(({ at, step, kind, text }, index) => (
              <li key={index}>
                <span className="mono">{formatExactDate(at)}</span>{" "}
                {step === null ? "" : `step ${formatNumber(step)}: `}
                <strong>{kind}</strong> {text}
              </li>
            ))}
          </ol>
        </section>
      )}
      <section className={classes["part"]}>
        <TrainCharts log={log} version={RECORDED} stepsPerEpoch={Number.isNaN(perEpoch) ? null : perEpoch} />
      </section>
      {run.status !== "running" && <LearnedPart runId={run.id} cutShort={run.status !== "finished"} />}
    </>
  );
}
