import type { Timing } from "../../../shared/runs/run-records.ts";
import { keptStatement, type Database } from "../open/database.ts";

interface TimingRow {
  readonly recordedOrder: number;
  readonly cellId: number | null;
  readonly stage: string;
  readonly pass: Timing["pass"];
  readonly sample: number;
  readonly ms: number | null;
  readonly warmup: number;
  readonly threads: number;
  readonly rows: number;
}

/** A timing with its place in the run and the cell it was measured in. */
export interface StoredTiming {
  readonly recordedOrder: number;
  readonly cellId: number | null;
  readonly timing: Timing;
}

function toStored({ recordedOrder, cellId, ms, warmup, ...rest }: TimingRow): StoredTiming {
  return { recordedOrder, cellId, timing: { ...rest, ms: ms ?? Number.NaN, warmup: warmup === 1 } };
}

/** One row a timing sample, in the order in which they were recorded. */
export class TimingTable {
  readonly #next;
  readonly #insert;
  readonly #page;

  constructor(db: Database) {
    this.#next = keptStatement<{ next: number }>(
      db,
      "SELECT coalesce(max(recorded_order) + 1, 0) AS next FROM timing WHERE run_id = ?",
    );
    this.#insert = keptStatement(
      db,
      `INSERT INTO timing (run_id, cell_id, recorded_order, stage, pass, sample, ms, warmup, threads, rows)
       VALUES (@runId, @cellId, @recordedOrder, @stage, @pass, @sample, @ms, @warmup, @threads, @rows)`,
    );
    this.#page = keptStatement<TimingRow>(
      db,
      `SELECT recorded_order AS recordedOrder, cell_id AS cellId, stage, pass, sample, ms, warmup, threads, rows
       FROM timing WHERE run_id = ? AND recorded_order > ? ORDER BY recorded_order LIMIT ?`,
    );
  }

  append(runId: string, cellId: number | null, timings: readonly Timing[]): void {
    let recordedOrder = this.#next().get(runId)?.next ?? 0;
    for (const timing of timings) {
      this.#insert().run({
        ...timing,
        runId,
        cellId,
        recordedOrder: recordedOrder++,
        warmup: timing.warmup ? 1 : 0,
      });
    }
  }

  /** At most `limit` timings of the run after the position `after`; −1 starts at the first. */
  page(runId: string, after: number, limit: number): StoredTiming[] {
    return this.#page().all(runId, after, limit).map(toStored);
  }

  ofRun(runId: string): StoredTiming[] {
    return this.page(runId, -1, Number.MAX_SAFE_INTEGER);
  }
}
