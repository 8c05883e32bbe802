import { Button } from "@mantine/core";
import { FileDown, Play } from "lucide-react";
import { useState } from "react";
import { showView } from "../app/views.ts";
import { useStore } from "../store/create-store.ts";
import { labStore, loadRuns } from "../store/lab-store.ts";
import { exportTimings } from "../store/save.ts";
import { EmptyState, ErrorNotice } from "../ui/notices.tsx";
import { PlainLayout } from "../ui/view-layout.tsx";
import { RunsTable } from "./runs-table.tsx";
import { selectRuns, useSelectedRuns } from "./selected-runs.ts";
import classes from "./runs.module.css";

const PAGE = 200;

export function RunsList() {
  const runs = useStore(labStore, (state) => state.runs);
  const failure = useStore(labStore, (state) => state.runsFailure);
  const selected = useSelectedRuns();
  const [shown, setShown] = useState(PAGE);
  if (failure !== null) {
    return (
      <PlainLayout>
        <ErrorNotice
          title="The saved runs could not be read"
          error={failure}
          onRetry={() => void loadRuns()}
        />
      </PlainLayout>
    );
  }
  if (runs === null) return <PlainLayout>Reading the saved runs…</PlainLayout>;
  if (runs.length === 0) {
    return (
      <PlainLayout>
        <EmptyState
          action={
            <Button
              leftSection={<Play size="1rem" aria-hidden="true" />}
              onClick={() => {
                showView("notebook");
              }}
            >
              Go to the notebook
            </Button>
          }
        >
          No run was saved yet: whatever you run in the notebook or train is kept here.
        </EmptyState>
      </PlainLayout>
    );
  }
  return (
    <PlainLayout>
      <div className={classes["tools"]}>
        <Button
          variant="default"
          leftSection={<FileDown size="1rem" aria-hidden="true" />}
          disabled={selected.size === 0}
          onClick={() => void exportTimings(runs.filter(({ id }) => selected.has(id)).map(({ id }) => id))}
        >
          Export timings as CSV
        </Button>
        <span className={classes["selection"]} role="status">
          {selected.size === 0
            ? `${runs.length} ${runs.length === 1 ? "run" : "runs"}; select some to export their timings, one row a sample`
            : `${selected.size} of ${runs.length} selected`}
        </span>
        {selected.size > 0 && (
          <Button variant="subtle" color="gray" onClick={() => selectRuns([])}>
            Select none
          </Button>
        )}
      </div>
      <RunsTable runs={runs.slice(0, shown)} />
      {runs.length > shown && (
        <Button variant="default" mt="sm" onClick={() => setShown(shown + PAGE)}>
          Show {Math.min(PAGE, runs.length - shown)} older runs
        </Button>
      )}
    </PlainLayout>
  );
}
