import { copyFileSync, statSync } from "node:fs";
import { messageOf } from "../../../core/thrown.ts";
import { replaceFileSync } from "../../data/replace-file.ts";
import { fullCheck, quickCheck, restoreLatestBackup } from "./backup.ts";
import { connect, type Database } from "./database.ts";
import { schemaVersion } from "./migrate.ts";
import { unreadableReason } from "./own-file.ts";
import { setAside } from "./set-aside.ts";
import { isDamage } from "../store-failure.ts";

/** Up to this size every page and index is read before anything else: at most a third of a second. */
export const FULLY_CHECKED_BYTES = 16e6;
/** Up to this size every page is read; a larger file is checked beside the work (DatabaseLab.tidy). */
const QUICKLY_CHECKED_BYTES = 64e6;

/** Reads the schema: what is no database, or cut off at its beginning, shows at once. */
function firstLook(db: Database): string {
  db.prepare("SELECT count(*) FROM sqlite_schema").get();
  return "ok";
}

/** SQLite's own check, as thorough as the file's size allows while somebody waits. @returns "ok" or what is wrong. */
export function checkAtOnce(db: Database, path: string): string {
  const sizeBytes = statSync(path).size;
  if (sizeBytes <= FULLY_CHECKED_BYTES) return fullCheck(db);
  return sizeBytes <= QUICKLY_CHECKED_BYTES ? quickCheck(db) : firstLook(db);
}

/** A version that no app has written, which SQLite does not look at. */
function versionFault(db: Database): string | null {
  const version = schemaVersion(db);
  return version < 0 ? `schema ${version}` : null;
}

/** A connection to a file that passed SQLite's own check. */
export interface SoundDatabase {
  readonly db: Database;
  /** "ok", as the check answered. */
  readonly integrity: string;
  /** What was wrong and what became of it, or null where nothing was. */
  readonly damage: string | null;
}

/**
 * Opens the app's own file at `path` for writing. One that is empty, damaged or no database any more is renamed,
 * never overwritten. In its place comes the same with its indexes built anew where that is all it lacks, else the
 * newest sound backup, else a new database; `damage` tells. Call it with the write lock held.
 */
export function openSound(path: string, nativeBinding: string | null): SoundDatabase {
  const first = unreadableReason(path) ?? openChecked(path, nativeBinding);
  if (typeof first !== "string") return { ...first, damage: null };
  const kept = setAside(path, new Date());
  const damage = `${path} ${first}. It was kept as ${kept}. ${replace(path, kept, nativeBinding)}`;
  const second = openChecked(path, nativeBinding);
  if (typeof second !== "string") return { ...second, damage };
  throw new Error(`the file that took the place of ${kept} ${second}`);
}

/** Puts something sound in the place of what was kept as `kept`. @returns what, in words. */
function replace(path: string, kept: string, nativeBinding: string | null): string {
  if (reindexed(path, kept, nativeBinding))
    return "Only its indexes were wrong: they were built anew, and nothing is missing.";
  const restored = restoreLatestBackup(path, nativeBinding);
  return restored === null
    ? "There is no backup, so the list of runs starts empty."
    : `The backup of ${restored.date.toISOString()} was restored (${restored.path}): ` +
        "what was saved after it is only in the file that was kept.";
}

/** Tries whether a copy is sound once its indexes are built anew, and puts it in the file's place. */
function reindexed(path: string, kept: string, nativeBinding: string | null): boolean {
  if (unreadableReason(kept) !== null || statSync(`${kept}-wal`, { throwIfNoEntry: false }) !== undefined)
    return false;
  try {
    replaceFileSync(
      path,
      (part) => {
        copyFileSync(kept, part);
        const db = connect(part, { nativeBinding });
        try {
          db.pragma("journal_mode = DELETE", { simple: true });
          db.exec("REINDEX");
          const left = versionFault(db) ?? fullCheck(db);
          if (left !== "ok") throw new Error(left);
        } finally {
          db.close();
        }
      },
      { private: true },
    );
    return true;
  } catch {
    // More than its indexes is wrong, or there is no room for a copy: the backup is next.
    return false;
  }
}

/** The connection, or what is wrong with the file as the end of a sentence about it. */
function openChecked(path: string, nativeBinding: string | null): Omit<SoundDatabase, "damage"> | string {
  let db: Database | undefined;
  try {
    db = connect(path, { nativeBinding });
    const integrity = checkAtOnce(db, path);
    const fault = integrity === "ok" ? versionFault(db) : integrity;
    if (fault === null) return { db, integrity };
    db.close();
    return `is damaged (${fault})`;
  } catch (error) {
    db?.close();
    if (isDamage(error)) return `is damaged (${messageOf(error)})`;
    throw error;
  }
}
