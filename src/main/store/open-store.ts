import { accessSync, constants, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { StoreError } from "../../core/errors.ts";
import { quickCheck } from "./backup.ts";
import { assertLoadable, connect } from "./database.ts";
import { assertOwnDatabase, migrate, schemaVersion } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import { openSound } from "./open-sound.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { failureCode, storeFailure } from "./store-failure.ts";
import type { Store } from "./store.ts";
import { remoteReason } from "./remote-folder.ts";
import { claimWriting } from "./write-lock.ts";

export interface OpenStoreOptions {
  /** The database file; created with its folder if there is none. */
  readonly path: string;
  /** SQLite's native code built for this runtime, or null for the package's own (Node-API 10). */
  readonly nativeBinding: string | null;
  /** Only look: no lock, no migration, nothing created. */
  readonly readOnly?: boolean;
  /** Asks what kind of file system a folder is on; tests say it themselves. */
  readonly fileSystemType?: (folder: string) => number;
}

const CURRENT_SCHEMA = MIGRATIONS.reduce((last, migration) => Math.max(last, migration.version), 0);

/**
 * Opens the saved runs, whatever state the file is in: created if missing, kept aside and restored from the last
 * backup if damaged, migrated if old, read-only if newer than the app or in use by another process. What happened
 * is in `notices` and `readOnlyReason`.
 *
 * @throws {StoreError} If SQLite cannot be loaded, the folder cannot be written or the file is another program's.
 */
export function openStore({ path, nativeBinding, readOnly, fileSystemType }: OpenStoreOptions): Store {
  assertLoadable(nativeBinding, process.versions["napi"]);
  if (readOnly ?? false) return openForReading(path, nativeBinding, "It was opened only to be read.");
  prepareFolder(dirname(path));
  try {
    return openForWriting(path, nativeBinding, remoteReason(dirname(path), fileSystemType));
  } catch (error) {
    throw storeFailure("open the saved runs", path, error);
  }
}

/** Makes the folder of the database, and says what to do if that is not allowed. */
function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StoreError(
      `Runs cannot be saved in ${folder}: the folder cannot be made or written (${failureCode(cause)}). ` +
        "Change its permissions, free the name, or choose another folder for the database.",
      { cause },
    );
  }
}

function openForWriting(path: string, nativeBinding: string | null, remote: string | null): Store {
  const claim = claimWriting(path, nativeBinding);
  if ("heldBy" in claim) {
    const reason = `It is in use by ${claim.heldBy}; close that one to save new runs here.`;
    return openForReading(path, nativeBinding, reason);
  }
  const { lock } = claim;
  const notices: string[] = [];
  try {
    const { db, integrity } = openSound(path, nativeBinding, notices);
    try {
      assertOwnDatabase(db, path);
      const version = schemaVersion(db);
      if (version > CURRENT_SCHEMA) {
        db.close();
        lock.release();
        return openForReading(path, nativeBinding, newerReason(version));
      }
      // The log of WAL lies in memory that processes share: on another machine's disk that is another memory.
      const wanted = remote === null ? "WAL" : "DELETE";
      const journal = String(db.pragma(`journal_mode = ${wanted}`, { simple: true }));
      if (remote !== null) {
        notices.push(
          `${path} ${remote}. Saving is slower there, and two machines that write at once can damage it: ` +
            "a folder on this machine's own disk is better.",
        );
      } else if (journal !== "wal") {
        notices.push(
          `${path} is on a disk where SQLite cannot share memory (journal mode ${journal}): saving is slower. ` +
            "A folder on a local disk is better.",
        );
      }
      db.pragma("synchronous = NORMAL", { simple: true });
      db.pragma("foreign_keys = ON", { simple: true });
      const backup = migrate(db, path, MIGRATIONS, new Date());
      if (backup !== null) {
        notices.push(
          `${path} was brought to schema ${CURRENT_SCHEMA}; a backup from before is at ${backup}.`,
        );
      }
      const store = new SqliteStore({ db, path, integrity, notices, readOnlyReason: null, lock });
      store.markInterrupted();
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

const newerReason = (version: number): string =>
  `It was written by a newer version of the app (schema ${version}; this one knows up to ${CURRENT_SCHEMA}). ` +
  "Update the app to save new runs here; until then runs can be looked at and exported.";

/** A second connection to a store that is open, only to read; nothing is checked again. @throws {StoreError} */
export function openReader(path: string, nativeBinding: string | null): SqliteStore {
  const db = connect(path, { nativeBinding, readOnly: true });
  const readOnlyReason = "This connection only reads.";
  return new SqliteStore({ db, path, integrity: "not checked", notices: [], readOnlyReason, lock: null });
}

function openForReading(path: string, nativeBinding: string | null, reason: string): Store {
  try {
    const db = connect(path, { nativeBinding, readOnly: true });
    try {
      const integrity = quickCheck(db);
      const version = schemaVersion(db);
      assertOwnDatabase(db, path);
      if (version < CURRENT_SCHEMA) {
        throw new StoreError(
          `${path} has schema ${version} and this app reads ${CURRENT_SCHEMA}; it cannot be brought up to date while ` +
            `it is read-only. ${reason} Then open it for writing once.`,
        );
      }
      const notices =
        integrity === "ok" ? [] : [`${path} is damaged: ${integrity}. Open it for writing to repair.`];
      const readOnlyReason = version > CURRENT_SCHEMA ? newerReason(version) : reason;
      return new SqliteStore({ db, path, integrity, notices, readOnlyReason, lock: null });
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw storeFailure("read the saved runs", path, error);
  }
}
