import { lstatSync, realpathSync, statSync, type Stats } from "node:fs";
import { StoreError } from "../../../core/errors.ts";
import { specialKind } from "../../data/special-kind.ts";
import { latestBackupPath } from "./backup.ts";
import { COMPANIONS, isOwnDatabase, isOwnLock, unreadableReason } from "./own-file.ts";

/** A file that the app did not make: it is neither opened, renamed nor written. */
export class NotOursError extends StoreError {}

/** Does something beside `path` say that the app has worked here before, whatever became of the file itself? */
const workedHereBefore = (path: string): boolean =>
  isOwnLock(`${path}.lock`) || isOwnDatabase(latestBackupPath(path));

/** The file that a link leads to, as SQLite will open it. */
function followLink(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    throw new NotOursError(
      `${path} is a link that leads to no file, and nothing was changed. Choose another file.`,
      { cause },
    );
  }
}

/** What is at `path`; nothing where its folder is none, or may not be looked into: opening says so. */
function entryAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export interface OwnPlace {
  /** Where the file is or will be; links are followed. */
  readonly path: string;
  readonly exists: boolean;
}

/**
 * Makes sure that the database at `path` is the app's own or is not there yet. Nothing is opened for writing, made or
 * renamed before this: a wrong file name must not cost a file.
 *
 * @param usual The place is one where only the app puts files, so that what lies there under the database's name is
 *   the app's, however damaged.
 * @throws {NotOursError} If there is anything else.
 */
export function requireOwnPlace(path: string, { usual }: { readonly usual: boolean }): OwnPlace {
  const refuse = (what: string): never => {
    throw new NotOursError(`${path} ${what}, and nothing was changed in it. Choose another file.`);
  };
  const entry = entryAt(path);
  if (entry === undefined) {
    const stray = COMPANIONS.map((suffix) => path + suffix).find((file) => entryAt(file) !== undefined);
    if (stray !== undefined && !usual && !workedHereBefore(path)) {
      throw new NotOursError(
        `There is no ${path}, but ${stray}, which SQLite would take for a part of it. Nothing was changed. ` +
          "Choose another name, or move that file away.",
      );
    }
    return { path, exists: false };
  }
  const real = entry.isSymbolicLink() ? followLink(path) : path;
  const special = specialKind(statSync(real));
  if (special !== null) refuse(special);
  if (!usual && !isOwnDatabase(real) && !workedHereBefore(real)) {
    const unreadable = unreadableReason(real);
    refuse(
      unreadable === null ? "is the database of another program" : `${unreadable}, so not one of the app`,
    );
  }
  return { path: real, exists: true };
}
