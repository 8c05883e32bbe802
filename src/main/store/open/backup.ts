import { copyFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { StoreError } from "../../../core/errors.ts";
import { replaceFileSync } from "../../data/replace-file.ts";
import { connect, type Database } from "./database.ts";
import { isOwnDatabase } from "./own-file.ts";
import { storeFailure } from "../store-failure.ts";

/** The backup that is renewed when a session that wrote something ends. */
export const latestBackupPath = (path: string): string => `${path}.backup`;

/** Answer of `PRAGMA quick_check`: "ok", or what is wrong, at most three findings. */
export function quickCheck(db: Database): string {
  const rows = db.prepare<{ quick_check: string }>("PRAGMA quick_check(3)").all();
  return rows.map((row) => row.quick_check).join("; ");
}

/** As `quickCheck`, with every index compared with its table; takes half as long again. */
export function fullCheck(db: Database): string {
  const rows = db.prepare<{ integrity_check: string }>("PRAGMA integrity_check(3)").all();
  return rows.map((row) => row.integrity_check).join("; ");
}

/** Writes a consistent, compacted copy of the database to `target`. @throws {StoreError} `target` is as before. */
export function writeCopy(
  db: Database,
  target: string,
  options: { readonly private: boolean; readonly checkpoint?: () => void },
): void {
  const views = db
    .prepare<{ name: string; sql: string }>("SELECT name, sql FROM temp.sqlite_schema WHERE type = 'view'")
    .all();
  try {
    // A connection that only reads may see runs through a view of their table's name: SQLite would index that one.
    for (const { name } of views) db.exec(`DROP VIEW temp."${name}"`);
    const fill = (part: string): void => {
      db.prepare("VACUUM INTO ?").run(part);
      options.checkpoint?.();
    };
    replaceFileSync(target, fill, options);
  } catch (error) {
    throw storeFailure("write a copy of the database", target, error);
  } finally {
    for (const { sql } of views) db.exec(sql.replace(/^CREATE VIEW/, "CREATE TEMP VIEW"));
  }
}

/** Writes the app's own backup. @throws {StoreError} If a file that is no backup has its name; it is as before. */
export function writeBackup(db: Database, target: string): void {
  const taken = statSync(target, { throwIfNoEntry: false }) !== undefined;
  if (taken && !isOwnDatabase(target)) {
    throw new StoreError(
      `The backup was not written: ${target} is there and is no backup of the app. Move it away.`,
    );
  }
  writeCopy(db, target, { private: true });
}

/** What stands behind `.backup` in the name of any backup. */
const ANY_BACKUP = /^(-(v\d+|weekly)-\w+)?$/;

/** Backups of the database at `path`, or those of them whose name ends so, newest first. */
export function backupsOf(
  path: string,
  ending = ANY_BACKUP,
): readonly { readonly path: string; readonly date: Date }[] {
  const prefix = basename(latestBackupPath(path));
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix) && ending.test(name.slice(prefix.length)))
    .map((name) => join(dirname(path), name))
    .map((file) => ({ path: file, date: statSync(file).mtime }))
    .sort((a, b) => b.date.getTime() - a.date.getTime());
}

function isSound(path: string, nativeBinding: string | null): boolean {
  try {
    const db = connect(path, { nativeBinding });
    try {
      return fullCheck(db) === "ok";
    } finally {
      db.close();
    }
  } catch {
    // Whatever makes a backup unreadable, the next older one is tried.
    return false;
  }
}

/** Copies the newest sound backup to `path`, where no file may be. @returns which one, or null if there is none. */
export function restoreLatestBackup(
  path: string,
  nativeBinding: string | null,
): { readonly path: string; readonly date: Date } | null {
  for (const backup of backupsOf(path)) {
    if (!isOwnDatabase(backup.path) || !isSound(backup.path, nativeBinding)) continue;
    replaceFileSync(path, (part) => copyFileSync(backup.path, part), { private: true });
    return backup;
  }
  return null;
}
