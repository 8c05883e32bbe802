import type { Migration } from "./migration.ts";

/**
 * One row a CPU and runtime: a new build of the app or of its kernels replaces it. `candidates` is JSON in the form of
 * json-column.ts.
 */
const SCHEMA = `
CREATE TABLE tuning (
  cpu_model TEXT NOT NULL,
  electron TEXT NOT NULL,
  v8 TEXT NOT NULL,
  v8_flags TEXT NOT NULL,
  app_version TEXT NOT NULL,
  kernels TEXT NOT NULL,
  measured_at TEXT NOT NULL,
  chosen TEXT NOT NULL,
  peak_gflops REAL,
  candidates TEXT NOT NULL,
  PRIMARY KEY (cpu_model, electron, v8, v8_flags)
) STRICT, WITHOUT ROWID;
`;

export const kernelTuning: Migration = {
  version: 2,
  name: "tuning of the kernels",
  up: (db) => db.exec(SCHEMA),
};
