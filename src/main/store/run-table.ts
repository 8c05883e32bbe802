import { quantitiesSchema, type RunKind, type RunStatus, type RunSummary } from "../../shared/run-records.ts";
import { keptStatement, type Database } from "./database.ts";
import { fromJsonColumn, toJsonColumn } from "./json-column.ts";

interface RunRow {
  readonly id: string;
  readonly kind: RunKind;
  readonly name: string;
  readonly status: RunStatus;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly threads: number;
  readonly rows: number;
  readonly machineId: string;
  readonly config: string;
  readonly summary: string;
  readonly failure: string | null;
}

const SELECT = `SELECT id, kind, name, status, started_at AS startedAt, finished_at AS finishedAt, threads, rows,
  machine_id AS machineId, config, summary, failure FROM run`;

function toRun(row: RunRow): RunSummary {
  return {
    ...row,
    config: fromJsonColumn(quantitiesSchema, row.config, `The settings of run ${row.id}`),
    summary: fromJsonColumn(quantitiesSchema, row.summary, `The summary of run ${row.id}`),
  };
}

/** One row a run; what was recorded under it is in the other tables. */
export class RunTable {
  readonly #insert;
  readonly #update;
  readonly #interrupt;
  readonly #select;
  readonly #selectAll;
  readonly #count;

  constructor(db: Database) {
    this.#insert = keptStatement(
      db,
      `INSERT INTO run VALUES (@id, @kind, @name, @status, @startedAt, @finishedAt, @threads, @rows, @machineId,
         @config, @summary, @failure)`,
    );
    this.#update = keptStatement(
      db,
      `UPDATE run SET status = @status, finished_at = @finishedAt, summary = @summary, failure = @failure
       WHERE id = @id`,
    );
    this.#interrupt = keptStatement(
      db,
      "UPDATE run SET status = 'interrupted', failure = ? WHERE status = 'running'",
    );
    this.#select = keptStatement<RunRow>(db, `${SELECT} WHERE id = ?`);
    this.#selectAll = keptStatement<RunRow>(db, `${SELECT} ORDER BY started_at DESC, id DESC`);
    this.#count = keptStatement<{ n: number }>(db, "SELECT count(*) AS n FROM run");
  }

  insert(run: RunSummary): void {
    this.#insert().run({ ...run, config: toJsonColumn(run.config), summary: toJsonColumn(run.summary) });
  }

  /** Changes how the run ended, or that it goes on. */
  update({ id, status, finishedAt, summary, failure }: RunSummary): void {
    this.#update().run({ id, status, finishedAt, summary: toJsonColumn(summary), failure });
  }

  /** @returns how many runs were running. */
  interruptRunning(failure: string): number {
    return this.#interrupt().run(failure).changes;
  }

  find(id: string): RunSummary | undefined {
    const row = this.#select().get(id);
    return row === undefined ? undefined : toRun(row);
  }

  /** Newest first. */
  list(): RunSummary[] {
    return this.#selectAll().all().map(toRun);
  }

  count(): number {
    return this.#count().get()?.n ?? 0;
  }
}
