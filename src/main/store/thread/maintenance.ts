import { existsSync, readdirSync, statSync } from "node:fs";
import { messageOf } from "../../../core/thrown.ts";
import { join } from "node:path";
import type { DatabaseCheck, EmptiedTrash } from "../../../shared/runs/run-exports.ts";
import type { Database } from "../open/database.ts";
import type { SqliteStore } from "../sqlite-store.ts";
import { isOutOfSpace } from "../store-failure.ts";
import { isUnownedName, PARTED_TABLES } from "../parted-rows.ts";
import { RECOUNT } from "../tables/metric-table.ts";

/** A folder with everything in it. */
function folderBytes(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

const databaseBytes = (path: string): number =>
  [path, `${path}-wal`]
    .map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size);

type Place = Pick<SqliteStore, "path" | "checkpointsFolder">;

/** Of the database and all weights. */
export const storedBytes = ({ path, checkpointsFolder }: Place): number =>
  databaseBytes(path) + folderBytes(checkpointsFolder);

export interface Reclaiming {
  /** How many were deleted. */
  readonly runs: number;
  /** What was stored with them. */
  readonly beforeBytes: number;
  /** False keeps the file as large as it is, for later runs. */
  readonly compact: boolean;
}

/** Gives the room of runs that were deleted back to the disk. */
export function reclaim(
  db: Database,
  place: Place,
  { runs, beforeBytes, compact: compacts }: Reclaiming,
): EmptiedTrash {
  if (compacts) compact(db);
  return {
    runs,
    freedBytes: Math.max(0, beforeBytes - storedBytes(place)),
    sizeBytes: databaseBytes(place.path),
  };
}

/** Gives the room of what was deleted back to the disk; without room for a copy the file itself uses it again. */
function compact(db: Database): void {
  try {
    db.exec("VACUUM");
    db.pragma("wal_checkpoint(TRUNCATE)", { simple: true });
  } catch (error) {
    if (!isOutOfSpace(error)) throw error;
  }
}

/** Findings that are shown; a damaged file has thousands. */
const MOST_FINDINGS = 20;

interface Orphan {
  readonly table: string;
  readonly rowid: number | null;
  readonly parent: string;
}

/** Of an import that is on, or was killed: that is no damage, and goes by itself. */
function waitsForRun(db: Database, { table, rowid }: Orphan): boolean {
  if (rowid === null || !PARTED_TABLES.some(({ owner }) => owner === table)) return false;
  const row = db.prepare<{ run_id: string }>(`SELECT run_id FROM ${table} WHERE rowid = ?`).get(rowid);
  return row !== undefined && isUnownedName(row.run_id);
}

/** Reads every page and every reference. @returns what is wrong, in SQLite's words. */
export function findDamage(db: Database): string[] {
  try {
    const integrity = db
      .prepare<{ integrity_check: string }>(`PRAGMA integrity_check(${MOST_FINDINGS})`)
      .all()
      .map((row) => row.integrity_check)
      .filter((finding) => finding !== "ok");
    const orphans = db
      .prepare<Orphan>("PRAGMA foreign_key_check")
      .all()
      .filter((orphan) => !waitsForRun(db, orphan))
      .map(({ table, parent }) => `a row of ${table} refers to a row of ${parent} that is missing`);
    return [...integrity, ...new Set(orphans)].slice(0, MOST_FINDINGS);
  } catch (error) {
    return [messageOf(error)];
  }
}

/**
 * Does what can be done without losing anything: builds all indexes anew, counts the metrics anew, removes rows whose
 * run is gone. What is damaged beyond that is said, with the way out.
 */
export function repair(db: Database): DatabaseCheck {
  const before = findDamage(db);
  if (before.length === 0) return { sound: true, findings: [], done: [] };
  const done: string[] = [];
  const attempt = (what: string, body: () => void): void => {
    try {
      body();
      done.push(what);
    } catch (error) {
      done.push(`${what}: not possible (${messageOf(error)})`);
    }
  };
  attempt("all indexes were built anew", () => db.exec("REINDEX"));
  attempt("rows whose run is gone were removed", () => {
    db.exec("PRAGMA foreign_keys = ON");
    for (const { table, rowid } of db
      .prepare<{ table: string; rowid: number | null }>("PRAGMA foreign_key_check")
      .all()) {
      if (rowid !== null) db.prepare(`DELETE FROM "${table}" WHERE rowid = ?`).run(rowid);
    }
  });
  attempt("the metrics were counted anew", () => db.exec(RECOUNT));
  const findings = findDamage(db);
  return { sound: findings.length === 0, findings, done };
}
