import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { StoreError } from "../../../src/core/errors.ts";
import { RunRecorder } from "../../../src/main/lab/training/record/run-recorder.ts";
import { writeBackup } from "../../../src/main/store/open/backup.ts";
import { connect } from "../../../src/main/store/open/database.ts";
import { exportMetricsCsv } from "../../../src/main/store/export/export-metrics-csv.ts";
import { openStore } from "../../../src/main/store/open/open-store.ts";
import { findDamage, repair } from "../../../src/main/store/thread/maintenance.ts";
import { isOutOfSpace } from "../../../src/main/store/store-failure.ts";
import { SqliteStore } from "../../../src/main/store/sqlite-store.ts";
import { answerSql } from "../../../src/main/store/sql/answer-sql.ts";
import { databasePath, openSomewhere } from "../../../src/main/place/database-place.ts";
import { cell, machine, nativeBinding, notebookRun } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

// Numbers are those of the list of faults that the app must survive.

const folder = useStoreFolder();
const mounts: string[] = [];
afterEach(() => {
  for (const place of mounts.splice(0)) execFileSync("umount", ["-l", place]);
});

/** A file system of a few megabytes in memory; null where this process may not mount one. */
function smallDisk(name: string, sizeBytes: number): string | null {
  const place = folder.file(name);
  mkdirSync(place);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", place], { stdio: "ignore" });
  } catch {
    return null;
  }
  mounts.push(place);
  return place;
}

function sqliteStore(path = folder.file()): SqliteStore {
  const store = folder.open(path);
  if (!(store instanceof SqliteStore)) throw new TypeError("expected a store on SQLite");
  store.saveMachine(machine);
  return store;
}

const points = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    name: "loss",
    step: from + i,
    epoch: 1,
    value: 1 / (i + 1),
    wallMs: i,
  }));

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe("a full disk", () => {
  test("fault 17: metrics are kept in memory, told once, and written when there is room", () => {
    const store = sqliteStore();
    const { id } = store.createRun(notebookRun);
    const { db } = store.tables;
    const pages = Number(db.pragma("page_count", { simple: true }));
    // SQLite's own limit answers as a full disk does.
    db.pragma(`max_page_count = ${pages + 5}`, { simple: true });
    const told: string[] = [];
    const recorder = new RunRecorder(store, id, (reason) => told.push(reason));
    for (let batch = 0; batch < 20; batch++) {
      recorder.add(points(batch * 1_000, 1_000));
      recorder.save();
    }
    expect(recorder.full).toBe(true);
    expect(recorder.waiting).toBeGreaterThan(1_000);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/the disk is full. Free some space on it and try again/);
    const written = store.getMetrics(id).length;
    expect(written + recorder.waiting).toBe(20_000);
    db.pragma("max_page_count = 1000000", { simple: true });
    expect(recorder.save()).toBe(true);
    expect(recorder.full).toBe(false);
    expect(store.getMetrics(id).map(({ step }) => step)).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
    expect(findDamage(db)).toEqual([]);
  });

  test("fault 17: on a real small disk: the database stays sound, and goes on when something is deleted", (context) => {
    const disk = smallDisk("disk", 8_000_000);
    if (disk === null) return context.skip();
    const filler = join(disk, "filler");
    writeFileSync(filler, Buffer.alloc(7_300_000));
    const store = sqliteStore(join(disk, "lab.sqlite"));
    const { id } = store.createRun(notebookRun);
    const recorder = new RunRecorder(store, id, () => undefined);
    for (let batch = 0; batch < 15; batch++) {
      recorder.add(points(batch * 1_000, 1_000));
      recorder.save();
    }
    expect(recorder.full).toBe(true);
    rmSync(filler);
    expect(recorder.save()).toBe(true);
    expect(store.getMetrics(id)).toHaveLength(15_000);
    expect(findDamage(store.tables.db)).toEqual([]);
    store.close();
  });
});

