import { existsSync, readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { StoreError } from "../../../src/core/errors.ts";
import { quickCheck } from "../../../src/main/store/open/backup.ts";
import { connect, type Database } from "../../../src/main/store/open/database.ts";
import { migrate, schemaVersion } from "../../../src/main/store/open/migrate.ts";
import { MIGRATIONS } from "../../../src/main/store/migrations/migrations.ts";
import type { Migration } from "../../../src/main/store/migrations/migration.ts";
import { cell, machine, nativeBinding, notebookRun } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

const folder = useStoreFolder();
const now = new Date("2026-11-23T05:00:00.000Z");
let opened: Database[] = [];

function database(path: string): Database {
  const db = connect(path, { nativeBinding });
  opened.push(db);
  return db;
}

afterEach(() => {
  for (const db of opened) db.close();
  opened = [];
});

/** A database of this version with one run in it, opened. */
function saved(): { readonly db: Database; readonly runId: string } {
  const store = folder.open(folder.file());
  store.saveMachine(machine);
  const { id } = store.createRun(notebookRun);
  store.addCell(id, cell(1));
  store.close();
  return { db: database(folder.file()), runId: id };
}

/** The schema of this version of the app, and two that may come after it. */
const NOW = MIGRATIONS.length;
const addNote: Migration = {
  version: NOW + 1,
  name: "notes",
  up: (db) => db.exec("CREATE TABLE note (text TEXT NOT NULL) STRICT; INSERT INTO note VALUES ('kept')"),
};
const failing: Migration = {
  version: NOW + 2,
  name: "half of it",
  up: (db) =>
    db.exec("ALTER TABLE run RENAME COLUMN name TO title; DELETE FROM timing; CREATE TABLE run (id)"),
};

const tables = (db: Database) =>
  db.prepare<{ sql: string }>("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").all();

test("MIGRATIONS count from 1 without a gap", () => {
  const versions = MIGRATIONS.map((migration) => migration.version);
  expect(versions).toStrictEqual(MIGRATIONS.map((_migration, index) => index + 1));
});

test("migrate() makes a new database without a backup", () => {
  const db = database(folder.file());
  expect(migrate(db, folder.file(), MIGRATIONS, now)).toBeNull();
  expect(schemaVersion(db)).toBe(NOW);
});

test("migrate() does nothing when the database is up to date", () => {
  const { db } = saved();
  expect(migrate(db, folder.file(), MIGRATIONS, now)).toBeNull();
});

test("migrate() keeps a backup from before and all that was saved", () => {
  const { db } = saved();
  const backup = migrate(db, folder.file(), [...MIGRATIONS, addNote], now);
  expect(backup).toBe(`${folder.file()}.backup-v${NOW}-20261123T050000Z`);
  expect(schemaVersion(db)).toBe(NOW + 1);
  expect(db.prepare<{ n: number }>("SELECT count(*) AS n FROM timing").get()?.n).toBe(2);
  const before = database(backup ?? "");
  expect(schemaVersion(before)).toBe(NOW);
  expect(quickCheck(before)).toBe("ok");
});

test("fault 24: migrate() leaves the database as it was when a step fails, and the backup is intact", () => {
  const { db, runId } = saved();
  const schema = tables(db);
  const attempt = () => migrate(db, folder.file(), [...MIGRATIONS, addNote, failing], now);
  expect(attempt).toThrow(StoreError);
  expect(attempt).toThrow(
    new RegExp(
      `to schema ${NOW + 2} \\(half of it\\): .*Nothing was changed in it\\. A backup .*backup-v${NOW}-2026`,
    ),
  );
  expect(schemaVersion(db)).toBe(NOW);
  expect(tables(db)).toStrictEqual(schema);
  expect(db.pragma("foreign_keys", { simple: true })).toBe(1);
  expect(quickCheck(db)).toBe("ok");
  db.close();
  expect(folder.open(folder.file()).getRun(runId).timings).toHaveLength(2);
  const backup = `${folder.file()}.backup-v${NOW}-20261123T050000Z`;
  expect(quickCheck(database(backup))).toBe("ok");
  expect(existsSync(`${backup}.tmp-${process.pid}`)).toBe(false);
});

test("migrate() refuses a step that leaves rows without what they refer to", () => {
  const { db } = saved();
  const orphaning: Migration = {
    version: NOW + 1,
    name: "orphans",
    up: (one) => one.exec("DELETE FROM machine"),
  };
  const attempt = () => migrate(db, folder.file(), [...MIGRATIONS, orphaning], now);
  expect(attempt).toThrow(/rows of run refer to rows that are gone/);
  expect(db.prepare<{ n: number }>("SELECT count(*) AS n FROM machine").get()?.n).toBe(1);
});

test("migrate() touches nothing when the backup cannot be written", () => {
  const { db } = saved();
  const before = readFileSync(folder.file());
  expect(() => migrate(db, folder.file("gone/lab.sqlite"), [...MIGRATIONS, addNote], now)).toThrow(
    StoreError,
  );
  expect(schemaVersion(db)).toBe(NOW);
  expect(readFileSync(folder.file())).toStrictEqual(before);
});

test("migrate() keeps the runs of schema 1 when the kernels' tuning is added", () => {
  const db = database(folder.file());
  migrate(db, folder.file(), MIGRATIONS.slice(0, 1), now);
  db.exec(`INSERT INTO machine VALUES ('m', 'h', 'o', 'c', 2, 1, 'e', 'n', 'v', 'c', 'k')`);
  expect(migrate(db, folder.file(), MIGRATIONS, now)).toMatch(/backup-v1-/);
  expect(db.prepare<{ n: number }>("SELECT count(*) AS n FROM machine").get()?.n).toBe(1);
  expect(db.prepare<{ n: number }>("SELECT count(*) AS n FROM tuning").get()?.n).toBe(0);
});

test("docs/database.md says the version of the schema, and has a row of every table", () => {
  const { db } = saved();
  const page = readFileSync("docs/database.md", "utf8");
  expect(page).toContain(`is the version of its schema, now ${schemaVersion(db)};`);
  const named = page
    .split("\n")
    .flatMap((line) => [...(/^\| (`[^|]*)\|/.exec(line)?.[1] ?? "").matchAll(/`(\w+)`/g)])
    .map(([, name]) => name);
  const tables = db
    .prepare<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    )
    .all()
    .map(({ name }) => name);
  expect(named.toSorted()).toEqual(tables.toSorted());
});
