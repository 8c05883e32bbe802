import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLog } from "../../../../src/main/place/log.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "log-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

test("openLog() makes its folder and writes a line a message, with an error's stack and cause", () => {
  const path = join(dir, "logs", "main.log");
  const log = openLog(path);
  log.info("opened");
  log.warn("two\nlines");
  log.error("failed", new Error("outer", { cause: new TypeError("inner") }));
  const lines = readFileSync(path, "utf8").split("\n");
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z info {2}opened$/);
  expect(lines[1]).toMatch(/ warn {2}two$/);
  expect(lines[2]).toBe("    lines");
  expect(lines[3]).toMatch(/ error failed$/);
  expect(lines.join("\n")).toMatch(/ {4}Error: outer[^]*caused by TypeError: inner/);
});

test("openLog() never lets a message forge a line of its own", () => {
  const path = join(dir, "main.log");
  openLog(path).warn("call refused\n2026-01-01T00:00:00.000Z info  all is well");
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(lines[1]).toMatch(/^ {4}2026/);
});

test("openLog() keeps two files that stay near the limit", () => {
  const path = join(dir, "main.log");
  const log = openLog(path, { maxBytes: 1_000 });
  for (let message = 0; message < 200; message += 1) log.info(`message ${message}`);
  expect(statSync(path).size).toBeLessThan(1_100);
  expect(statSync(`${path}.1`).size).toBeLessThan(1_100);
  expect(readFileSync(path, "utf8")).toContain("message 199");
});

test("openLog() goes on when the file cannot be written", () => {
  const path = join(dir, "main.log");
  const log = openLog(path);
  rmSync(dir, { recursive: true });
  writeFileSync(dir, "a file where the folder was");
  expect(() => log.info("lost")).not.toThrow();
});
