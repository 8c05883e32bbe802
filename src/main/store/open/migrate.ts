import { StoreError } from "../../../core/errors.ts";
import { messageOf } from "../../../core/thrown.ts";
import { latestBackupPath, writeBackup } from "./backup.ts";
import type { Database } from "./database.ts";
import type { Migration } from "../migrations/migration.ts";
import { APPLICATION_ID } from "./own-file.ts";
import { compactTime } from "./set-aside.ts";

export function schemaVersion(db: Database): number {
  return Number(db.pragma("user_version", { simple: true }));
}

const countTables = (db: Database): number =>
  db.prepare<{ n: number }>("SELECT count(*) AS n FROM sqlite_schema").get()?.n ?? 0;

/** Marks a database that nothing is in yet, in the file itself: a log beside it may be left behind. */
export function markNew(db: Database): void {
  if (countTables(db) === 0) db.pragma(`application_id = ${APPLICATION_ID}`, { simple: true });
}

/** Refuses another program's database: it is sound, so it is neither changed nor kept aside. */
export function assertOwnDatabase(db: Database, path: string): void {
  if (Number(db.pragma("application_id", { simple: true })) === APPLICATION_ID || countTables(db) === 0)
    return;
  throw new StoreError(
    `${path} is the database of another program, and nothing was changed in it. Choose another file.`,
  );
}

/**
 * Brings the database up to the last of `migrations`, all or nothing, after a backup beside it.
 *
 * @returns the backup's path, or null if there was nothing to do or nothing to lose.
 * @throws {StoreError} If a step fails: the database is then as it was before, and so is the backup.
 */
export function migrate(
  db: Database,
  path: string,
  migrations: readonly Migration[],
  now: Date,
): string | null {
  const from = schemaVersion(db);
  const pending = migrations.filter((migration) => migration.version > from);
  if (pending.length === 0) return null;
  let backup: string | null = null;
  if (countTables(db) > 0) {
    backup = `${latestBackupPath(path)}-v${from}-${compactTime(now)}`;
    writeBackup(db, backup);
  }
  // SQLite ignores this inside a transaction; the check below replaces it while tables are rebuilt.
  db.pragma("foreign_keys = OFF", { simple: true });
  try {
    db.transaction(() => {
      for (const migration of pending) runStep(db, path, migration, backup);
      db.pragma(`application_id = ${APPLICATION_ID}`, { simple: true });
    }).immediate();
  } finally {
    db.pragma("foreign_keys = ON", { simple: true });
  }
  return backup;
}

function runStep(db: Database, path: string, migration: Migration, backup: string | null): void {
  try {
    db.transaction(() => {
      migration.up(db);
      const broken = db.prepare<{ table: string }>("PRAGMA foreign_key_check").all();
      const tables = [...new Set(broken.map((row) => row.table))];
      if (tables.length > 0) throw new StoreError(`rows of ${tables.join(", ")} refer to rows that are gone`);
      db.pragma(`user_version = ${migration.version}`, { simple: true });
    }).immediate();
  } catch (cause) {
    const why = messageOf(cause);
    const kept = backup === null ? "" : ` A backup from before is at ${backup}.`;
    throw new StoreError(
      `Could not bring ${path} to schema ${migration.version} (${migration.name}): ${why}. ` +
        `Nothing was changed in it.${kept} Use the version of the app that wrote it, and report this.`,
      { cause },
    );
  }
}
