import {
  copyFileSync,
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { connect, type Database } from "./database.ts";
import { storeFailure } from "./store-failure.ts";

/** The backup that is renewed when a session that wrote something ends. */
export const latestBackupPath = (path: string): string => `${path}.backup`;

/** Answer of `PRAGMA quick_check`: "ok", or what is wrong, at most three findings. */
export function quickCheck(db: Database): string {
  const rows = db.prepare<{ quick_check: string }>("PRAGMA quick_check(3)").all();
  return rows.map((row) => row.quick_check).join("; ");
}

function syncFile(path: string): void {
  // Windows syncs only files that are open for writing.
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Writes `target` through a temporary file, so that an earlier one is whole at every moment. */
function replaceFile(target: string, write: (temporary: string) => void): void {
  const temporary = `${target}.tmp-${process.pid}`;
  try {
    rmSync(temporary, { force: true });
    write(temporary);
    syncFile(temporary);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Writes a consistent, compacted copy of the database to `target`. @throws {StoreError} `target` is as before. */
export function writeBackup(db: Database, target: string): void {
  try {
    replaceFile(target, (temporary) => db.prepare("VACUUM INTO ?").run(temporary));
  } catch (error) {
    throw storeFailure("write the backup", target, error);
  }
}

/** Backups of the database at `path`, newest first. */
function backupsOf(path: string): { readonly path: string; readonly date: Date }[] {
  const prefix = basename(latestBackupPath(path));
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix) && /^(-(v\d+|weekly)-\w+)?$/.test(name.slice(prefix.length)))
    .map((name) => join(dirname(path), name))
    .map((file) => ({ path: file, date: statSync(file).mtime }))
    .sort((a, b) => b.date.getTime() - a.date.getTime());
}

function isSound(path: string, nativeBinding: string | null): boolean {
  try {
    const db = connect(path, { nativeBinding });
    try {
      return quickCheck(db) === "ok";
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
    if (!isSound(backup.path, nativeBinding)) continue;
    replaceFile(path, (temporary) => copyFileSync(backup.path, temporary));
    return backup;
  }
  return null;
}
