import type * as v from "valibot";
import { keptStatement, type Database } from "../open/database.ts";
import { fromJsonColumn, toJsonColumn } from "./json-column.ts";

/** One document a run: what its experiment found. */
export class ReportTable {
  readonly #save;
  readonly #select;

  readonly #network;

  constructor(db: Database) {
    this.#save = keptStatement(
      db,
      `INSERT INTO report VALUES (@runId, @report)
       ON CONFLICT (run_id) DO UPDATE SET report = excluded.report`,
    );
    this.#select = keptStatement<{ report: string }>(db, "SELECT report FROM report WHERE run_id = ?");
    this.#network = keptStatement<{ network: string | null }>(
      db,
      "SELECT json_extract(report, '$.settings.network') AS network FROM report WHERE run_id = ?",
    );
  }

  save(runId: string, report: unknown): void {
    this.#save().run({ runId, report: toJsonColumn(report) });
  }

  has(runId: string): boolean {
    return this.#select().get(runId) !== undefined;
  }

  /** The spec of the network that a report is about, as JSON; null where it is about none. */
  networkOf(runId: string): string | null {
    return this.#network().get(runId)?.network ?? null;
  }

  /** Undefined when the run has no report. */
  ofRun<S extends v.GenericSchema>(runId: string, schema: S): v.InferOutput<S> | undefined {
    const row = this.#select().get(runId);
    return row === undefined ? undefined : fromJsonColumn(schema, row.report, `The report of run ${runId}`);
  }
}
