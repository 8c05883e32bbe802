import { Button } from "@mantine/core";
import { counted } from "../../core/counted.ts";
import type { RunSummary } from "../../shared/runs/run-records.ts";
import { formatDate } from "../../shared/format/date.ts";
import { keepRun, trashRuns } from "../store/change-runs.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { openTable } from "../store/open-run.ts";
import { resumeTraining } from "./training-actions.ts";
import classes from "./train-view.module.css";

/** More would push the settings out of sight. */
const MOST_SHOWN = 3;
const QUERY = "kind:training status:interrupted -is:kept";

/** Trainings that were cut short and that nobody has decided about, the newest first. */
function undecided(runs: readonly RunSummary[]): readonly RunSummary[] {
  return runs.filter(
    ({ kind, status, keptAt, archivedAt }) =>
      kind === "training" && status === "interrupted" && keptAt === null && archivedAt === null,
  );
}

/** Whether a training is asked about above the settings. */
export const isAskedAbout = (runId: string, runs: readonly RunSummary[]): boolean =>
  undecided(runs)
    .slice(0, MOST_SHOWN)
    .some(({ id }) => id === runId);

/** Trainings that a crash or a restart has cut short: named, with the way to go on, to keep and to delete. */
export function Interrupted() {
  const cut = undecided(useStore(labStore, (state) => state.runs) ?? []);
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  if (cut.length === 0) return null;
  const more = cut.length - MOST_SHOWN;
  return (
    <div className={classes["interrupted"]} role="status">
      {cut.slice(0, MOST_SHOWN).map(({ id, name, startedAt }) => (
        <div key={id} className={classes["row"]} role="group" aria-label={`Interrupted run ${id}`}>
          <span>
            Interrupted: <strong>{name}</strong>, started {formatDate(startedAt)} ({id})
          </span>
          <Button size="xs" disabled={busy} onClick={() => void resumeTraining(id)}>
            Resume
          </Button>
          <Button
            size="xs"
            variant="default"
            title="It stays with what it had, and is not asked about any more"
            onClick={() => void keepRun(id)}
          >
            Keep as it is
          </Button>
          <Button size="xs" variant="subtle" color="gray" onClick={() => void trashRuns([id])}>
            Delete
          </Button>
        </div>
      ))}
      {more > 0 && (
        <div className={classes["row"]}>
          <span>And {counted(more, "more interrupted training")}.</span>
          <Button size="xs" variant="default" onClick={() => openTable(QUERY)}>
            Show all in Runs
          </Button>
        </div>
      )}
    </div>
  );
}
