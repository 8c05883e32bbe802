import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findPyTorch, pythonsOn } from "../../../../src/main/peers/find-pytorch.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "find-pytorch-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(process.platform === "win32")("findPyTorch() (D33)", () => {
  it("takes no Python from relative, empty or dot entries of PATH", () => {
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin", "python3"), "");
    const own = join(folder, "bin", "python3");
    const path = [".", "", relative(process.cwd(), join(folder, "bin"))].join(":");
    expect(pythonsOn(path).filter((file) => file.includes("find-pytorch-"))).toEqual([]);
    expect(pythonsOn(`${path}:${join(folder, "bin")}`)).toContain(own);
  });

  it("starts each isolated, in an empty folder of its own, and says its whole path first", async () => {
    const python = join(folder, "python3");
    const seen = join(folder, "seen");
    writeFileSync(python, `#!/bin/sh\n[ "$1" = -I ] && [ -z "$(ls -A)" ] && pwd > ${seen}\necho 9.9\n`);
    chmodSync(python, 0o700);
    const tried: string[] = [];
    const found = await findPyTorch((file) => {
      expect(existsSync(seen)).toBe(false);
      tried.push(file);
    }, folder);
    expect(found).toEqual({ python, version: "9.9" });
    expect(tried).toEqual([python]);
    expect(existsSync(seen)).toBe(true);
  });
});
