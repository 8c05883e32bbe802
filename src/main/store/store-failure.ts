import { StoreError } from "../../core/errors.ts";
import { messageOf } from "../../core/thrown.ts";
import { BUSY_TIMEOUT_MS } from "./open/database.ts";

/** SQLite's extended result code ("SQLITE_BUSY_SNAPSHOT") or a file system's ("ENOSPC"), or "". */
export function failureCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Is there no room left where it was to be written? */
export function isOutOfSpace(error: unknown): boolean {
  const cause = error instanceof StoreError ? error.cause : error;
  return /^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT)/.test(failureCode(cause));
}

/** Of what `body` writes to `path`: says where there was no room, and what to do. Every other error passes. */
export async function namingFullDisk<T>(path: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw isOutOfSpace(error) ? storeFailure("write", path, error) : error;
  }
}

/** Is the file itself unusable, whatever is asked of it? */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(failureCode(error));
}

const LOCKED = /^SQLITE_(BUSY|LOCKED)/;
const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [
    LOCKED,
    `another program has kept it locked for more than ${BUSY_TIMEOUT_MS / 1000} s. Close that program and try again`,
  ],
  [
    /^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT)/,
    "the disk is full. Free some space on it and try again",
  ],
  [
    /^(SQLITE_READONLY|SQLITE_PERM|SQLITE_AUTH|EACCES|EPERM|EROFS)/,
    "it may not be written. Change the permissions of the file and its folder, or choose another folder",
  ],
  [
    /^SQLITE_CANTOPEN/,
    "it cannot be opened. Check that the folder exists and that you may read and write the file and its folder",
  ],
  [
    /^SQLITE_(CORRUPT|NOTADB)/,
    "the file is damaged. Restart the app: it keeps the file aside and restores the last backup",
  ],
  [/^(SQLITE_IOERR|EIO)/, "the disk reported an error. Check the disk, then restart the app"],
  [/^ENOENT/, "its folder does not exist any more. Choose another folder"],
  [/^(EISDIR|ENOTDIR|EEXIST)/, "a folder or file of that name is in the way. Choose another name"],
];

/**
 * Says what failed, where, why and what to do; SQLite's or the file system's own error is the cause.
 *
 * @param lockedBecause What the lab itself is doing to the database in another thread: "runs are being imported".
 */
export function storeFailure(
  action: string,
  path: string,
  cause: unknown,
  lockedBecause?: string,
): StoreError {
  if (cause instanceof StoreError) return cause;
  const code = failureCode(cause);
  if (lockedBecause !== undefined && LOCKED.test(code)) {
    return new StoreError(`Could not ${action} in ${path}: ${lockedBecause}. Try again when that is done.`, {
      cause,
    });
  }
  const told = EXPLANATIONS.find(([pattern]) => pattern.test(code))?.[1];
  const own = messageOf(cause);
  // The file system begins its words with the code.
  const said = own.startsWith(code) ? own : `${code}: ${own}`;
  const why = told === undefined ? own : `${told} (${said})`;
  return new StoreError(`Could not ${action} in ${path}: ${why}.`, { cause });
}
