import { Button } from "@mantine/core";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { RunStatusBadge } from "../ui/run-status-badge.tsx";
import { resumeTraining } from "./training-actions.ts";
import { openRun } from "../store/open-run.ts";
import classes from "./train-view.module.css";

/** How the training ended, and the way to its record. */
export function TrainOutcome({ runId }: { readonly runId: string }) {
  const run = useStore(labStore, ({ runs }) => runs?.find(({ id }) => id === runId));
  if (run === undefined || run.status === "running") return null;
  return (
    <div className={classes["outcome"]}>
      <RunStatusBadge status={run.status} />
      <span>{run.name}</span>
      {run.failure !== null && <span>{run.failure}</span>}
      {run.status !== "finished" && (
        <Button size="xs" variant="default" onClick={() => void resumeTraining(runId)}>
          Resume
        </Button>
      )}
      <Button variant="subtle" onClick={() => openRun(runId)}>
        Open the run
      </Button>
    </div>
  );
}
