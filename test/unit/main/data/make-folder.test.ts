import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder } from "../../../../src/main/data/make-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "make-folder-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("makeFolder() makes what is missing and leaves what is there", () => {
  const deep = join(folder, "a", "b", "c");
  makeFolder(deep);
  makeFolder(deep);
  makeFolder(`${deep}/`);
  expect(statSync(deep).isDirectory()).toBe(true);
  symlinkSync(deep, join(folder, "link"));
  makeFolder(join(folder, "link"));
  makeFolder("/");
});

test("makeFolder() throws the system's reason where a file or a broken link is in the way", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  expect(() => makeFolder(file)).toThrow("EEXIST");
  expect(() => makeFolder(join(file, "below", "it"))).toThrow("ENOTDIR");
  symlinkSync(join(folder, "gone"), join(folder, "broken"));
  expect(() => makeFolder(join(folder, "broken", "below"))).toThrow("EEXIST");
});

test.skipIf(!existsSync("/proc/self"))("makeFolder() ends where no folder can ever be made", () => {
  expect(() => makeFolder("/proc/.config/Backprop Lab/logs")).toThrow("ENOENT");
});
