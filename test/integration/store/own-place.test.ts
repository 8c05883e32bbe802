import { execFileSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSomewhere } from "../../../src/main/place/database-place.ts";
import { connect } from "../../../src/main/store/open/database.ts";
import { NotOursError } from "../../../src/main/store/open/own-place.ts";
import { requireTarget } from "../../../src/main/store/open/output-target.ts";
import { machine, nativeBinding, notebookRun } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

// Items 22, 27 and 28 of the list of faults that were met: what the app did not make stays as it is.

const folder = useStoreFolder();

/** Names, kinds and contents of everything in the test's folder. */
const contents = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder.file("."))
      .sort()
      .map((name) => {
        const stats = lstatSync(folder.file(name));
        return [name, stats.isFile() ? readFileSync(folder.file(name), "latin1") : `mode ${stats.mode}`];
      }),
  );

function otherDatabase(path: string): void {
  const db = connect(path, { nativeBinding });
  db.exec("CREATE TABLE recipe (name TEXT)");
  db.close();
}

const refused: readonly (readonly [string, (path: string) => void, RegExp])[] = [
  ["JSON", (path) => writeFileSync(path, '{"a": 1}'), /is not an SQLite database/],
  ["an empty file", (path) => writeFileSync(path, ""), /is empty/],
  ["another program's database", otherDatabase, /database of another program/],
  [
    "a database that only begins like one",
    (path) => writeFileSync(path, "SQLite format 3\0 and nothing that follows"),
    /database of another program/,
  ],
  ["a folder", (path) => mkdirSync(path), /is a folder/],
  ["a pipe", (path) => execFileSync("mkfifo", [path]), /is a pipe/],
  ["a link to a device", (path) => symlinkSync("/dev/null", path), /is a device/],
  ["a link that leads nowhere", (path) => symlinkSync("nowhere", path), /is a link that leads to no file/],
  [
    "a link to a person's notes",
    (path) => {
      writeFileSync(join(dirname(path), "notes.json"), "{}");
      symlinkSync("notes.json", path);
    },
    /is not an SQLite database/,
  ],
];

describe.each([{ readOnly: false }, { readOnly: true }])("openStore() with %o", (options) => {
  test.each(refused)("refuses %s, names it and changes nothing", (_, make, reason) => {
    make(folder.file());
    const before = contents();
    expect(() => folder.open(folder.file(), options)).toThrow(NotOursError);
    expect(() => folder.open(folder.file(), options)).toThrow(reason);
    expect(() => folder.open(folder.file(), options)).toThrow(folder.file());
    expect(contents()).toEqual(before);
  });
});

test.each(["-journal", "-wal", "-shm"])(
  "openStore() refuses a new database beside a person's file %s",
  (suffix) => {
    writeFileSync(folder.file(`notes${suffix}`), "mine");
    const before = contents();
    expect(() => folder.open(folder.file("notes"))).toThrow(`notes${suffix}`);
    expect(contents()).toEqual(before);
  },
);

test("a lock file of another program stays as it is, and two stores still keep each other out", () => {
  writeFileSync(folder.file("poetry.lock"), "[[package]]");
  const store = folder.open(folder.file("poetry"));
  expect(store.readOnly).toBe(false);
  expect(folder.open(folder.file("poetry")).readOnlyReason).toContain(`in use by process ${process.pid}`);
  expect(readFileSync(folder.file("poetry.lock"), "utf8")).toBe("[[package]]");
});

test("a file with the backup's name that is no backup stays as it is, and that is said", () => {
  writeFileSync(folder.file("lab.sqlite.backup"), "mine");
  const store = folder.open(folder.file());
  expect(store.notices.join(" ")).toMatch(/lab\.sqlite\.backup is no backup of the app/);
  store.saveMachine(machine);
  expect(() => store.close()).toThrow(/is no backup of the app/);
  expect(readFileSync(folder.file("lab.sqlite.backup"), "utf8")).toBe("mine");
});

