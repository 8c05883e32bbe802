import { closeSync, openSync, readSync, statSync } from "node:fs";

/** "BpLb": says in the file's header whose database it is. */
export const APPLICATION_ID = 0x42704c62;
/** What SQLite keeps beside a database. */
export const COMPANIONS = ["-wal", "-shm", "-journal"] as const;

const MAGIC = "SQLite format 3\0";
const APPLICATION_ID_AT = 68;
/** Versions of the format for those who write and read, and the last byte of the schema's: SQLite refuses others. */
const [WRITE_VERSION_AT, READ_VERSION_AT, SCHEMA_FORMAT_AT] = [18, 19, 47];
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

/** A number in the header that no version of SQLite writes: it refuses the file, or only reads it. */
function formatFault(head: Buffer): string | null {
  const schema = head[SCHEMA_FORMAT_AT];
  // Cut short: SQLite says so itself.
  if (schema === undefined) return null;
  if (schema > 4) return `schema format ${schema}`;
  const strange = [WRITE_VERSION_AT, READ_VERSION_AT].map((at) => head[at]).find((n) => n !== 1 && n !== 2);
  return strange === undefined ? null : `file format ${strange}`;
}

/** Why the file at `path` cannot be a database, or null if there is none or it starts like one. */
export function unreadableReason(path: string): string | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (stats.size === 0) return "is empty (0 bytes)";
  const head = headOf(path);
  if (!startsLikeSqlite(head)) return "is not an SQLite database";
  const fault = formatFault(head);
  return fault === null ? null : `is damaged (${fault} is unknown to SQLite)`;
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
