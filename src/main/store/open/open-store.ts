import { accessSync, chmodSync, closeSync, constants, openSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { makeFolder } from "../../data/make-folder.ts";
import { StoreError } from "../../../core/errors.ts";
import { PRIVATE_MODE, sweepParts } from "../../data/replace-file.ts";
import { latestBackupPath } from "./backup.ts";
import { assertLoadable, connect, type Database } from "./database.ts";
import { assertOwnDatabase, markNew, migrate, schemaVersion } from "./migrate.ts";
import { CURRENT_SCHEMA, MIGRATIONS } from "../migrations/migrations.ts";
import { openForReading } from "./open-for-reading.ts";
import { openSound } from "./open-sound.ts";
import { isOwnDatabase } from "./own-file.ts";
import { requireOwnPlace } from "./own-place.ts";
import { keepReserve, reservePath } from "./reserve.ts";
import { SqliteStore } from "../sqlite-store.ts";
import { failureCode, isOutOfSpace, storeFailure } from "../store-failure.ts";
import type { Store } from "../store.ts";
import { remoteReason } from "./remote-folder.ts";
import { claimWriting } from "./write-lock.ts";

export interface OpenStoreOptions {
  /** The database file; created with its folder if there is none. */
  readonly path: string;
  /** SQLite's native code built for this runtime, or null for the package's own (Node-API 10). */
  readonly nativeBinding: string | null;
  /** Only look: no lock, no migration, nothing made, renamed or changed. */
  readonly readOnly?: boolean;
  /** With `readOnly`: a database that is not there yet is an empty one instead of an error. */
  readonly emptyIfMissing?: boolean;
  /** The path is one where only the app puts files: what lies there is the app's, however damaged. */
  readonly usualPlace?: boolean;
  /** Asks what kind of file system a folder is on; tests say it themselves. */
  readonly fileSystemType?: (folder: string) => number;
}

/**
 * Opens the saved runs, whatever state the file is in: created if missing, kept aside and restored from the last
 * backup if damaged, migrated if old, read-only if newer than the app or in use by another process. What happened
 * is in `notices`, `damage` and `readOnlyReason`.
 *
 * @throws {NotOursError} If the file is none that the app has made. @throws {StoreError} If SQLite cannot be loaded
 * or the folder cannot be written.
 */
export function openStore(options: OpenStoreOptions): Store {
  const { nativeBinding, usualPlace: usual = false } = options;
  assertLoadable(nativeBinding, process.versions["napi"]);
  const { path, exists } = requireOwnPlace(options.path, { usual });
  if (options.readOnly === true) {
    const emptyIfMissing = options.emptyIfMissing === true;
    return openForReading(path, nativeBinding, { reason: "It was opened only to be read.", emptyIfMissing });
  }
  prepareFolder(dirname(path));
  try {
    // Earlier versions let everybody on the machine read it.
    if (exists && usual) chmodSync(path, PRIVATE_MODE);
    const { fileSystemType } = options;
    const fileSystem = fileSystemType === undefined ? {} : { fileSystemType };
    return openForWriting(path, nativeBinding, remoteReason(dirname(path), fileSystem));
  } catch (error) {
    if (!exists || !isOutOfSpace(error)) throw storeFailure("open the saved runs", path, error);
    const reason =
      "The disk is full: free some space on it, for example by emptying the trash, and start again.";
    return openForReading(path, nativeBinding, { reason, outOfSpace: true });
  }
}

/** Makes the folder of the database, and says what to do if that is not allowed. */
function prepareFolder(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StoreError(
      `Runs cannot be saved in ${folder}: the folder cannot be made or written (${failureCode(cause)}). ` +
        "Change its permissions, free the name, or choose another folder for the database (on the command line --database FILE).",
      { cause },
    );
  }
}

/** Makes an empty file that only its owner may read, if there is none. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, "wx", PRIVATE_MODE));
  } catch (error) {
    if (failureCode(error) !== "EEXIST") throw error;
  }
}

function openForWriting(path: string, nativeBinding: string | null, remote: string | null): Store {
  const claim = claimWriting(path, nativeBinding);
  if ("heldBy" in claim) {
    const reason = `It is in use by ${claim.heldBy}; close that one to save new runs here.`;
    return openForReading(path, nativeBinding, { reason });
  }
  const { lock } = claim;
  const notices: string[] = [];
  try {
    const made = statSync(path, { throwIfNoEntry: false }) === undefined;
    if (made) makePrivate(path);
    // What was just made is empty, and nothing is wrong with that.
    const { db, integrity, damage } = made
      ? { db: connect(path, { nativeBinding }), integrity: "ok", damage: null }
      : openSound(path, nativeBinding);
    try {
      assertOwnDatabase(db, path);
      const version = schemaVersion(db);
      if (version > CURRENT_SCHEMA) {
        db.close();
        lock.release();
        return openForReading(path, nativeBinding, { reason: "" });
      }
      if (damage !== null) notices.push(damage);
      markNew(db);
      notices.push(...setJournal(db, path, remote));
      db.pragma("synchronous = NORMAL", { simple: true });
      db.pragma("foreign_keys = ON", { simple: true });
      const backup = migrate(db, path, MIGRATIONS, new Date());
      if (backup !== null) {
        notices.push(
          `${path} was brought to schema ${CURRENT_SCHEMA}; a backup from before is at ${backup}.`,
        );
      }
      const latest = latestBackupPath(path);
      if (statSync(latest, { throwIfNoEntry: false }) !== undefined && !isOwnDatabase(latest)) {
        notices.push(`${latest} is no backup of the app, so no backup can be written there: move it away.`);
      }
      const store = new SqliteStore({
        db,
        path,
        readFrom: path,
        integrity,
        notices,
        damage: damage === null ? [] : [damage],
        readOnlyReason: null,
        abandonedRuns: false,
        lock,
        release: () => db.close(),
      });
      store.markInterrupted();
      const parts = [basename(path), basename(reservePath(path))];
      sweepParts(dirname(path), (target) => target.startsWith(basename(latest)) || parts.includes(target));
      keepReserve(path);
      return store;
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The log that fits the disk. @returns what is worth saying about it. */
function setJournal(db: Database, path: string, remote: string | null): string[] {
  // The log of WAL lies in memory that processes share: on another machine's disk that is another memory.
  const wanted = remote === null ? "WAL" : "DELETE";
  const journal = String(db.pragma(`journal_mode = ${wanted}`, { simple: true }));
  if (remote !== null) {
    return [
      `${path} ${remote}. Saving is slower there, and two machines that write at once can damage it: ` +
        "a folder on this machine's own disk is better.",
    ];
  }
  if (journal === "wal") return [];
  return [
    `${path} is on a disk where SQLite cannot share memory (journal mode ${journal}): saving is slower. ` +
      "A folder on a local disk is better.",
  ];
}
