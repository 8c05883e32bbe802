import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileIdentity, fingerprintOf, openStamp } from "../../../scripts/setup/stamp.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

describe("openStamp()", () => {
  it("matches what was written, until it is cleared", () => {
    const stamp = openStamp("step", join(temporaryFolder(), "stamps"));
    expect(stamp.matches("one")).toBe(false);
    stamp.write("one");
    expect([stamp.matches("one"), stamp.matches("two")]).toEqual([true, false]);
    stamp.clear();
    expect(stamp.matches("one")).toBe(false);
  });
});

describe("fingerprintOf()", () => {
  it("changes with content, name, addition and removal, and with nothing else", () => {
    const folder = temporaryFolder();
    const src = join(folder, "src");
    mkdirSync(join(src, "deep"), { recursive: true });
    writeFileSync(join(src, "deep", "a.ts"), "a");
    const first = fingerprintOf([src]);
    writeFileSync(join(src, "deep", "a.ts"), "a");
    expect(fingerprintOf([src])).toBe(first);
    writeFileSync(join(src, "deep", "a.ts"), "b");
    const changed = fingerprintOf([src]);
    writeFileSync(join(src, "b.ts"), "");
    expect(new Set([first, changed, fingerprintOf([src]), fingerprintOf([join(folder, "none")])]).size).toBe(
      4,
    );
  });
});

describe("fileIdentity()", () => {
  it("tells a missing file from a present one and follows its size", () => {
    const file = join(temporaryFolder(), "f");
    expect(fileIdentity(file)).toBe("missing");
    writeFileSync(file, "1");
    const before = fileIdentity(file);
    writeFileSync(file, "22");
    expect(fileIdentity(file)).not.toBe(before);
  });
});
