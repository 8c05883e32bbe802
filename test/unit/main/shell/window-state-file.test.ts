import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLog, type Log } from "../../../../src/main/place/log.ts";
import { readWindowState, writeWindowState } from "../../../../src/main/shell/window-state-file.ts";

let dir: string;
let path: string;
let log: Log;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "window-"));
  path = join(dir, "window.json");
  log = openLog(join(dir, "main.log"));
});
afterEach(() => rmSync(dir, { recursive: true }));

test("readWindowState() gives back what writeWindowState() wrote", () => {
  const state = { bounds: { x: 1, y: 2, width: 1000, height: 700 }, maximized: true };
  writeWindowState(path, state, log);
  expect(readWindowState(path, log)).toEqual(state);
});

test("readWindowState() is null on the first start", () => {
  expect(readWindowState(path, log)).toBeNull();
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
  test(`fault 27: readWindowState() puts ${JSON.stringify(text)} aside as .bad and logs it`, () => {
    writeFileSync(path, text);
    expect(readWindowState(path, log)).toBeNull();
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(`${path}.bad`, "utf8")).toBe(text);
    expect(readFileSync(join(dir, "main.log"), "utf8")).toContain("is damaged and was put aside");
  });
}
