import { lstatSync } from "node:fs";
import { StoreError } from "../../../core/errors.ts";
import { replaceFileSync } from "../../data/replace-file.ts";
import { connect, type Database } from "./database.ts";
import { isOwnLock } from "./own-file.ts";
import { failureCode, isOutOfSpace } from "../store-failure.ts";

/** Enough for another process to write or read the id, so that of two that start together one gets the lock. */
const PATIENCE_MS = 200;

export interface WriteLock {
  release(): void;
}

/** Either the right to write, or who has it. */
export type Claim = { readonly lock: WriteLock } | { readonly heldBy: string };

/** The second where another program has a file of its own under the first: it stays as it is. */
const lockNames = (path: string): readonly string[] => [`${path}.lock`, `${path}.backprop-lab.lock`];

/**
 * Claims the right to write to the database at `path`, for one process at a time.
 *
 * The lock is a transaction kept open on a small SQLite file beside the database: the operating system ends it
 * with the process, however that dies, so there is no stale lock and no process id that came to mean another
 * program. The id in it is only for the message.
 */
export function claimWriting(path: string, nativeBinding: string | null): Claim {
  const names = lockNames(path);
  const file = names.find((name) => isOwnLock(name) || makeLock(name, nativeBinding));
  if (file !== undefined) return claim(file, nativeBinding);
  throw new StoreError(
    `${path} cannot be locked: ${names.join(" and ")} are no locks of the app. Move them away, or choose another folder.`,
  );
}

/** Makes a lock that nobody holds; nobody ever sees half of one. @returns whether there was no file of that name. */
function makeLock(file: string, nativeBinding: string | null): boolean {
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return false;
  const make = (part: string): void => {
    const db = connect(part, { nativeBinding });
    db.exec("CREATE TABLE holder (pid INTEGER NOT NULL) STRICT");
    db.close();
  };
  try {
    replaceFileSync(file, make, { private: true, overwrite: false });
  } catch (error) {
    if (failureCode(error) !== "EEXIST") throw error;
  }
  return isOwnLock(file);
}

/**
 * Is a process writing to the database at `path`? Nothing is written to find out.
 *
 * @returns null where that cannot be told.
 */
export function isBeingWritten(path: string, nativeBinding: string | null): boolean | null {
  try {
    const file = lockNames(path).find(isOwnLock);
    if (file === undefined) return false;
    const db = connect(file, { nativeBinding, busyTimeoutMs: PATIENCE_MS });
    try {
      db.exec("BEGIN IMMEDIATE");
      db.exec("ROLLBACK");
      return false;
    } finally {
      db.close();
    }
  } catch (error) {
    return failureCode(error).startsWith("SQLITE_BUSY") ? true : null;
  }
}

function claim(file: string, nativeBinding: string | null): Claim {
  let db: Database | undefined;
  try {
    db = connect(file, { nativeBinding, busyTimeoutMs: PATIENCE_MS });
    db.exec("BEGIN IMMEDIATE");
    writeHolder(db);
    db.exec("BEGIN IMMEDIATE");
    const lock = db;
    return { lock: { release: () => lock.close() } };
  } catch (error) {
    const busy = failureCode(error).startsWith("SQLITE_BUSY");
    const heldBy = db === undefined ? "another process" : holder(db);
    db?.close();
    if (busy) return { heldBy };
    throw error;
  }
}

/** Committed so that others can read it; the transaction that is the lock follows. On a full disk nobody is named. */
function writeHolder(db: Database): void {
  try {
    db.exec("DELETE FROM holder");
    db.prepare("INSERT INTO holder VALUES (?)").run(process.pid);
    db.exec("COMMIT");
  } catch (error) {
    if (!isOutOfSpace(error)) throw error;
    // SQLite may have taken it back by itself.
    if (db.inTransaction) db.exec("ROLLBACK");
  }
}

function holder(db: Database): string {
  try {
    const row = db.prepare<{ pid: number }>("SELECT pid FROM holder").get();
    return row === undefined ? "another process" : `process ${row.pid}`;
  } catch {
    // The other process is writing its id at this very moment; that it holds the lock is known all the same.
    return "another process";
  }
}
