import type { RunEvent } from "../../../shared/runs/run-records.ts";
import { keptStatement, type Database } from "../open/database.ts";

/** One row for each thing that happened to a run, in order. */
export class EventTable {
  readonly #insert;
  readonly #select;

  constructor(db: Database) {
    this.#insert = keptStatement(
      db,
      "INSERT INTO event (run_id, at, step, kind, text) VALUES (@runId, @at, @step, @kind, @text)",
    );
    this.#select = keptStatement<RunEvent>(
      db,
      "SELECT at, step, kind, text FROM event WHERE run_id = ? ORDER BY id",
    );
  }

  append(runId: string, event: RunEvent): void {
    this.#insert().run({ ...event, runId });
  }

  ofRun(runId: string): RunEvent[] {
    return this.#select().all(runId);
  }
}
