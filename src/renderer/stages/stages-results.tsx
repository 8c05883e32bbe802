import { Button } from "@mantine/core";
import { useMemo } from "react";
import { counted } from "../../core/counted.ts";
import type { StageDescription } from "../../shared/experiments/stages.ts";
import { ChartFigure } from "../charts/kit/chart-figure.tsx";
import { formatDate, formatExactDate } from "../../shared/format/date.ts";
import { openRun } from "../store/open-run.ts";
import { conditionFacts } from "../ui/condition-facts.ts";
import { FactList } from "../ui/fact-list.tsx";
import { ReadingNotes } from "../ui/reading-notes.tsx";
import { RunStatusBadge } from "../ui/run-status-badge.tsx";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { exportRuns } from "../store/save.ts";
import { stagesStore, type ShownStages } from "./stages-store.ts";
import { AgreementPart } from "./agreement-part.tsx";
import { GainsPart } from "./gains-part.tsx";
import { stagesFigure } from "./stages-figure.ts";
import classes from "./stages-view.module.css";

interface StagesResultsProps {
  readonly shown: ShownStages;
  readonly running: boolean;
}

const NONE: readonly StageDescription[] = [];

/** Stages that run or ran: their times, what the differences mean, and whether they agree. */
export function StagesResults({ shown, running }: StagesResultsProps) {
  const stages = useStore(stagesStore, (state) => state.stages) ?? NONE;
  const { record, results } = shown;
  const figure = useMemo(() => stagesFigure(stages, results), [stages, results]);
  const timed = results.some(({ status }) => status === "measured");
  const report = running ? null : (record?.report ?? null);
  return (
    <>
      <StagesHead shown={shown} running={running} />
      <ReadingNotes warnings={report?.conditions?.warnings ?? []} />
      {timed && (
        <div className={classes["chart"]} data-chart="stages">
          <ChartFigure figure={figure} toolsShown />
        </div>
      )}
      {report !== null && report.gains.length > 0 && <GainsPart gains={report.gains} />}
      {report !== null && report.pairs.length > 0 && <AgreementPart report={report} stages={stages} />}
    </>
  );
}

function StagesHead({ shown: { runId, settings, results, record }, running }: StagesResultsProps) {
  const run = useStore(labStore, ({ runs }) => runs?.find(({ id }) => id === runId));
  const status = running ? "running" : run?.status;
  const { rows, threads, samples } = settings;
  const conditions = record?.report.conditions ?? null;
  return (
    <>
      <div className={classes["head"]}>
        <h2>
          Stages on {counted(rows, "row")}, {counted(threads, "thread")}, {counted(samples, "sample")}
        </h2>
        {status !== undefined && <RunStatusBadge status={status} />}
        {run !== undefined && (
          <span className={classes["quiet"]} title={formatExactDate(run.startedAt)}>
            {formatDate(run.startedAt)}
          </span>
        )}
        <span className={classes["tools"]}>
          <Button
            variant="default"
            disabled={running || results.length === 0}
            onClick={() => void exportRuns("timings", [runId])}
          >
            Samples as CSV
          </Button>
          <Button variant="subtle" onClick={() => openRun(runId)}>
            Open the run
          </Button>
        </span>
      </div>
      {run?.failure !== null && run?.failure !== undefined && (
        <p className={classes["failure"]}>{run.failure}</p>
      )}
      <details className={classes["how"]}>
        <summary>How the stages are measured</summary>
        <ul className={classes["method"]}>
          <li>All stages compute the same rows with the same Kaiming weights; no relu is shifted.</li>
          <li>
            Two calls warm up. Then the forward pass alone, both passes with the clock read between them, and
            both in one go are each called as often as there are samples; a worker reads the clock once all
            have arrived.
          </li>
          <li>
            Processor time is that of the whole process while a dispatch lasts, a call; that of the backward
            pass is a difference.
          </li>
          <li>
            Peak bytes are what a stage allocates besides data and weights: activations, gradients, partial
            sums, and scratch of each worker.
          </li>
          <li>
            A share of the processor that other programs take shows in the spread, not in the median, unless
            it lasts.
          </li>
        </ul>
        {conditions !== null && (
          <div className={classes["conditions"]}>
            <FactList title="Conditions" facts={conditionFacts(conditions)} />
          </div>
        )}
      </details>
    </>
  );
}
