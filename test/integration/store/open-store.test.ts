import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { StoreError } from "../../../src/core/errors.ts";
import { connect } from "../../../src/main/store/open/database.ts";
import { MIGRATIONS } from "../../../src/main/store/migrations/migrations.ts";
import { openStore } from "../../../src/main/store/open/open-store.ts";
import { cell, machine, nativeBinding, notebookRun } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

const folder = useStoreFolder();

/** A database with one run of `cells` cells, closed. */
function savedRun({ cells }: { readonly cells: number }): string {
  const store = folder.open(folder.file());
  store.saveMachine(machine);
  const { id } = store.createRun(notebookRun);
  for (let order = 1; order <= cells; order++) store.addCell(id, cell(order));
  store.finishRun(id, {
    status: "finished",
    summary: {},
    failure: null,
    finishedAt: "2026-11-23T05:00:00.000Z",
  });
  store.close();
  return id;
}

const keptAside = () =>
  readdirSync(dirname(folder.file())).filter((name) => /^lab\.sqlite\.bad-\d{8}T\d{6}Z(-\d+)?$/.test(name));

test("openStore() makes the folder and the database", () => {
  const path = folder.file("deep/er/lab.sqlite");
  const store = folder.open(path);
  expect(store).toMatchObject({ path, readOnly: false, readOnlyReason: null, notices: [] });
  const db = connect(path, { nativeBinding, readOnly: true });
  expect(db.pragma("journal_mode", { simple: true })).toBe("wal");
  db.close();
});

test("fault 25: openStore() throws StoreError naming the folder when a file is in its place", () => {
  writeFileSync(folder.file("taken"), "a file");
  const path = folder.file("taken/lab.sqlite");
  expect(() => folder.open(path)).toThrow(StoreError);
  expect(() => folder.open(path)).toThrow(
    /taken: the folder cannot be made or written .* choose another folder/,
  );
});

test("openStore() throws StoreError when a folder has the database's name", () => {
  mkdirSync(folder.file());
  expect(() => folder.open(folder.file())).toThrow(StoreError);
});

test("openStore() throws StoreError when the native binding is missing", () => {
  const path = folder.file();
  const open = () => openStore({ path, nativeBinding: folder.file("missing.node") });
  expect(open).toThrow(/no native binding at .*missing\.node.*npm run setup/);
  expect(existsSync(path)).toBe(false);
});

test.each([
  ["an empty file", Buffer.alloc(0), /is empty \(0 bytes\)/],
  [
    "a text file",
    Buffer.from("these are my notes, not a database\n".repeat(300)),
    /is not an SQLite database/,
  ],
  ["a few bytes", Buffer.from("SQLite"), /is not an SQLite database/],
  ["a header without pages", Buffer.from("SQLite format 3\0 and nothing that follows"), /is damaged/],
])("fault 20: openStore() keeps %s in the app's own place aside and says so", (_, content, reason) => {
  writeFileSync(folder.file(), content);
  const store = folder.open(folder.file(), { usualPlace: true });
  expect(store.readOnly).toBe(false);
  expect(store.listRuns()).toStrictEqual([]);
  expect(store.notices).toHaveLength(1);
  expect(store.damage).toEqual(store.notices);
  expect(store.notices[0]).toMatch(reason);
  const [kept = ""] = keptAside();
  expect(store.notices[0]).toContain(kept);
  expect(readFileSync(join(dirname(folder.file()), kept))).toStrictEqual(content);
});

test("fault 19: openStore() restores the last backup when the file was cut short", () => {
  const id = savedRun({ cells: 40 });
  truncateSync(folder.file(), Math.floor(statSync(folder.file()).size / 2));
  const store = folder.open(folder.file());
  expect(store.notices[0]).toMatch(/is damaged .* The backup of 20.*Z was restored/);
  expect(store.getRun(id).cells).toHaveLength(40);
  expect(store.info().integrity).toBe("ok");
  expect(keptAside()).toHaveLength(1);
});

test("fault 19: openStore() restores the last backup when pages were overwritten", () => {
  const id = savedRun({ cells: 40 });
  const bytes = readFileSync(folder.file());
  bytes.fill(0xa5, 4096, 4096 * 6);
  writeFileSync(folder.file(), bytes);
  const store = folder.open(folder.file());
  expect(store.getRun(id).cells).toHaveLength(40);
  expect(readFileSync(join(dirname(folder.file()), keptAside()[0] ?? ""))).toStrictEqual(bytes);
});

