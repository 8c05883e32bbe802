import { existsSync } from "node:fs";
import BetterSqlite3 from "better-sqlite3";
import { StoreError } from "../../../core/errors.ts";

export type SqlValue = number | string | null;
type SqlParameter = SqlValue | Uint8Array;
type SqlParameters = readonly [Readonly<Record<string, SqlParameter>>] | readonly SqlParameter[];

/** A prepared statement; `Row` is what its SELECT gives, vouched for by the STRICT tables of the migrations. */
export interface Statement<Row> {
  run(...parameters: SqlParameters): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(...parameters: SqlParameters): Row | undefined;
  all(...parameters: SqlParameters): Row[];
  /** Rows one by one; until the last one nothing can be written through this connection. */
  iterate(...parameters: SqlParameters): IterableIterator<Row>;
}

/** A prepared SELECT whose rows come as arrays of the columns' values: four times as fast as objects. */
export interface RawStatement {
  all(...parameters: SqlParameters): SqlValue[][];
}

/** A better-sqlite3 connection. */
export interface Database {
  readonly open: boolean;
  readonly inTransaction: boolean;
  prepare<Row = never>(sql: string): Statement<Row>;
  exec(sql: string): void;
  pragma(sql: string, options: { readonly simple: boolean }): unknown;
  transaction<R>(body: () => R): { immediate(): R };
  close(): void;
}

/** Older versions can lose committed pages when two connections checkpoint a WAL (fixed in 3.51.3). */
const OLDEST_SQLITE = [3, 51, 3] as const;
export const BUSY_TIMEOUT_MS = 5000;

/**
 * Refuses a runtime that SQLite's native code would crash: the prebuilt binary needs Node-API 10, and loading it
 * below that is a segmentation fault, not an exception.
 */
export function assertLoadable(nativeBinding: string | null, napi: string | undefined): void {
  if (nativeBinding === null) {
    if (Number(napi ?? 0) >= 10) return;
    throw new StoreError(
      `SQLite cannot be loaded: its prebuilt binary needs Node-API 10 and this runtime has ${napi ?? "none"}. ` +
        "Run the set-up again (npm run setup), which builds SQLite for this runtime, or use Electron 35 or later; install an installed app again.",
    );
  }
  if (!existsSync(nativeBinding)) {
    throw new StoreError(
      `SQLite cannot be loaded: there is no native binding at ${nativeBinding}. Run the set-up again (npm run setup), or install the app again.`,
    );
  }
}

/** Refuses an SQLite that is known to corrupt WAL databases. */
export function assertSqliteVersion(version: string): void {
  const parts = version.split(".").map(Number);
  for (const [i, oldest] of OLDEST_SQLITE.entries()) {
    const part = parts[i] ?? 0;
    if (part > oldest) return;
    if (part < oldest) {
      throw new StoreError(
        `SQLite ${version} is too old: ${OLDEST_SQLITE.join(".")} or later is needed, because earlier ones can ` +
          "corrupt a database in WAL mode. Run the set-up again (npm run setup), or install the app again.",
      );
    }
  }
}

export function sqliteVersion(db: Database): string {
  return db.prepare<{ version: string }>("SELECT sqlite_version() AS version").get()?.version ?? "unknown";
}

export interface ConnectOptions {
  readonly nativeBinding: string | null;
  readonly readOnly?: boolean;
  readonly busyTimeoutMs?: number;
}

/** Opens a connection, having checked that the runtime can. A damaged file is an SqliteError from here on. */
export function connect(path: string, { nativeBinding, readOnly, busyTimeoutMs }: ConnectOptions): Database {
  assertLoadable(nativeBinding, process.versions["napi"]);
  const db = new BetterSqlite3(path, {
    readonly: readOnly ?? false,
    fileMustExist: readOnly ?? false,
    timeout: busyTimeoutMs ?? BUSY_TIMEOUT_MS,
    ...(nativeBinding === null ? {} : { nativeBinding }),
  }) as Database;
  try {
    assertSqliteVersion(sqliteVersion(db));
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/** A SELECT whose rows are arrays, prepared at its first use and kept. */
export function keptRawStatement(db: Database, sql: string): () => RawStatement {
  let kept: RawStatement | undefined;
  // better-sqlite3 returns the statement itself, which then answers otherwise.
  return () => (kept ??= (db.prepare(sql) as unknown as { raw(on: boolean): RawStatement }).raw(true));
}

/**
 * A statement that is prepared at its first use and kept. Not at once: a database of a newer schema must still
 * open for reading, even if one of the statements no longer fits it.
 */
export function keptStatement<Row = never>(db: Database, sql: string): () => Statement<Row> {
  let kept: Statement<Row> | undefined;
  return () => (kept ??= db.prepare<Row>(sql));
}

/** Prepares each text of SQL once and keeps it. */
export function preparedOnce(db: Database): Pick<Database, "prepare"> {
  const kept = new Map<string, Statement<never>>();
  return {
    prepare(sql) {
      const statement = kept.get(sql) ?? db.prepare(sql);
      kept.set(sql, statement);
      return statement;
    },
  };
}