describe("a full or removed target", () => {
  test("fault 26: an export and a backup leave nothing half-written, and the old file as it was", async (context) => {
    const disk = smallDisk("target", 400_000);
    if (disk === null) return context.skip();
    const store = sqliteStore();
    const { id } = store.createRun(notebookRun);
    store.addMetrics(id, points(0, 20_000));
    const csv = join(disk, "metrics.csv");
    writeFileSync(csv, "earlier");
    await expect(exportMetricsCsv(store, [id], csv)).rejects.toThrow(/the disk is full/);
    expect(() => writeBackup(store.tables.db, join(disk, "copy.sqlite"))).toThrow(/the disk is full/);
    expect(readFileSync(csv, "utf8")).toBe("earlier");
    expect(readdirSync(disk)).toEqual(["metrics.csv"]);
    await expect(exportMetricsCsv(store, [id], join(disk, "gone", "m.csv"))).rejects.toThrow(
      /folder does not exist/,
    );
  });
});

test("fault 18: a database that another program keeps locked is waited for, then named", () => {
  const store = sqliteStore();
  const { id } = store.createRun(notebookRun);
  const other = connect(folder.file(), { nativeBinding });
  other.exec("BEGIN IMMEDIATE");
  const began = performance.now();
  expect(() => store.addMetrics(id, points(0, 1))).toThrow(
    /another program has kept it locked for more than 5 s/,
  );
  expect(performance.now() - began).toBeGreaterThan(4_500);
  other.exec("ROLLBACK");
  other.close();
  store.addMetrics(id, points(0, 1));
  expect(store.getMetrics(id)).toHaveLength(1);
});

describe("file systems of other machines", () => {
  test.each([
    [0x6969, "NFS"],
    [0xff534d42, "CIFS"],
    [0x0bd00bd0, "Lustre"],
    [0x47504653, "GPFS"],
    [0x19830326, "BeeGFS"],
    [0x00c36400, "CephFS"],
    // As a signed number, which 32-bit systems give.
    [0xaad7aaea - 2 ** 32, "PanFS"],
    [-11317950, "CIFS"],
  ])("fault 22: type %i: no log in shared memory, and a warning", (type, name) => {
    const store = openStore({ path: folder.file(), nativeBinding, fileSystemType: () => type });
    try {
      expect(store.notices.join(" ")).toContain(`(${name})`);
      store.saveMachine(machine);
      store.createRun(notebookRun);
      expect(existsSync(`${folder.file()}-wal`)).toBe(false);
    } finally {
      store.close();
    }
  });

  test("fault 22: a folder that a cloud program copies is named", () => {
    const store = folder.open(folder.file("Dropbox/lab.sqlite"));
    expect(store.notices.join(" ")).toContain("Dropbox keeps on several machines");
  });

  test("a disk of this machine is not warned about", () => {
    const store = openStore({ path: folder.file(), nativeBinding, fileSystemType: () => 0xef53 });
    expect(store.notices).toEqual([]);
    store.close();
  });
});

describe("a folder that may not be written", () => {
  test("fault 25: a person chooses another, which is remembered", async () => {
    const blocked = folder.file("blocked");
    writeFileSync(blocked, "a file where the folder should be");
    const place = { placeFile: folder.file("place.json"), usualPath: join(blocked, "lab.sqlite") };
    const other = folder.file("other");
    const reasons: string[] = [];
    const ask = (why: string) => {
      reasons.push(why);
      return Promise.resolve(other);
    };
    const open = (path: string) => Promise.resolve(folder.open(path));
    const store = await openSomewhere(place, open, { ask, log: silent });
    expect(store.path).toBe(join(other, "lab.sqlite"));
    expect(reasons.join(" ")).toContain(blocked);
    store.close();
    expect(databasePath(place, silent)).toBe(join(other, "lab.sqlite"));
    await expect(
      openSomewhere({ ...place, placeFile: folder.file("none.json") }, open, {
        ask: () => Promise.resolve(null),
        log: silent,
      }),
    ).rejects.toThrow(StoreError);
  });

  test("fault 27: a damaged note of the place is kept aside, and the usual place is used", () => {
    const placeFile = folder.file("place.json");
    writeFileSync(placeFile, "{ not json");
    expect(databasePath({ placeFile, usualPath: "/usual" }, silent)).toBe("/usual");
    expect(readFileSync(`${placeFile}.bad`, "utf8")).toBe("{ not json");
    expect(existsSync(placeFile)).toBe(false);
  });

  test("fault 25: a read-only file is told apart from a full disk", (context) => {
    if (process.getuid?.() === 0) return context.skip();
    const store = sqliteStore();
    store.close();
    chmodSync(folder.file(), 0o400);
    expect(() => folder.open(folder.file())).toThrow(/may not be written/);
  });
});

