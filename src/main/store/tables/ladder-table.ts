import * as v from "valibot";
import {
  ladderRecordSchema,
  rungResultSchema,
  type LadderRecord,
  type LadderSample,
  type RungResult,
} from "../../../shared/experiments/ladder.ts";
import { keptStatement, type Database } from "../open/database.ts";
import { fromJsonColumn, toJsonColumn } from "./json-column.ts";

/** A ladder without its rungs. */
export type LadderFrame = Pick<LadderRecord, "settings" | "conditions" | "limits">;

interface FrameRow {
  readonly settings: string;
  readonly conditions: string;
  readonly limits: string;
}

interface RungRow {
  readonly id: number;
  readonly rung: string;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly threads: number;
  readonly status: RungResult["status"];
  readonly result: string;
}

interface SampleRow {
  readonly order: number;
  readonly ms: number | null;
  readonly cold: number;
  readonly outlier: number;
}

/** These have columns of their own, the samples a table. */
const storedResultSchema = v.omit(rungResultSchema, ["rung", "shape", "threads", "status", "samples"]);
const { settings, conditions, limits } = ladderRecordSchema.entries;

/** What a ladder ran with and on, one row a rung, and one row a sample. */
export class LadderTable {
  readonly #saveFrame;
  readonly #selectFrame;
  readonly #nextPosition;
  readonly #deleteShape;
  readonly #insertRung;
  readonly #selectRungs;
  readonly #insertSample;
  readonly #selectSamples;

  constructor(db: Database) {
    this.#saveFrame = keptStatement(
      db,
      `INSERT INTO ladder VALUES (@runId, @settings, @conditions, @limits)
       ON CONFLICT (run_id) DO UPDATE SET conditions = excluded.conditions, limits = excluded.limits`,
    );
    this.#selectFrame = keptStatement<FrameRow>(
      db,
      "SELECT settings, conditions, limits FROM ladder WHERE run_id = ?",
    );
    this.#nextPosition = keptStatement<{ next: number }>(
      db,
      "SELECT coalesce(max(position) + 1, 0) AS next FROM rung WHERE run_id = ?",
    );
    this.#deleteShape = keptStatement(
      db,
      "DELETE FROM rung WHERE run_id = @runId AND m = @m AND k = @k AND n = @n",
    );
    this.#insertRung = keptStatement(
      db,
      `INSERT INTO rung (run_id, position, rung, m, k, n, threads, status, result)
       VALUES (@runId, @position, @rung, @m, @k, @n, @threads, @status, @result)`,
    );
    this.#selectRungs = keptStatement<RungRow>(
      db,
      "SELECT id, rung, m, k, n, threads, status, result FROM rung WHERE run_id = ? ORDER BY position",
    );
    this.#insertSample = keptStatement(
      db,
      `INSERT INTO rung_sample (rung_id, measured_order, ms, cold, outlier)
       VALUES (@rungId, @order, @ms, @cold, @outlier)`,
    );
    this.#selectSamples = keptStatement<SampleRow>(
      db,
      `SELECT measured_order AS "order", ms, cold, outlier FROM rung_sample WHERE rung_id = ?
       ORDER BY measured_order`,
    );
  }

  saveFrame(runId: string, frame: LadderFrame): void {
    this.#saveFrame().run({
      runId,
      settings: toJsonColumn(frame.settings),
      conditions: toJsonColumn(frame.conditions),
      limits: toJsonColumn(frame.limits),
    });
  }

  /** In place of what is there at the results' shapes. */
  replace(runId: string, results: readonly RungResult[]): void {
    for (const { shape } of results) this.#deleteShape().run({ runId, ...shape });
    let position = this.#nextPosition().get(runId)?.next ?? 0;
    for (const { rung, shape, threads, status, samples, ...result } of results) {
      const { lastInsertRowid } = this.#insertRung().run({
        runId,
        position: position++,
        rung,
        ...shape,
        threads,
        status,
        result: toJsonColumn(result),
      });
      for (const { order, ms, cold, outlier } of samples) {
        this.#insertSample().run({
          rungId: Number(lastInsertRowid),
          order,
          ms,
          cold: cold ? 1 : 0,
          outlier: outlier ? 1 : 0,
        });
      }
    }
  }

  has(runId: string): boolean {
    return this.#selectFrame().get(runId) !== undefined;
  }

  /** Undefined when the run has no ladder. */
  ofRun(runId: string): (LadderFrame & Pick<LadderRecord, "rungs">) | undefined {
    const row = this.#selectFrame().get(runId);
    if (row === undefined) return undefined;
    return {
      settings: fromJsonColumn(settings, row.settings, `The settings of ladder ${runId}`),
      conditions: fromJsonColumn(conditions, row.conditions, `The conditions of ladder ${runId}`),
      limits: fromJsonColumn(limits, row.limits, `The limits of ladder ${runId}`),
      rungs: this.#selectRungs()
        .all(runId)
        .map((rung) => this.#toResult(rung, runId)),
    };
  }

  #toResult({ id, rung, m, k, n, threads, status, result }: RungRow, runId: string): RungResult {
    const where = `Rung ${rung} of ladder ${runId}`;
    return {
      ...fromJsonColumn(storedResultSchema, result, where),
      rung: v.parse(rungResultSchema.entries.rung, rung),
      shape: { m, k, n },
      threads,
      status,
      samples: this.#selectSamples()
        .all(id)
        .map(({ order, ms, cold, outlier }): LadderSample => ({
          order,
          ms: ms ?? NaN,
          cold: cold === 1,
          outlier: outlier === 1,
        })),
    };
  }
}
