import type { Migration } from "./migration.ts";

/** Progress in lessons: one row an exercise that was tried, hinted at or shown. */
const SCHEMA = `
CREATE TABLE exercise (
  lesson TEXT NOT NULL,
  name TEXT NOT NULL,
  passed_at TEXT,
  code_hash TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  hints_shown INTEGER NOT NULL DEFAULT 0,
  solution_shown INTEGER NOT NULL DEFAULT 0 CHECK (solution_shown IN (0, 1)),
  PRIMARY KEY (lesson, name)
) STRICT, WITHOUT ROWID;
`;

export const lessonProgress: Migration = {
  version: 7,
  name: "progress in lessons",
  up: (db) => db.exec(SCHEMA),
};