describe("damaged files", () => {
  const putByte = (path: string, at: number, value: number): void => {
    const bytes = readFileSync(path);
    bytes[at] = value;
    writeFileSync(path, bytes);
  };
  const saved = (): string => {
    const store = sqliteStore();
    const { id } = store.createRun(notebookRun);
    store.addCell(id, cell(1));
    store.addMetrics(id, points(0, 5_000));
    store.close();
    return id;
  };

  test.each([
    [
      "cut in half",
      (path: string) => truncateSync(path, Math.floor(readFileSync(path).length / 8192) * 4096),
    ],
    [
      "overwritten in the middle",
      (path: string) => {
        const bytes = readFileSync(path);
        bytes.fill(0xa5, 8_192, bytes.length - 8_192);
        writeFileSync(path, bytes);
      },
    ],
    ["without its beginning", (path: string) => writeFileSync(path, readFileSync(path).subarray(512))],
    ["empty", (path: string) => writeFileSync(path, "")],
    // Numbers in the header that SQLite answers without a code, or by reading only.
    ["with a file format for writing that is unknown", (path: string) => putByte(path, 18, 7)],
    ["with a schema format that is unknown", (path: string) => putByte(path, 47, 7)],
    ["with a negative schema version", (path: string) => putByte(path, 60, 0xc7)],
  ])("fault 19: a file %s is kept aside and the backup takes its place", (_, damage) => {
    const id = saved();
    damage(folder.file());
    const before = readFileSync(folder.file());
    const store = folder.open(folder.file());
    expect(store.notices.join(" ")).toMatch(/It was kept as .*The backup of .* was restored/);
    expect(store.getMetrics(id)).toHaveLength(5_000);
    const kept = readdirSync(folder.file(".")).find((name) => name.includes(".bad-")) ?? "";
    expect(readFileSync(folder.file(kept)).equals(before)).toBe(true);
  });

  test("fault 19: a file with a format that is unknown to SQLite is said to be damaged where it is only read", () => {
    saved();
    putByte(folder.file(), 47, 7);
    const before = readFileSync(folder.file());
    const read = () => openStore({ path: folder.file(), nativeBinding, readOnly: true });
    expect(read).toThrow(/is damaged \(unsupported file format\) and cannot be read; nothing was changed/);
    expect(readFileSync(folder.file()).equals(before)).toBe(true);
  });

  test("fault 21: a log with rubbish at its end loses only what was never committed", () => {
    const store = sqliteStore();
    const { id } = store.createRun(notebookRun);
    store.addMetrics(id, points(0, 100));
    const copy = folder.file("copy.sqlite");
    for (const suffix of ["", "-wal"]) writeFileSync(copy + suffix, readFileSync(folder.file() + suffix));
    appendFileSync(`${copy}-wal`, Buffer.alloc(10_000, 0x5a));
    const opened = folder.open(copy);
    expect(opened.info().integrity).toBe("ok");
    expect(opened.getMetrics(id)).toHaveLength(100);
  });

  test("fault 21: a rollback journal that a crash has left is applied, a stale one is not", () => {
    const path = folder.file("journal.sqlite");
    const options = { nativeBinding, fileSystemType: () => 0x6969 };
    const store = openStore({ path, ...options });
    if (!(store instanceof SqliteStore)) throw new TypeError("expected a store on SQLite");
    store.saveMachine(machine);
    const { id } = store.createRun(notebookRun);
    store.addMetrics(id, points(0, 20_000));
    const { db } = store.tables;
    // So small a cache writes pages of an unfinished transaction into the file, after their old bytes into the journal.
    db.pragma("cache_size = 10", { simple: true });
    db.exec("BEGIN; UPDATE point SET value = 7.0");
    const copy = folder.file("copy.sqlite");
    for (const suffix of ["", "-journal"]) writeFileSync(copy + suffix, readFileSync(path + suffix));
    db.exec("ROLLBACK");
    store.close();
    const values = (read: SqliteStore | ReturnType<typeof openStore>) =>
      read.getMetrics(id).map(({ value }) => value);
    const expected = points(0, 20_000).map(({ value }) => value);
    const bytes = readFileSync(copy);
    const recovered = openStore({ path: copy, ...options });
    expect(values(recovered)).toEqual(expected);
    expect(recovered.info().integrity).toBe("ok");
    recovered.close();
    expect(readFileSync(copy).equals(bytes)).toBe(false);
    writeFileSync(`${copy}-journal`, Buffer.alloc(4_096));
    const again = openStore({ path: copy, ...options });
    expect(values(again)).toEqual(expected);
    again.close();
  });

  test("repair builds a damaged index anew, and says when nothing is wrong", () => {
    const id = saved();
    const db = connect(folder.file(), { nativeBinding });
    expect(repair(db)).toEqual({ sound: true, findings: [], done: [] });
    // An index whose entries are not those of its columns, as after a write that was lost.
    (db as unknown as { unsafeMode(on: boolean): void }).unsafeMode(true);
    db.exec("PRAGMA writable_schema = ON");
    db.exec("UPDATE sqlite_schema SET sql = replace(sql, '(kind,', '(name,') WHERE name = 'run_by_kind'");
    db.exec("PRAGMA writable_schema = OFF");
    db.close();
    const again = connect(folder.file(), { nativeBinding });
    expect(findDamage(again).join(" ")).toContain("run_by_kind");
    const repaired = repair(again);
    expect(repaired.sound).toBe(true);
    expect(repaired.done).toContain("all indexes were built anew");
    again.close();
    expect(folder.open(folder.file()).getRun(id).cells).toHaveLength(1);
  });

  test("rows whose run is gone are removed by repair", () => {
    const id = saved();
    const db = connect(folder.file(), { nativeBinding });
    db.exec("PRAGMA foreign_keys = OFF");
    db.prepare("DELETE FROM run WHERE id = ?").run(id);
    expect(findDamage(db).join(" ")).toContain("a row of cell refers to a row of run that is missing");
    const { sound, done } = repair(db);
    expect(sound).toBe(true);
    expect(done).toContain("rows whose run is gone were removed");
    db.close();
  });
});