test("openStore() passes over a damaged backup and starts empty when there is no sound one", () => {
  savedRun({ cells: 1 });
  writeFileSync(folder.file(), "gone");
  writeFileSync(folder.file("lab.sqlite.backup"), "gone too");
  const store = folder.open(folder.file());
  expect(store.notices[0]).toMatch(/There is no backup, so the list of runs starts empty/);
  expect(store.listRuns()).toStrictEqual([]);
});

test("fault 21: openStore() keeps the log of a damaged file with it, so that it is not applied to the next", () => {
  writeFileSync(folder.file(), "no database");
  writeFileSync(folder.file("lab.sqlite-wal"), "its log");
  folder.open(folder.file(), { usualPlace: true });
  const kept = keptAside()[0] ?? "";
  expect(readFileSync(folder.file(`${kept}-wal`), "utf8")).toBe("its log");
});

test("fault 23: openStore() opens a database of a newer app read-only and says so", () => {
  const id = savedRun({ cells: 2 });
  const newer = connect(folder.file(), { nativeBinding });
  newer.exec("ALTER TABLE run ADD COLUMN mood TEXT; PRAGMA user_version = 99");
  newer.close();
  const before = readFileSync(folder.file());
  const store = folder.open(folder.file());
  expect(store.readOnly).toBe(true);
  expect(store.readOnlyReason).toContain(
    `newer version of the app (schema 99; this one knows up to ${MIGRATIONS.at(-1)!.version})`,
  );
  expect(store.getRun(id).cells).toHaveLength(2);
  expect(() => store.saveMachine(machine)).toThrow(/open for reading only.*newer version/);
  expect(() => store.resumeRun(id)).toThrow(StoreError);
  store.close();
  expect(readFileSync(folder.file())).toStrictEqual(before);
});

test("openStore() leaves another program's database alone", () => {
  const other = connect(folder.file(), { nativeBinding });
  other.exec("CREATE TABLE recipe (name TEXT)");
  other.close();
  const before = readFileSync(folder.file());
  expect(() => folder.open(folder.file())).toThrow(/database of another program.*Choose another file/);
  expect(readFileSync(folder.file())).toStrictEqual(before);
});

test("fault 13: openStore() opens read-only and says who has it while another store writes", () => {
  const id = savedRun({ cells: 1 });
  const writer = folder.open(folder.file());
  const second = folder.open(folder.file());
  expect(second.readOnly).toBe(true);
  expect(second.readOnlyReason).toContain(`in use by process ${process.pid}`);
  writer.resumeRun(id);
  expect(second.getRun(id).run.status).toBe("running");
  expect(() => second.createRun(notebookRun)).toThrow(/open for reading only.*in use/);
  second.close();
  writer.close();
  expect(folder.open(folder.file()).readOnly).toBe(false);
});

test("openStore() is not kept out by a damaged lock file", () => {
  writeFileSync(folder.file("lab.sqlite.lock"), "no lock at all");
  expect(folder.open(folder.file())).toMatchObject({ readOnly: false, notices: [] });
});

test("openStore() with readOnly takes no lock and changes nothing", () => {
  const id = savedRun({ cells: 1 });
  const reader = folder.open(folder.file(), { readOnly: true });
  expect(folder.open(folder.file()).readOnly).toBe(false);
  expect(reader.getRun(id).cells).toHaveLength(1);
  expect(() => reader.markInterrupted()).toThrow(StoreError);
});

test("openStore() with readOnly throws StoreError when there is no database", () => {
  const path = folder.file("none/lab.sqlite");
  expect(() => folder.open(path, { readOnly: true })).toThrow(/Could not read the saved runs in .*none/);
  expect(existsSync(dirname(path))).toBe(false);
});

test("openStore() marks runs as interrupted that a dead process left running", () => {
  const store = folder.open(folder.file());
  store.saveMachine(machine);
  const { id } = store.createRun(notebookRun);
  store.close();
  const { run } = folder.open(folder.file()).getRun(id);
  expect(run).toMatchObject({ status: "interrupted", finishedAt: null });
  expect(run.failure).toMatch(/The app ended while this run was on/);
});

test("close() renews the backup only when something was written and leaves no log", () => {
  savedRun({ cells: 1 });
  const names = () => readdirSync(dirname(folder.file())).sort();
  const backup = folder.file("lab.sqlite.backup");
  expect(names()).toStrictEqual(["lab.sqlite", "lab.sqlite.backup", "lab.sqlite.lock", "lab.sqlite.reserve"]);
  rmSync(backup);
  folder.open(folder.file()).close();
  expect(names()).not.toContain(basename(backup));
});
