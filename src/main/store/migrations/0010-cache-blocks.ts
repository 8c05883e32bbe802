import type { Migration } from "./migration.ts";

/** A tuning also says for which second-level cache blocks are cut; earlier ones did not try, and are made anew. */
const SCHEMA = `
DELETE FROM tuning;
ALTER TABLE tuning ADD COLUMN cache_bytes INTEGER NOT NULL DEFAULT 1048576;
ALTER TABLE tuning ADD COLUMN system_cache_bytes INTEGER;
ALTER TABLE tuning ADD COLUMN blocks TEXT NOT NULL DEFAULT '[]';
`;

export const cacheBlocks: Migration = {
  version: 10,
  name: "blocks for the caches in a tuning",
  up: (db) => db.exec(SCHEMA),
};
