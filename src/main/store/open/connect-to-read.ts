import { accessSync, chmodSync, constants, copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { PRIVATE_MODE } from "../../data/replace-file.ts";
import { connect, type Database } from "./database.ts";
import { isDamage } from "../store-failure.ts";

/** A connection that changes nothing where the database lies. */
export interface ReadConnection {
  readonly db: Database;
  /** What other connections of this process open: the database, or the copy that is read in its place. */
  readonly readFrom: string;
  /** Ends the connection and removes the copy. */
  close(): void;
}

const bytesOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function mayBeWritten(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function firstLook(db: Database): Database {
  try {
    db.prepare("SELECT count(*) FROM sqlite_schema").get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens the database at `path` so that its bytes stay as they are. SQLite needs to write beside a database in order to
 * share it with other processes; where it may not, as in a read-only folder, a copy in the folder for temporary files
 * is read.
 *
 * @throws {Error} SQLite's error if there is no database, or it is damaged.
 */
export function connectToRead(path: string, nativeBinding: string | null): ReadConnection {
  const left = bytesOf(`${path}-wal`) + bytesOf(`${path}-journal`);
  try {
    // SQLite removes what it has made beside the file only through a connection that might write; with an
    // unfinished log it would also write that into the file.
    const readOnly = left > 0 || !mayBeWritten(path);
    const db = firstLook(connect(path, { nativeBinding, readOnly }));
    return { db, readFrom: path, close: () => db.close() };
  } catch (error) {
    if (isDamage(error) || statSync(path, { throwIfNoEntry: false }) === undefined) throw error;
    return readCopy(path, nativeBinding);
  }
}

/** Reads a copy of the database with what is in its log. */
export function readCopy(path: string, nativeBinding: string | null): ReadConnection {
  const folder = mkdtempSync(join(tmpdir(), "backprop-lab-read-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, basename(path));
    for (const suffix of ["", "-wal", "-journal"]) {
      if (bytesOf(path + suffix) === 0) continue;
      copyFileSync(path + suffix, copy + suffix, constants.COPYFILE_FICLONE);
      chmodSync(copy + suffix, PRIVATE_MODE);
    }
    const db = firstLook(connect(copy, { nativeBinding }));
    const close = (): void => {
      db.close();
      remove();
    };
    return { db, readFrom: copy, close };
  } catch (error) {
    remove();
    throw error;
  }
}
