import type { Migration } from "./migration.ts";

/**
 * Imported data sets, whose rows lie in files beside the database, and looks at test rows, one row each. `description` is
 * JSON in the form of json-column.ts; removed sets keep their files for some days.
 */
const SCHEMA = `
CREATE TABLE dataset (
  id TEXT PRIMARY KEY,
  content_hash TEXT NOT NULL,
  imported_at TEXT NOT NULL,
  removed_at TEXT,
  description TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE test_look (
  id INTEGER PRIMARY KEY,
  dataset_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  weights TEXT NOT NULL,
  looked_at TEXT NOT NULL
) STRICT;
CREATE INDEX test_look_by_dataset ON test_look (dataset_id, run_id);
`;

export const datasetTables: Migration = {
  version: 9,
  name: "data sets and looks at test rows",
  up: (db) => db.exec(SCHEMA),
};
