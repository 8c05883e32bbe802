import type { Migration } from "./migration.ts";

/** When a person chose to keep an interrupted run as it is, ISO 8601 UTC: it is not asked about any more. */
const SCHEMA = "ALTER TABLE run ADD COLUMN kept_at TEXT";

export const keptRuns: Migration = {
  version: 12,
  name: "interrupted runs that are kept as they are",
  up: (db) => db.exec(SCHEMA),
};
