import { Button } from "@mantine/core";
import { counted } from "../../core/counted.ts";
import { LADDER_PRESETS, type LadderSettings } from "../../shared/experiments/ladder.ts";
import { formatDate, formatExactDate } from "../../shared/format/date.ts";
import { openRun } from "../store/open-run.ts";
import { RunStatusBadge } from "../ui/run-status-badge.tsx";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import type { ShownLadder } from "./ladder-store.ts";
import { LadderExport } from "./ladder-export.tsx";
import { shapeText } from "./ladder-results.ts";
import { LadderParts } from "./ladder-parts.tsx";
import { MeasuredHow } from "./measured-how.tsx";
import classes from "./ladder-view.module.css";

interface LadderHeadProps {
  readonly shown: ShownLadder;
  readonly running: boolean;
}

/** Which ladder this is, how it ended, and the ways to keep it. */
export function LadderHead({ shown: { runId, settings, record, results }, running }: LadderHeadProps) {
  const run = useStore(labStore, ({ runs }) => runs?.find(({ id }) => id === runId));
  const status = running ? "running" : run?.status;
  return (
    <>
      <div className={classes["head"]}>
        <h2>{ladderTitle(settings)}</h2>
        {status !== undefined && <RunStatusBadge status={status} />}
        {run !== undefined && (
          <span className={classes["quiet"]} title={formatExactDate(run.startedAt)}>
            {formatDate(run.startedAt)}
          </span>
        )}
        <span className={classes["tools"]}>
          <LadderExport runId={runId} disabled={running || results.length === 0} />
          <Button variant="subtle" onClick={() => openRun(runId)}>
            Open the run
          </Button>
        </span>
      </div>
      {run?.failure !== null && run?.failure !== undefined && (
        <p className={classes["failure"]}>{run.failure}</p>
      )}
      <LadderParts />
      <MeasuredHow settings={settings} record={record} />
    </>
  );
}

function ladderTitle({ preset, shape, threads }: LadderSettings): string {
  const workers = counted(threads, "thread");
  if (preset === "custom") return `${shapeText(shape)}, ${workers}`;
  const { title } = LADDER_PRESETS[preset];
  return preset === "square" ? `${title}, ${workers}` : `${title}, ${shapeText(shape)}, ${workers}`;
}
