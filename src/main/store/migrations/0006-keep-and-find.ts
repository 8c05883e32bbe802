import type { Migration } from "./migration.ts";

/** As in the first step: NaN is NULL, and −0 stays. */
const measured = (column: string) => `${column} ANY CHECK (typeof(${column}) IN ('real', 'null'))`;

/**
 * What people add to a run; metrics as series with what a table shows of them, their points ordered by series, so that
 * a curve is one stretch of the file; views of the table. `revision` counts changes of runs: a reader asks for those
 * after the last it has seen.
 */
const SCHEMA = `
ALTER TABLE run ADD COLUMN colour INTEGER;
ALTER TABLE run ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
ALTER TABLE run ADD COLUMN notes TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE run ADD COLUMN archived_at TEXT;
ALTER TABLE run ADD COLUMN deleted_at TEXT;
ALTER TABLE run ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
CREATE INDEX run_by_revision ON run (revision);
CREATE INDEX run_by_kind ON run (kind, started_at DESC);
CREATE INDEX run_in_trash ON run (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  points INTEGER NOT NULL,
  ${measured("last")},
  ${measured("minimum")},
  ${measured("maximum")},
  last_position INTEGER NOT NULL,
  UNIQUE (run_id, name)
) STRICT;

CREATE TABLE point (
  series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  step INTEGER NOT NULL,
  ${measured("epoch")},
  ${measured("value")},
  ${measured("wall_ms")},
  PRIMARY KEY (series_id, position)
) STRICT, WITHOUT ROWID;

CREATE TEMP TABLE moved AS
  SELECT run_id, name, step, epoch, value, wall_ms,
    row_number() OVER (PARTITION BY run_id ORDER BY id) - 1 AS position
  FROM metric;
INSERT INTO series (run_id, name, points, last, minimum, maximum, last_position)
  SELECT run_id, name, count(*), NULL, min(value), max(value), max(position) FROM moved GROUP BY run_id, name;
INSERT INTO point
  SELECT series.id, position, step, epoch, value, wall_ms FROM moved JOIN series USING (run_id, name);
DROP TABLE moved;
DROP TABLE metric;
UPDATE series SET last = (
  SELECT value FROM point WHERE series_id = series.id AND position = series.last_position
);

CREATE TABLE saved_view (
  name TEXT NOT NULL PRIMARY KEY,
  view TEXT NOT NULL
) STRICT;
`;

export const keepAndFind: Migration = {
  version: 6,
  name: "notes, tags, trash, series, saved views",
  up: (db) => db.exec(SCHEMA),
};
