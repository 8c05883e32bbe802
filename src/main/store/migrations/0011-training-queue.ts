import type { Migration } from "./migration.ts";

/**
 * Trainings that wait for their turn, in the order of `position`. `request` is JSON: the spec and the threads. What several
 * of them begin with is kept once, under its SHA-256.
 */
const SCHEMA = `
CREATE TABLE queued_weights (
  hash TEXT PRIMARY KEY,
  content BLOB NOT NULL
) STRICT;

CREATE TABLE queued_training (
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  queued_at TEXT NOT NULL,
  title TEXT NOT NULL,
  note TEXT NOT NULL,
  request TEXT NOT NULL,
  weights TEXT REFERENCES queued_weights (hash)
) STRICT;
`;

export const trainingQueue: Migration = {
  version: 11,
  name: "trainings that wait",
  up: (db) => db.exec(SCHEMA),
};
