import { randomBytes } from "node:crypto";
import { closeSync, openSync, readSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { replaceFileSync } from "../../data/replace-file.ts";

/** Enough for the log of a small deletion and the memory that SQLite shares, each a file. */
const RESERVE_BYTES = 1 << 20;
/** Where less than this is left, nothing is taken in reserve. */
const MOST_SHARE_OF_FREE = 1 / 8;
const MARK = "Backprop Lab keeps this room so that the trash can be emptied on a full disk.\n";

/** The reserve of the database at `path`. */
export const reservePath = (path: string): string => `${path}.reserve`;

function isReserve(file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() !== true || stats.size !== RESERVE_BYTES) return false;
  const head = Buffer.alloc(MARK.length);
  const handle = openSync(file, "r");
  try {
    readSync(handle, head, 0, head.length, 0);
  } finally {
    closeSync(handle);
  }
  return head.toString("latin1") === MARK;
}

/**
 * Sees to it that some room beside the database is taken by a file that may go. Where there is none, or a file of that
 * name is another's, there is no reserve.
 */
export function keepReserve(path: string): void {
  const file = reservePath(path);
  try {
    if (statSync(file, { throwIfNoEntry: false }) !== undefined) return;
    const { bavail, bsize } = statfsSync(dirname(path));
    if (RESERVE_BYTES > MOST_SHARE_OF_FREE * bavail * bsize) return;
    // Random: a disk that compresses must not keep it in less.
    const content = Buffer.concat([Buffer.from(MARK, "latin1"), randomBytes(RESERVE_BYTES - MARK.length)]);
    replaceFileSync(file, (part) => writeFileSync(part, content), { private: true, overwrite: false });
  } catch {
    // What it is for may never come; whatever is wrong with the folder is said by those who need it.
  }
}

/** Gives the reserve's room back to the disk. */
export function freeReserve(path: string): void {
  const file = reservePath(path);
  if (isReserve(file)) rmSync(file);
}
