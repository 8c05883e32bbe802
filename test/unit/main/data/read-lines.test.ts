import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readLines } from "../../../../src/main/data/read-lines.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-lines-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("readLines()", () => {
  it.each([false, true])(
    "gives lines that reach over several pieces of the file whole, gzipped: %s",
    async (gzip) => {
      // Pieces are 256 kB: a line in one, one over two, one over five of them, each different everywhere.
      const lines = [1_000, 300_000, 1_200_000, 7].map((length, n) =>
        Array.from({ length }, (_, i) => String((i * 7 + n) % 10)).join(""),
      );
      const text = Buffer.from(`${lines.join("\n")}\n`);
      const path = join(folder, "lines");
      writeFileSync(path, gzip ? gzipSync(text) : text);
      const read: string[] = [];
      for await (const line of readLines(path, 2_000_000)) read.push(line);
      expect(read.length).toBe(lines.length);
      expect(read.map((line, n) => line === lines[n])).toEqual(lines.map(() => true));
    },
  );
});
