import type { GradientCheck } from "../../../shared/runs/run-records.ts";
import { keptStatement, type Database } from "../open/database.ts";

interface GradientCheckRow {
  readonly cellId: number | null;
  readonly stage: string;
  readonly reference: GradientCheck["reference"];
  readonly tensor: string;
  readonly coordinates: number;
  readonly allclose: number;
  readonly maxAbs: number | null;
  readonly relMax: number | null;
  readonly relNorm: number | null;
  readonly hiddenByAtol: number | null;
  readonly kinks: number;
  readonly passed: number;
  readonly reason: string;
}

/** A gradient check with the cell it belongs to. */
export interface StoredGradientCheck {
  readonly cellId: number | null;
  readonly check: GradientCheck;
}

function toStored({ cellId, ...row }: GradientCheckRow): StoredGradientCheck {
  return {
    cellId,
    check: {
      ...row,
      allclose: row.allclose === 1,
      maxAbs: row.maxAbs ?? Number.NaN,
      relMax: row.relMax ?? Number.NaN,
      relNorm: row.relNorm ?? Number.NaN,
      hiddenByAtol: row.hiddenByAtol ?? Number.NaN,
      passed: row.passed === 1,
    },
  };
}

/** One row a stage, reference and tensor, in the order in which they were recorded. */
export class GradientCheckTable {
  readonly #next;
  readonly #insert;
  readonly #select;

  constructor(db: Database) {
    this.#next = keptStatement<{ next: number }>(
      db,
      "SELECT coalesce(max(recorded_order) + 1, 0) AS next FROM gradient_check WHERE run_id = ?",
    );
    this.#insert = keptStatement(
      db,
      `INSERT INTO gradient_check (run_id, cell_id, recorded_order, stage, reference, tensor, coordinates, allclose,
         max_abs, rel_max, rel_norm, hidden_by_atol, kinks, passed, reason)
       VALUES (@runId, @cellId, @recordedOrder, @stage, @reference, @tensor, @coordinates, @allclose,
         @maxAbs, @relMax, @relNorm, @hiddenByAtol, @kinks, @passed, @reason)`,
    );
    this.#select = keptStatement<GradientCheckRow>(
      db,
      `SELECT cell_id AS cellId, stage, reference, tensor, coordinates, allclose, max_abs AS maxAbs,
         rel_max AS relMax, rel_norm AS relNorm, hidden_by_atol AS hiddenByAtol, kinks, passed, reason
       FROM gradient_check WHERE run_id = ? ORDER BY recorded_order`,
    );
  }

  append(runId: string, cellId: number | null, checks: readonly GradientCheck[]): void {
    let recordedOrder = this.#next().get(runId)?.next ?? 0;
    for (const check of checks) {
      this.#insert().run({
        ...check,
        runId,
        cellId,
        recordedOrder: recordedOrder++,
        allclose: check.allclose ? 1 : 0,
        passed: check.passed ? 1 : 0,
      });
    }
  }

  ofRun(runId: string): StoredGradientCheck[] {
    return this.#select().all(runId).map(toStored);
  }
}