describe("SQL of one's own", () => {
  const ask = (sql: string) => answerSql({ path: folder.file(), sql, nativeBinding });

  test("reads, cuts what is long, and changes nothing", () => {
    const store = sqliteStore();
    const { id } = store.createRun(notebookRun);
    store.addMetrics(id, points(0, 1_500));
    expect(ask("SELECT id, rows FROM run")).toMatchObject({
      columns: ["id", "rows"],
      rows: [[id, 50_000]],
      cut: false,
    });
    const many = ask("SELECT step, value FROM point");
    expect([many.rows.length, many.cut]).toEqual([1_000, true]);
    expect(ask("SELECT NULL, x'00ff'").rows).toEqual([[null, "2 bytes"]]);
    const never = folder.file("never.sqlite");
    for (const sql of [
      "DELETE FROM run",
      "UPDATE run SET name = 'x'",
      "PRAGMA user_version = 9",
      `ATTACH DATABASE '${never}' AS other`,
      "SELECT 1; DELETE FROM run",
      `VACUUM INTO '${never}'`,
      "nonsense",
    ]) {
      expect(() => ask(sql), sql).toThrow(Error);
    }
    expect(existsSync(never)).toBe(false);
    expect(store.listRuns()).toHaveLength(1);
  });
});

test("isOutOfSpace() knows SQLite's word and the file system's", () => {
  const withCode = (code: string) => Object.assign(new Error("x"), { code });
  expect(isOutOfSpace(new StoreError("x", { cause: withCode("SQLITE_FULL") }))).toBe(true);
  expect(isOutOfSpace(withCode("ENOSPC"))).toBe(true);
  expect(isOutOfSpace(new StoreError("x", { cause: withCode("SQLITE_BUSY") }))).toBe(false);
  expect(isOutOfSpace("full")).toBe(false);
});
