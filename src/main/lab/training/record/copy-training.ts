import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { Quantities, RunDetails } from "../../../../shared/runs/run-records.ts";
import type { Store } from "../../../store/store.ts";

/**
 * Copies a training that was cut short, with its points, events and checkpoints, to a run of another id that goes on in
 * its place: the one that was begun stays as it is.
 *
 * @throws {StoreError} @throws {Error} If its checkpoints cannot be copied.
 */
export function copyTraining(
  store: Store,
  { run, events }: Pick<RunDetails, "run" | "events">,
  copy: { readonly id: string; readonly machineId: string; readonly config: Quantities },
): void {
  const from = join(store.checkpointsFolder, run.id);
  if (existsSync(from)) cpSync(from, join(store.checkpointsFolder, copy.id), { recursive: true });
  const { kind, name, threads, rows, status } = run;
  store.createRun({ ...copy, kind, name, threads, rows, startedAt: new Date().toISOString() });
  store.addMetrics(copy.id, store.getMetrics(run.id));
  for (const event of events) store.addEvent(copy.id, event);
  store.finishRun(copy.id, {
    status: status === "running" || status === "finished" ? "interrupted" : status,
    summary: run.summary,
    failure: run.failure,
    finishedAt: run.finishedAt ?? new Date().toISOString(),
  });
}
