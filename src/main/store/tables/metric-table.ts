import type { MetricPoint } from "../../../shared/runs/run-records.ts";
import { keptRawStatement, keptStatement, type Database, type SqlValue } from "../open/database.ts";

interface PointRow {
  readonly name: string;
  readonly step: number;
  readonly epoch: number | null;
  readonly value: number | null;
  readonly wallMs: number | null;
}

function toMetric({ name, step, epoch, value, wallMs }: PointRow): MetricPoint {
  return { name, step, epoch: epoch ?? Number.NaN, value: value ?? Number.NaN, wallMs: wallMs ?? Number.NaN };
}

/** Counts the points of all series anew, and what is kept of them beside. */
export const RECOUNT = `UPDATE series SET (points, minimum, maximum, last_position, last) = (
  SELECT count(*), min(value), max(value), coalesce(max(position), -1),
    (SELECT value FROM point WHERE series_id = series.id ORDER BY position DESC LIMIT 1)
  FROM point WHERE series_id = series.id)`;

/** A page is read in a few milliseconds. */
const PAGE_POINTS = 5_000;

const numberOf = (value: SqlValue | undefined): number =>
  value === null || value === undefined ? Number.NaN : Number(value);

/** What a table of runs shows of a metric; NaN where no value is finite enough to compare. */
export interface SeriesSummary {
  readonly runId: string;
  readonly name: string;
  readonly points: number;
  readonly last: number;
  readonly min: number;
  readonly max: number;
}

interface SeriesRow {
  readonly runId: string;
  readonly name: string;
  readonly points: number;
  readonly last: number | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
}

const toSummary = ({ runId, name, points, last, minimum, maximum }: SeriesRow): SeriesSummary => ({
  runId,
  name,
  points,
  last: last ?? Number.NaN,
  min: minimum ?? Number.NaN,
  max: maximum ?? Number.NaN,
});

const POINTS = `SELECT series.name, step, epoch, value, wall_ms AS wallMs FROM point JOIN series
  ON series.id = point.series_id WHERE series.run_id = ?`;
const SERIES = "SELECT run_id AS runId, name, points, last, minimum, maximum FROM series";

/** Numbers of one curve beside each other, in recorded order; NaN for what is not a number. */
export interface Curve {
  /** Of the last point; −1 without points. */
  readonly lastPosition: number;
  readonly steps: Float64Array;
  readonly epochs: Float64Array;
  readonly values: Float64Array;
  readonly wallMs: Float64Array;
}

/**
 * One row a metric of a run, with what a table shows of it, and one row a point, numbered through all metrics of the run
 * in the order in which they were recorded.
 */
export class MetricTable {
  readonly #next;
  readonly #findSeries;
  readonly #insertSeries;
  readonly #extendSeries;
  readonly #insert;
  readonly #select;
  readonly #selectNamed;
  readonly #dropAfter;
  readonly #dropAt;
  readonly #dropEmpty;
  readonly #recount;
  readonly #ofRun;
  readonly #all;
  readonly #ids;
  readonly #page;
  readonly #curve;

