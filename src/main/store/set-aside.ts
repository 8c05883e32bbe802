import { closeSync, existsSync, openSync, readSync, renameSync, statSync } from "node:fs";

const MAGIC = "SQLite format 3\0";
/** What SQLite keeps beside a database; a stale one must not be applied to the database that follows. */
const COMPANIONS = ["", "-wal", "-shm", "-journal"] as const;

/** Why the file at `path` cannot be a database, or null if there is none or it starts like one. */
export function unreadableReason(path: string): string | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (stats.size === 0) return "is empty (0 bytes)";
  const head = Buffer.alloc(MAGIC.length);
  const file = openSync(path, "r");
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return head.toString("latin1") === MAGIC ? null : "is not an SQLite database";
}

/** 20261123T045312Z: readable, sortable and allowed in every file system's names. */
export function compactTime(date: Date): string {
  return date
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(/[-:]/g, "");
}

/** Renames an unusable database and its companions to `….bad-<time>` and returns the new name: nothing is lost. */
export function setAside(path: string, now: Date): string {
  const wanted = `${path}.bad-${compactTime(now)}`;
  let kept = wanted;
  for (let n = 2; existsSync(kept); n++) kept = `${wanted}-${n}`;
  for (const suffix of COMPANIONS) {
    if (existsSync(path + suffix)) renameSync(path + suffix, kept + suffix);
  }
  return kept;
}
