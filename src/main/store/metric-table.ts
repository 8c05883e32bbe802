import type { MetricPoint } from "../../shared/run-records.ts";
import { keptStatement, type Database } from "./database.ts";

interface MetricRow {
  readonly name: string;
  readonly step: number;
  readonly epoch: number | null;
  readonly value: number | null;
  readonly wallMs: number | null;
}

function toMetric({ name, step, epoch, value, wallMs }: MetricRow): MetricPoint {
  return { name, step, epoch: epoch ?? Number.NaN, value: value ?? Number.NaN, wallMs: wallMs ?? Number.NaN };
}

/** One row a point of a curve, in the order in which they were recorded. */
export class MetricTable {
  readonly #insert;
  readonly #select;
  readonly #selectNamed;
  readonly #dropAfter;
  readonly #dropAt;

  constructor(db: Database) {
    this.#insert = keptStatement(
      db,
      `INSERT INTO metric (run_id, name, step, epoch, value, wall_ms)
       VALUES (@runId, @name, @step, @epoch, @value, @wallMs)`,
    );
    this.#select = keptStatement<MetricRow>(
      db,
      "SELECT name, step, epoch, value, wall_ms AS wallMs FROM metric WHERE run_id = ? ORDER BY id",
    );
    this.#selectNamed = keptStatement<MetricRow>(
      db,
      `SELECT name, step, epoch, value, wall_ms AS wallMs FROM metric WHERE run_id = ? AND name = ? ORDER BY id`,
    );
    this.#dropAfter = keptStatement(db, "DELETE FROM metric WHERE run_id = ? AND step > ?");
    this.#dropAt = keptStatement(db, "DELETE FROM metric WHERE run_id = ? AND step = ? AND name = ?");
  }

  ofName(runId: string, name: string): MetricPoint[] {
    return this.#selectNamed().all(runId, name).map(toMetric);
  }

  dropAfter(runId: string, step: number, alsoAt: readonly string[]): void {
    this.#dropAfter().run(runId, step);
    for (const name of alsoAt) this.#dropAt().run(runId, step, name);
  }

  append(runId: string, points: readonly MetricPoint[]): void {
    for (const point of points) this.#insert().run({ ...point, runId });
  }

  ofRun(runId: string): MetricPoint[] {
    return this.#select().all(runId).map(toMetric);
  }
}
