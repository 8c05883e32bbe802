import type { Migration } from "./migration.ts";

/** What happened to a run while it was on: paused, learning rate changed, diverged, resumed. */
const SCHEMA = `
CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  at TEXT NOT NULL,
  step INTEGER,
  kind TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX event_of_run ON event (run_id);
`;

export const eventTable: Migration = {
  version: 5,
  name: "event",
  up: (db) => db.exec(SCHEMA),
};
