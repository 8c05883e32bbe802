import { statSync } from "node:fs";
import { quickCheck, restoreLatestBackup } from "./backup.ts";
import { connect, type Database } from "./database.ts";
import { setAside, unreadableReason } from "./set-aside.ts";
import { isDamage } from "./store-failure.ts";

/** A larger file is checked beside the work (RunsLab.tidy): its check takes seconds. */
export const CHECKED_AT_ONCE_BYTES = 64e6;

/** Reads the schema: what is no database, or cut off at its beginning, shows at once. */
function firstLook(db: Database): string {
  db.prepare("SELECT count(*) FROM sqlite_schema").get();
  return "ok";
}

/** A connection to a file that passed SQLite's own check. */
export interface SoundDatabase {
  readonly db: Database;
  /** "ok", as `PRAGMA quick_check` answered. */
  readonly integrity: string;
}

/**
 * Opens the file at `path` for writing. One that is empty, damaged or no database is renamed, never overwritten,
 * and the newest sound backup takes its place, or else a new database; `notices` tells. Call it with the write
 * lock held.
 */
export function openSound(path: string, nativeBinding: string | null, notices: string[]): SoundDatabase {
  const first = unreadableReason(path) ?? openChecked(path, nativeBinding);
  if (typeof first !== "string") return first;
  const kept = setAside(path, new Date());
  const restored = restoreLatestBackup(path, nativeBinding);
  notices.push(
    `${path} ${first}. It was kept as ${kept}. ` +
      (restored === null
        ? "There is no backup, so the list of runs starts empty."
        : `The backup of ${restored.date.toISOString()} was restored (${restored.path}): ` +
          "what was saved after it is only in the file that was kept."),
  );
  const second = openChecked(path, nativeBinding);
  if (typeof second !== "string") return second;
  throw new Error(`the file that took the place of ${kept} ${second}`);
}

/** The connection, or what is wrong with the file as the end of a sentence about it. */
function openChecked(path: string, nativeBinding: string | null): SoundDatabase | string {
  let db: Database | undefined;
  try {
    db = connect(path, { nativeBinding });
    const integrity = statSync(path).size > CHECKED_AT_ONCE_BYTES ? firstLook(db) : quickCheck(db);
    if (integrity === "ok") return { db, integrity };
    db.close();
    return `is damaged (${integrity})`;
  } catch (error) {
    db?.close();
    if (isDamage(error)) return `is damaged (${error instanceof Error ? error.message : String(error)})`;
    throw error;
  }
}
