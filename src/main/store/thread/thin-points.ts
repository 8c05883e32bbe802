import { minMaxIndices } from "../../../core/decimate.ts";
import type { Database, SqlValue } from "../open/database.ts";

/**
 * Which points of a run's longer series to keep so that each has at most `most`: the lowest and highest of equal
 * stretches, the first and the last, so that a series' key numbers stay what they are. Never averages.
 *
 * @returns positions by the series' ids; a series that is short enough is not among them.
 */
export function thinnedSeries(
  db: Database,
  runId: string,
  most: number,
): ReadonlyMap<SqlValue, ReadonlySet<SqlValue>> {
  const long = db
    .prepare<{ id: number }>("SELECT id FROM series WHERE run_id = ? AND points > ?")
    .all(runId, most);
  return new Map(
    long.map(({ id }) => {
      const points = db
        .prepare<{ position: number; value: number | null }>(
          "SELECT position, value FROM point WHERE series_id = ? ORDER BY position",
        )
        .all(id);
      const values = Float64Array.from(points, ({ value }) => value ?? Number.NaN);
      // A stretch gives up to three where something in it is not finite.
      const stretches = Math.max(1, Math.floor((most - 2) / (values.every(Number.isFinite) ? 2 : 3)));
      const indices = minMaxIndices(values, 0, values.length, stretches);
      return [id, new Set(indices.map((i) => points[i]?.position ?? null))];
    }),
  );
}
