import { describe, expect, it } from "vitest";
import { installCommand, samePackages } from "../../../scripts/setup/packages.mjs";

describe("samePackages()", () => {
  const locked = {
    "": {},
    "node_modules/a": { version: "1.0.0" },
    "node_modules/only-mac": { version: "2.0.0", optional: true },
  };

  it("accepts an installation that lacks another platform's optional packages", () => {
    expect(samePackages(locked, { "node_modules/a": { version: "1.0.0" } })).toBe(true);
  });

  it.each([
    ["a missing package", {}],
    ["another version", { "node_modules/a": { version: "1.0.1" } }],
    [
      "a package too many",
      { "node_modules/a": { version: "1.0.0" }, "node_modules/b": { version: "1.0.0" } },
    ],
  ])("refuses %s", (_case, installed) => {
    expect(samePackages(locked, installed)).toBe(false);
  });
});

describe("installCommand()", () => {
  const tool = { version: "1.0.0", optionalDependencies: { "@tool/linux": "1.0.0", "@tool/mac": "1.0.0" } };
  const binary = { version: "1.0.0", optional: true };

  it("uses npm ci for a complete lock file", () => {
    const locked = { "node_modules/tool": tool, "node_modules/@tool/linux": binary };
    const complete = { ...locked, "node_modules/tool/node_modules/@tool/mac": binary };
    expect(installCommand(complete)[0]).toBe("ci");
  });

  it("uses npm install without saving when the lock file lacks a platform", () => {
    const locked = { "node_modules/tool": tool, "node_modules/@tool/linux": binary };
    expect(installCommand(locked).slice(0, 2)).toEqual(["install", "--no-save"]);
  });

  it("asks npm's cache before the network, which may be out of reach for minutes", () => {
    for (const locked of [{}, { "node_modules/tool": tool }]) {
      expect(installCommand(locked)).toContain("--prefer-offline");
    }
  });
});