test("27: the database and all that the app keeps beside it are readable by their owner only", () => {
  const store = folder.open(folder.file());
  store.saveMachine(machine);
  const modes = (): string[] =>
    readdirSync(folder.file(".")).map(
      (name) => `${name} ${(statSync(folder.file(name)).mode & 0o777).toString(8)}`,
    );
  expect(modes().filter((mode) => !mode.endsWith(" 600"))).toEqual([]);
  store.close();
  expect(modes().sort()).toEqual([
    "lab.sqlite 600",
    "lab.sqlite.backup 600",
    "lab.sqlite.lock 600",
    "lab.sqlite.reserve 600",
  ]);
});

test("27: a remembered place where another program's file lies is not taken: another is asked for", async () => {
  writeFileSync(folder.file("lab.sqlite"), "a person's file");
  const placeFile = folder.file("place.json");
  writeFileSync(placeFile, JSON.stringify({ databasePath: folder.file("lab.sqlite") }));
  const asked: string[] = [];
  const store = await openSomewhere(
    { placeFile, usualPath: folder.file("usual.sqlite") },
    (path) => Promise.resolve(folder.open(path)),
    {
      ask: (why) => {
        asked.push(why);
        return Promise.resolve(folder.file("chosen"));
      },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    },
  );
  expect(asked.join()).toContain("is not an SQLite database");
  expect(store.path).toBe(folder.file("chosen/lab.sqlite"));
  expect(readFileSync(folder.file("lab.sqlite"), "utf8")).toBe("a person's file");
});

describe("28: what an export may be written to", () => {
  const database = (): string => {
    const store = folder.open(folder.file());
    store.saveMachine(machine);
    store.createRun(notebookRun);
    return store.path;
  };

  test.each([
    "",
    "-wal",
    "-shm",
    "-journal",
    ".lock",
    ".backup",
    ".backup-v3-20261123T045312Z",
    ".bad-20261123T045312Z",
  ])("not the open database or its neighbour lab.sqlite%s, there or not", (suffix) => {
    const path = database();
    expect(() => requireTarget(path + suffix, { database: path, overwrite: true })).toThrow(
      /belongs to the database itself/,
    );
  });

  test("not through a link, a hard link or a link to the folder", () => {
    const path = database();
    symlinkSync(path, folder.file("link.csv"));
    linkSync(path, folder.file("hard.csv"));
    linkSync(`${path}-wal`, folder.file("hard-wal.csv"));
    symlinkSync(dirname(path), folder.file("here"));
    for (const name of ["link.csv", "hard.csv", "hard-wal.csv", "here/lab.sqlite-journal"]) {
      expect(() => requireTarget(folder.file(name), { database: path, overwrite: true }), name).toThrow(
        /belongs to the database itself/,
      );
    }
  });

  test("an existing file only where it may be replaced; what cannot be written is said at once", () => {
    const path = database();
    const csv = folder.file("lab.sqlite.csv");
    expect(requireTarget(csv, { database: path, overwrite: false })).toBe("file");
    expect(existsSync(csv)).toBe(false);
    writeFileSync(csv, "earlier");
    expect(() => requireTarget(csv, { database: path, overwrite: false })).toThrow(/there already.*--force/);
    expect(requireTarget(csv, { database: path, overwrite: true })).toBe("file");
    expect(() => requireTarget(folder.file("gone/x.csv"), { database: path, overwrite: true })).toThrow(
      /folder does not exist/,
    );
    mkdirSync(folder.file("taken"));
    expect(() => requireTarget(folder.file("taken"), { database: path, overwrite: true })).toThrow(
      /is a folder/,
    );
    expect(requireTarget("/dev/null", { database: path, overwrite: false })).toBe("stream");
    expect(readFileSync(csv, "utf8")).toBe("earlier");
  });
});
