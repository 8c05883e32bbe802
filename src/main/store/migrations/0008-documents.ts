import type { Migration } from "./migration.ts";

/**
 * Notebooks that people write. Their text is in a file of its own; here is what the library knows of it, what was
 * typed and has not reached the file, all versions, and what the cells gave. A version is a text in full, or what
 * differs from one: `prefix` and `suffix` units of UTF-16 are the full text's, `middle` stands between them.
 */
const SCHEMA = `
CREATE TABLE document (
  id TEXT NOT NULL PRIMARY KEY,
  file TEXT NOT NULL,
  title TEXT NOT NULL,
  tags TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  version INTEGER NOT NULL,
  cells INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  file_hash TEXT NOT NULL,
  is_foreign INTEGER NOT NULL CHECK (is_foreign IN (0, 1)),
  deleted_at TEXT
) STRICT;

CREATE TABLE document_text (
  id INTEGER PRIMARY KEY,
  document_id TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  text BLOB NOT NULL
) STRICT;
CREATE INDEX document_text_by_document ON document_text (document_id);

CREATE TABLE document_version (
  document_id TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  at TEXT NOT NULL,
  name TEXT,
  origin TEXT NOT NULL,
  cells INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  text_id INTEGER NOT NULL REFERENCES document_text (id),
  prefix INTEGER NOT NULL,
  suffix INTEGER NOT NULL,
  middle BLOB NOT NULL,
  PRIMARY KEY (document_id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_version_by_text ON document_version (text_id);

CREATE TABLE document_journal (
  document_id TEXT NOT NULL PRIMARY KEY REFERENCES document (id) ON DELETE CASCADE,
  base_version INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT;

CREATE TABLE document_output (
  document_id TEXT NOT NULL,
  cell TEXT NOT NULL,
  at TEXT NOT NULL,
  hash TEXT NOT NULL,
  output TEXT NOT NULL,
  run_id TEXT REFERENCES run (id) ON DELETE SET NULL,
  PRIMARY KEY (document_id, cell)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_output_by_run ON document_output (run_id) WHERE run_id IS NOT NULL;
`;

export const documentTables: Migration = {
  version: 8,
  name: "notebooks that people write",
  up: (db) => db.exec(SCHEMA),
};
