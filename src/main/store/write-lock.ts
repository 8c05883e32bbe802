import { connect, type Database } from "./database.ts";
import { setAside } from "./set-aside.ts";
import { failureCode, isDamage } from "./store-failure.ts";

/** Enough for another process to write or read the id, so that of two that start together one gets the lock. */
const PATIENCE_MS = 200;

export interface WriteLock {
  release(): void;
}

/** Either the right to write, or who has it. */
export type Claim = { readonly lock: WriteLock } | { readonly heldBy: string };

/**
 * Claims the right to write to the database at `path`, for one process at a time.
 *
 * The lock is a transaction kept open on a small SQLite file beside the database: the operating system ends it
 * with the process, however that dies, so there is no stale lock and no process id that came to mean another
 * program. The id in it is only for the message.
 */
export function claimWriting(path: string, nativeBinding: string | null): Claim {
  const file = `${path}.lock`;
  try {
    return claim(file, nativeBinding);
  } catch (error) {
    if (!isDamage(error)) throw error;
    // Nothing is in it but a process id; a damaged one must not keep the runs from being opened.
    setAside(file, new Date());
    return claim(file, nativeBinding);
  }
}

function claim(file: string, nativeBinding: string | null): Claim {
  let db: Database | undefined;
  try {
    db = connect(file, { nativeBinding, busyTimeoutMs: PATIENCE_MS });
    db.exec("BEGIN IMMEDIATE");
    db.exec("CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL) STRICT");
    db.exec("DELETE FROM holder");
    db.prepare("INSERT INTO holder VALUES (?)").run(process.pid);
    // Committed so that others can read it; the transaction that is the lock follows.
    db.exec("COMMIT");
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

function holder(db: Database): string {
  try {
    const row = db.prepare<{ pid: number }>("SELECT pid FROM holder").get();
    return row === undefined ? "another process" : `process ${row.pid}`;
  } catch {
    // The other process is writing its id at this very moment; that it holds the lock is known all the same.
    return "another process";
  }
}
