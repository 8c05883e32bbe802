import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLog, type Log } from "../../../../src/main/place/log.ts";
import { readSettings, writeSettings } from "../../../../src/main/place/settings-file.ts";
import { windowStateSchema } from "../../../../src/main/shell/window-bounds.ts";

let dir: string;
let path: string;
let log: Log;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "window-"));
  path = join(dir, "window.json");
  log = openLog(join(dir, "main.log"));
});
afterEach(() => rmSync(dir, { recursive: true }));
const read = (file = path) =>
  readSettings(file, windowStateSchema, { log, otherwise: "the default is used" });

test("readSettings() gives back what writeSettings() wrote", () => {
  const state = { bounds: { x: 1, y: 2, width: 1000, height: 700 }, maximized: true };
  writeSettings(path, state);
  expect(read()).toEqual(state);
});

test("readSettings() is null on the first start", () => {
  expect(read()).toBeNull();
  expect(existsSync(`${path}.bad`)).toBe(false);
});

const DAMAGED = [
  "",
  "{",
  "null",
  '{"bounds":{"x":"0"}}',
  '{"bounds":{"x":1e300,"y":0,"width":1,"height":1}}',
];
for (const text of DAMAGED) {
  test(`fault 27: readSettings() puts ${JSON.stringify(text)} aside as .bad and logs it`, () => {
    writeFileSync(path, text);
    expect(read()).toBeNull();
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(`${path}.bad`, "utf8")).toBe(text);
    expect(readFileSync(join(dir, "main.log"), "utf8")).toContain("is damaged and was put aside");
  });
}

const lines = (): string[] =>
  readFileSync(join(dir, "main.log"), "utf8")
    .split("\n")
    .filter((line) => line !== "");

test("fault 27: readSettings() goes on without a damaged file that cannot be put aside, and says so once", () => {
  writeFileSync(path, "{");
  // No rename puts a file into the place of a folder.
  mkdirSync(join(`${path}.bad`, "of somebody else"), { recursive: true });
  expect([read(), read()]).toEqual([null, null]);
  expect(lines()).toHaveLength(1);
  expect(lines()[0]).toMatch(
    /window\.json is damaged and could not be put aside as \.bad .* the default is used/,
  );
  expect(readFileSync(path, "utf8")).toBe("{");
  writeSettings(path, { bounds: { x: 1, y: 2, width: 3, height: 4 }, maximized: false });
  expect(read()).toMatchObject({ maximized: false });
});

test.runIf(process.platform === "linux")(
  "fault 27: readSettings() goes on in a folder that nobody may write",
  () => {
    // Whatever the user, nothing in it can be renamed.
    expect(read("/proc/version")).toBeNull();
    expect(existsSync("/proc/version")).toBe(true);
    expect(lines()).toEqual([expect.stringContaining("/proc/version is damaged and could not be put aside")]);
  },
);

test("readSettings() goes on without what cannot be read, and says so once", () => {
  mkdirSync(path);
  expect([read(), read()]).toEqual([null, null]);
  expect(lines()).toEqual([expect.stringContaining("window.json cannot be read; the default is used")]);
});
