import type { Migration } from "./migration.ts";

/** What a run of some kinds found, as one JSON document in the form of json-column.ts. */
const SCHEMA = `
CREATE TABLE report (
  run_id TEXT NOT NULL PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
  report TEXT NOT NULL
) STRICT;
`;

export const reportTable: Migration = {
  version: 4,
  name: "report",
  up: (db) => db.exec(SCHEMA),
};
