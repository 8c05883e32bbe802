import type { Migration } from "./migration.ts";

/**
 * A measured number. Declared ANY, because a REAL column of SQLite turns −0 into 0; NaN is stored as NULL, which
 * SQLite makes of it anyway and which its aggregates skip. Infinities are stored as they are.
 */
const measured = (column: string) => `${column} ANY CHECK (typeof(${column}) IN ('real', 'null'))`;
const flag = (column: string) => `${column} INTEGER NOT NULL CHECK (${column} IN (0, 1))`;

/** JSON columns are TEXT in the form of json-column.ts; positions count what was recorded under a run. */
const SCHEMA = `
CREATE TABLE machine (
  id TEXT NOT NULL PRIMARY KEY,
  hostname TEXT NOT NULL,
  os TEXT NOT NULL,
  cpu_model TEXT NOT NULL,
  cpu_cores INTEGER NOT NULL,
  memory_bytes INTEGER NOT NULL,
  electron TEXT NOT NULL,
  node TEXT NOT NULL,
  v8 TEXT NOT NULL,
  chrome TEXT NOT NULL,
  kernel TEXT NOT NULL
) STRICT;

CREATE TABLE run (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'cancelled', 'failed', 'interrupted')),
  started_at TEXT NOT NULL,
  finished_at TEXT,
  threads INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  machine_id TEXT NOT NULL REFERENCES machine (id),
  config TEXT NOT NULL,
  summary TEXT NOT NULL,
  failure TEXT
) STRICT;
CREATE INDEX run_by_start ON run (started_at DESC, id DESC);
CREATE INDEX run_by_machine ON run (machine_id);
CREATE INDEX run_running ON run (id) WHERE status = 'running';

CREATE TABLE cell (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  cell TEXT NOT NULL,
  title TEXT NOT NULL,
  started_at TEXT NOT NULL,
  ${measured("ms")},
  expected TEXT NOT NULL,
  measured TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  details TEXT NOT NULL,
  UNIQUE (run_id, position)
) STRICT;

CREATE TABLE timing (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  cell_id INTEGER REFERENCES cell (id) ON DELETE CASCADE,
  recorded_order INTEGER NOT NULL,
  stage TEXT NOT NULL,
  pass TEXT NOT NULL,
  sample INTEGER NOT NULL,
  ${measured("ms")},
  ${flag("warmup")},
  threads INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  UNIQUE (run_id, recorded_order)
) STRICT;
CREATE INDEX timing_by_cell ON timing (cell_id);

CREATE TABLE gradient_check (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  cell_id INTEGER REFERENCES cell (id) ON DELETE CASCADE,
  recorded_order INTEGER NOT NULL,
  stage TEXT NOT NULL,
  reference TEXT NOT NULL,
  tensor TEXT NOT NULL,
  coordinates INTEGER NOT NULL,
  ${flag("allclose")},
  ${measured("max_abs")},
  ${measured("rel_max")},
  ${measured("rel_norm")},
  ${measured("hidden_by_atol")},
  kinks INTEGER NOT NULL,
  ${flag("passed")},
  reason TEXT NOT NULL,
  UNIQUE (run_id, recorded_order)
) STRICT;
CREATE INDEX gradient_check_by_cell ON gradient_check (cell_id);

CREATE TABLE metric (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  step INTEGER NOT NULL,
  ${measured("epoch")},
  ${measured("value")},
  ${measured("wall_ms")}
) STRICT;
CREATE INDEX metric_by_run ON metric (run_id);
`;

export const initialSchema: Migration = {
  version: 1,
  name: "machine, run, cell, timing, gradient check, metric",
  up: (db) => db.exec(SCHEMA),
};
