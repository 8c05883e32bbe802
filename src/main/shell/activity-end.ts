import type { Activity } from "../../shared/ipc/ipc-contract.ts";
import type { RunStatus } from "../../shared/runs/run-records.ts";
import type { LabEvent } from "../lab/activity/experiment.ts";

/** An activity that is over, and how its run ended; work that leaves no run just ends. */
export interface EndedActivity {
  readonly activity: Activity;
  readonly status: RunStatus | null;
}

/** Hears what the lab tells. @returns for each event the activity that it ended, or null. */
export function activityEnds(): (event: LabEvent) => EndedActivity | null {
  let current: Activity | null = null;
  let status: RunStatus | null = null;
  return (event) => {
    // Other runs change too while one is on: they are imported, named, moved to the trash.
    if (event.name === "runChanged" && event.payload.id === current?.runId) status = event.payload.status;
    if (event.name !== "activityChanged") return null;
    const before = current;
    current = event.payload;
    if (current !== null && before !== null) return null;
    const ended = before === null ? null : { activity: before, status };
    status = null;
    return ended;
  };
}
