import type { Migration } from "./migration.ts";

/** As in the first step: NaN is NULL, and −0 stays. */
const SCHEMA = `
CREATE TABLE ladder (
  run_id TEXT NOT NULL PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
  settings TEXT NOT NULL,
  conditions TEXT NOT NULL,
  limits TEXT NOT NULL
) STRICT;

CREATE TABLE rung (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES ladder (run_id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  rung TEXT NOT NULL,
  m INTEGER NOT NULL,
  k INTEGER NOT NULL,
  n INTEGER NOT NULL,
  threads INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('measured', 'skipped', 'wrong', 'unavailable', 'cancelled')),
  result TEXT NOT NULL,
  UNIQUE (run_id, position)
) STRICT;

CREATE TABLE rung_sample (
  id INTEGER PRIMARY KEY,
  rung_id INTEGER NOT NULL REFERENCES rung (id) ON DELETE CASCADE,
  measured_order INTEGER NOT NULL,
  ms ANY CHECK (typeof(ms) IN ('real', 'null')),
  cold INTEGER NOT NULL CHECK (cold IN (0, 1)),
  outlier INTEGER NOT NULL CHECK (outlier IN (0, 1))
) STRICT;
CREATE INDEX rung_sample_by_rung ON rung_sample (rung_id, measured_order);
`;

export const ladderTables: Migration = {
  version: 3,
  name: "ladder, rung, rung sample",
  up: (db) => db.exec(SCHEMA),
};
