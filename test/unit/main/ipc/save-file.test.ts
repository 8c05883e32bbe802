import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { saveCsv, savePng } from "../../../../src/main/ipc/save-file.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "save-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const into = (name: string) => () => Promise.resolve(join(dir, name));

test("saveCsv() writes the text and counts the rows below the header", async () => {
  const saved = await saveCsv(into("a.csv"), "a", "epoch,loss\n0,2.3\n1,2.1\n");
  expect(saved).toEqual({ kind: "saved", path: join(dir, "a.csv"), rows: 2 });
  expect(readFileSync(join(dir, "a.csv"), "utf8")).toBe("epoch,loss\n0,2.3\n1,2.1\n");
  expect(readdirSync(dir)).toEqual(["a.csv"]);
});

test("savePng() writes the bytes of an image", async () => {
  const bytes = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3);
  await savePng(into("a.png"), "a", bytes);
  expect(new Uint8Array(readFileSync(join(dir, "a.png")))).toEqual(bytes);
});

test("savePng() throws TypeError for anything but a PNG", async () => {
  await expect(savePng(into("a.png"), "a", Uint8Array.of(0x4d, 0x5a))).rejects.toThrow(TypeError);
  expect(readdirSync(dir)).toEqual([]);
});

test("saveCsv() writes nothing when the dialog is dismissed", async () => {
  expect(await saveCsv(() => Promise.resolve(null), "a", "x")).toEqual({ kind: "dismissed" });
});

test("fault 26: saveCsv() to a removed or impossible target fails in words and leaves nothing behind", async () => {
  await expect(saveCsv(into("gone/a.csv"), "a", "x")).rejects.toThrow(
    /was not saved: .*Choose another place/,
  );
  mkdirSync(join(dir, "folder.csv"));
  writeFileSync(join(dir, "folder.csv", "kept"), "");
  await expect(saveCsv(into("folder.csv"), "a", "x")).rejects.toThrow(/was not saved/);
  expect(readdirSync(dir)).toEqual(["folder.csv"]);
});