  constructor(db: Database) {
    this.#next = keptStatement<{ next: number }>(
      db,
      "SELECT coalesce(max(last_position) + 1, 0) AS next FROM series WHERE run_id = ?",
    );
    this.#findSeries = keptStatement<{ id: number }>(
      db,
      "SELECT id FROM series WHERE run_id = ? AND name = ?",
    );
    this.#insertSeries = keptStatement(
      db,
      "INSERT INTO series (run_id, name, points, last_position) VALUES (?, ?, 0, -1)",
    );
    this.#extendSeries = keptStatement(
      db,
      `UPDATE series SET points = points + @points, last = @last, last_position = @position,
         minimum = CASE WHEN minimum IS NULL OR @min < minimum THEN @min ELSE minimum END,
         maximum = CASE WHEN maximum IS NULL OR @max > maximum THEN @max ELSE maximum END
       WHERE id = @id`,
    );
    this.#insert = keptStatement(
      db,
      `INSERT INTO point (series_id, position, step, epoch, value, wall_ms)
       VALUES (@seriesId, @position, @step, @epoch, @value, @wallMs)`,
    );
    this.#select = keptStatement<PointRow>(db, `${POINTS} ORDER BY position`);
    this.#selectNamed = keptStatement<PointRow>(db, `${POINTS} AND series.name = ? ORDER BY position`);
    this.#dropAfter = keptStatement(
      db,
      "DELETE FROM point WHERE series_id IN (SELECT id FROM series WHERE run_id = ?) AND step > ?",
    );
    this.#dropAt = keptStatement(
      db,
      "DELETE FROM point WHERE series_id IN (SELECT id FROM series WHERE run_id = ? AND name = ?) AND step = ?",
    );
    this.#dropEmpty = keptStatement(
      db,
      `DELETE FROM series WHERE run_id = ?
         AND NOT EXISTS (SELECT 1 FROM point WHERE series_id = series.id)`,
    );
    this.#recount = keptStatement(db, `${RECOUNT} WHERE run_id = ?`);
    this.#ofRun = keptStatement<SeriesRow>(db, `${SERIES} WHERE run_id = ? ORDER BY id`);
    this.#all = keptStatement<SeriesRow>(db, SERIES);
    this.#ids = keptStatement<{ id: number; name: string }>(
      db,
      "SELECT id, name FROM series WHERE run_id = ? ORDER BY id",
    );
    this.#page = keptRawStatement(
      db,
      `SELECT position, step, epoch, value, wall_ms FROM point
       WHERE series_id = ? AND position > ? ORDER BY position LIMIT ?`,
    );
    this.#curve = keptRawStatement(
      db,
      `SELECT step, epoch, value, wall_ms, position FROM point
       WHERE series_id = (SELECT id FROM series WHERE run_id = ? AND name = ?) AND position >= ? ORDER BY position`,
    );
  }

  ofName(runId: string, name: string): MetricPoint[] {
    return this.#selectNamed().all(runId, name).map(toMetric);
  }

  dropAfter(runId: string, step: number, alsoAt: readonly string[]): void {
    this.#dropAfter().run(runId, step);
    for (const name of alsoAt) this.#dropAt().run(runId, name, step);
    this.#dropEmpty().run(runId);
    this.recount(runId);
  }

  /** Makes what a table shows of the metrics of a run from their points. */
  recount(runId: string): void {
    this.#recount().run(runId);
  }

  append(runId: string, points: readonly MetricPoint[]): void {
    let position = this.#next().get(runId)?.next ?? 0;
    const added = new Map<
      string,
      { id: number; points: number; last: number; min: number | null; max: number | null; position: number }
    >();
    for (const { name, step, epoch, value, wallMs } of points) {
      const series = added.get(name) ?? {
        id: this.#seriesOf(runId, name),
        points: 0,
        last: NaN,
        min: null,
        max: null,
        position: -1,
      };
      added.set(name, series);
      this.#insert().run({ seriesId: series.id, position, step, epoch, value, wallMs });
      series.points++;
      series.last = value;
      series.position = position++;
      if (Number.isNaN(value)) continue;
      series.min = Math.min(series.min ?? Infinity, value);
      series.max = Math.max(series.max ?? -Infinity, value);
    }
    for (const series of added.values()) this.#extendSeries().run(series);
  }

  ofRun(runId: string): MetricPoint[] {
    return this.#select().all(runId).map(toMetric);
  }

  /** All points of a run, metric by metric, a page at a time. */
  *iterate(runId: string): Generator<MetricPoint> {
    for (const { id, name } of this.#ids().all(runId)) {
      let after = -1;
      for (;;) {
        const page = this.#page().all(id, after, PAGE_POINTS);
        for (const [, step, epoch, value, wallMs] of page) {
          yield {
            name,
            step: Number(step),
            epoch: numberOf(epoch),
            value: numberOf(value),
            wallMs: numberOf(wallMs),
          };
        }
        if (page.length < PAGE_POINTS) break;
        after = Number(page.at(-1)?.[0]);
      }
    }
  }

  /** Every metric of a run, in the order in which they came up first. */
  seriesOf(runId: string): SeriesSummary[] {
    return this.#ofRun().all(runId).map(toSummary);
  }

  /** Every metric of every run. */
  allSeries(): SeriesSummary[] {
    return this.#all().all().map(toSummary);
  }

  /** All points of one metric as columns; of a curve that was read before only what has come since is read. */
  curve(runId: string, name: string, known: Curve | null = null): Curve {
    const end = (known?.steps.length ?? 0) - 1;
    if (known === null || end < 0) return curveOf(this.#curve().all(runId, name, -1));
    const { lastPosition, steps, epochs, values, wallMs } = known;
    const read = curveOf(this.#curve().all(runId, name, lastPosition));
    // A run that goes on from a checkpoint loses points at the end: while the last is there, with the time at which it
    // was recorded, so are all before it.
    if (read.steps[0] !== steps[end] || !Object.is(read.wallMs[0], wallMs[end]))
      return this.curve(runId, name);
    const join = (before: Float64Array, since: Float64Array): Float64Array => {
      const joined = new Float64Array(end + since.length);
      joined.set(before.subarray(0, end));
      joined.set(since, end);
      return joined;
    };
    if (read.steps.length === 1) return known;
    return {
      lastPosition: read.lastPosition,
      steps: join(steps, read.steps),
      epochs: join(epochs, read.epochs),
      values: join(values, read.values),
      wallMs: join(wallMs, read.wallMs),
    };
  }

  #seriesOf(runId: string, name: string): number {
    const found = this.#findSeries().get(runId, name);
    return found?.id ?? Number(this.#insertSeries().run(runId, name).lastInsertRowid);
  }
}

function curveOf(rows: readonly (readonly SqlValue[])[]): Curve {
  const [steps, epochs] = [new Float64Array(rows.length), new Float64Array(rows.length)];
  const [values, wallMs] = [new Float64Array(rows.length), new Float64Array(rows.length)];
  rows.forEach(([step, epoch, value, wall], i) => {
    steps[i] = numberOf(step);
    epochs[i] = numberOf(epoch);
    values[i] = numberOf(value);
    wallMs[i] = numberOf(wall);
  });
  return { lastPosition: Number(rows.at(-1)?.[4] ?? -1), steps, epochs, values, wallMs };
}
