import { closeSync, openSync, readSync, statSync } from "node:fs";

/** "BpLb": says in the file's header whose database it is. */
export const APPLICATION_ID = 0x42704c62;
/** What SQLite keeps beside a database. */
export const COMPANIONS = ["-wal", "-shm", "-journal"] as const;

const MAGIC = "SQLite format 3\0";
const APPLICATION_ID_AT = 68;
/** SQLite's first page, or as much of it as holds the definition of a small table. */
const HEAD_BYTES = 4096;

function headOf(path: string): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, "r");
  try {
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } finally {
    closeSync(file);
  }
}

const startsLikeSqlite = (head: Buffer): boolean => head.toString("latin1", 0, MAGIC.length) === MAGIC;

/** Why the file at `path` cannot be a database, or null if there is none or it starts like one. */
export function unreadableReason(path: string): string | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (stats.size === 0) return "is empty (0 bytes)";
  return startsLikeSqlite(headOf(path)) ? null : "is not an SQLite database";
}

/** Is there a file at `path` that carries the app's mark? One that is damaged at its beginning does not. */
export function isOwnDatabase(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) return false;
  const head = headOf(path);
  return (
    startsLikeSqlite(head) &&
    head.length > APPLICATION_ID_AT + 4 &&
    head.readUInt32BE(APPLICATION_ID_AT) === APPLICATION_ID
  );
}

/** Is there a lock of ours at `path`: a database with nothing but who holds it? */
export function isOwnLock(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) return false;
  const head = headOf(path);
  return startsLikeSqlite(head) && head.includes("holder (pid INTEGER NOT NULL)");
}
