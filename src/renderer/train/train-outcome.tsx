import { Button } from "@mantine/core";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { RunStatusBadge } from "../ui/run-status-badge.tsx";
import { isAskedAbout } from "./interrupted.tsx";
import { resumeTraining } from "./training-actions.ts";
import { openRun } from "../store/open-run.ts";
import classes from "./train-view.module.css";

/** How the training ended, and the way to its record. */
export function TrainOutcome({ runId }: { readonly runId: string }) {
  const runs = useStore(labStore, (state) => state.runs) ?? [];
  const run = runs.find(({ id }) => id === runId);
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  if (run === undefined || run.status === "running") return null;
  // One that is asked about stands above the settings, with the same button.
  const resumable = run.status !== "finished" && !isAskedAbout(runId, runs);
  return (
    <div className={classes["outcome"]}>
      <RunStatusBadge status={run.status} />
      <span>{run.name}</span>
      {run.failure !== null && <span>{run.failure}</span>}
      {resumable && (
        <Button size="xs" variant="default" disabled={busy} onClick={() => void resumeTraining(runId)}>
          Resume
        </Button>
      )}
      <Button variant="subtle" onClick={() => openRun(runId)}>
        Open the run
      </Button>
    </div>
  );
}
