import { statSync } from "node:fs";
import { messageOf } from "../../../core/thrown.ts";
import { StoreError } from "../../../core/errors.ts";
import { COMMAND_NAME } from "../../place/command-name.ts";
import { connectToRead, readCopy, type ReadConnection } from "./connect-to-read.ts";
import { connect, type Database } from "./database.ts";
import { assertOwnDatabase, migrate, schemaVersion } from "./migrate.ts";
import { CURRENT_SCHEMA, MIGRATIONS } from "../migrations/migrations.ts";
import { checkAtOnce } from "./open-sound.ts";
import { unreadableReason } from "./own-file.ts";
import { INTERRUPTED, SqliteStore } from "../sqlite-store.ts";
import { failureCode, isDamage, storeFailure } from "../store-failure.ts";
import type { Store } from "../store.ts";
import { isBeingWritten } from "./write-lock.ts";

/** How to open a database only to look at it. */
export interface ReadingOptions {
  /** Why it is not opened for writing. */
  readonly reason: string;
  /** A database that is not there yet is an empty one instead of an error. */
  readonly emptyIfMissing?: boolean;
  /** It would be opened for writing if the disk had room. */
  readonly outOfSpace?: boolean;
}

const newerReason = (version: number): string =>
  `It was written by a newer version of the app (schema ${version}; this one knows up to ${CURRENT_SCHEMA}). ` +
  "Update the app to save new runs here; until then runs can be looked at and exported.";

/**
 * Opens the app's own database at `path` without changing it: nothing is made, renamed or brought up to date in its
 * place.
 *
 * @throws {StoreError} If there is none, or it is too damaged to be read.
 */
export function openForReading(
  path: string,
  nativeBinding: string | null,
  { reason, emptyIfMissing = false, outOfSpace = false }: ReadingOptions,
): Store {
  if (!isThere(path)) {
    if (emptyIfMissing) return emptyStore(path, nativeBinding);
    throw new StoreError(
      `Could not read the saved runs in ${path}: there is no file of that name. Check the name.`,
    );
  }
  try {
    let connection = connectToRead(path, nativeBinding);
    try {
      const integrity = checkAtOnce(connection.db, path);
      assertOwnDatabase(connection.db, path);
      if (integrity === "ok" && schemaVersion(connection.db) < CURRENT_SCHEMA) {
        connection.close();
        connection = upToDateCopy(path, nativeBinding);
      }
      const reader = connection;
      const { db, readFrom } = reader;
      const damage = integrity === "ok" ? [] : [`${path} is damaged (${integrity}). ${REPAIR}`];
      const abandonedRuns = isBeingWritten(path, nativeBinding) === false;
      if (abandonedRuns) showInterrupted(db);
      db.pragma("query_only = ON", { simple: true });
      const version = schemaVersion(db);
      return new SqliteStore({
        db,
        path,
        readFrom,
        integrity,
        notices: damage,
        damage,
        abandonedRuns,
        outOfSpace,
        lock: null,
        readOnlyReason: version > CURRENT_SCHEMA ? newerReason(version) : reason,
        release: () => reader.close(),
      });
    } catch (error) {
      connection.close();
      throw error;
    }
  } catch (error) {
    // SQLite has no code of its own for a format that it does not know.
    const unknown = failureCode(error) === "SQLITE_ERROR" && unreadableReason(path) !== null;
    if (!isDamage(error) && !unknown) throw storeFailure("read the saved runs", path, error);
    const why = messageOf(error);
    throw new StoreError(`${path} is damaged (${why}) and cannot be read; nothing was changed. ${REPAIR}`, {
      cause: error,
    });
  }
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Its folder is a file.
    return false;
  }
}

const REPAIR = `"${COMMAND_NAME} doctor --repair", or opening it in the app, keeps the file aside and mends it or restores the last backup.`;

/** What an open store reads, and how. */
export type ReaderSource = Pick<Store, "path" | "readFrom" | "abandonedRuns">;

/** Another connection for what a store reads, as the threads of the store need it. @throws {StoreError} */
export function openReader(
  { path, readFrom, abandonedRuns }: ReaderSource,
  nativeBinding: string | null,
): SqliteStore {
  const db =
    readFrom === null
      ? emptyDatabase(path, nativeBinding)
      : connect(readFrom, { nativeBinding, readOnly: true });
  if (abandonedRuns) showInterrupted(db);
  return new SqliteStore({
    db,
    path,
    readFrom,
    integrity: "not checked",
    notices: [],
    damage: [],
    abandonedRuns,
    lock: null,
    readOnlyReason: "This connection only reads.",
    release: () => db.close(),
  });
}

/** A database of an earlier version, read as this version would have made it. */
function upToDateCopy(path: string, nativeBinding: string | null): ReadConnection {
  const copy = readCopy(path, nativeBinding);
  try {
    migrate(copy.db, copy.readFrom, MIGRATIONS, new Date());
    return copy;
  } catch (error) {
    copy.close();
    throw error;
  }
}

/** Runs that a dead process has left running are shown as what the next start for writing will make of them. */
function showInterrupted(db: Database): void {
  const columns = db.prepare<{ name: string }>("SELECT name FROM pragma_table_info('run')").all();
  const shown = columns.map(({ name }) => {
    if (name === "status") return "CASE status WHEN 'running' THEN 'interrupted' ELSE status END AS status";
    if (name === "failure")
      return `CASE status WHEN 'running' THEN '${INTERRUPTED}' ELSE failure END AS failure`;
    return `"${name}"`;
  });
  db.exec(`CREATE TEMP VIEW run AS SELECT ${shown.join(", ")} FROM main.run`);
}

function emptyDatabase(path: string, nativeBinding: string | null): Database {
  const db = connect(":memory:", { nativeBinding });
  migrate(db, path, MIGRATIONS, new Date());
  return db;
}

function emptyStore(path: string, nativeBinding: string | null): Store {
  const db = emptyDatabase(path, nativeBinding);
  const readOnlyReason = `There is no database at ${path} yet: the first run makes it.`;
  return new SqliteStore({
    db,
    path,
    readFrom: null,
    integrity: "ok",
    notices: [],
    damage: [],
    abandonedRuns: false,
    readOnlyReason,
    lock: null,
    release: () => db.close(),
  });
}
