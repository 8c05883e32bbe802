import { describe, expect, it } from "vitest";
import { runtimePath } from "../../../scripts/setup/fallback-electron.mjs";
import { requireNode } from "../../../scripts/setup/node-version.mjs";
import { readLdd } from "../../../scripts/setup/system-libraries.mjs";

describe("runtimePath()", () => {
  it.each([
    ["Cypress/Cypress", "electron"],
    ["Cypress/locales/de.pak", "locales/de.pak"],
    ["Cypress/resources/app/package.json", undefined],
    ["Cypress/resources/app.asar", undefined],
    ["Cypress/resources/app-update.yml", undefined],
    ["Cypress/browser_v8_context_snapshot.bin", undefined],
    ["Cypress/v8_context_snapshot.bin", "v8_context_snapshot.bin"],
    ["Cypress/", undefined],
  ])("puts %s at %s", (name, place) => {
    expect(runtimePath(name)).toBe(place);
  });
});

describe("readLdd()", () => {
  it("tells missing libraries from present ones", () => {
    const output = [
      "\tlinux-vdso.so.1 (0x00007fff)",
      "\tlibnss3.so => /lib/x86_64-linux-gnu/libnss3.so (0x00007f)",
      "\tlibgtk-3.so.0 => not found",
      "\tlibgtk-3.so.0 => not found",
      "\t/lib64/ld-linux-x86-64.so.2 (0x00007f)",
    ].join("\n");
    expect(readLdd(output)).toEqual({
      missing: ["libgtk-3.so.0"],
      libraries: ["/lib/x86_64-linux-gnu/libnss3.so"],
    });
  });
});

describe("requireNode()", () => {
  it("accepts what the tools of the build take and names what it found otherwise", () => {
    for (const version of ["20.19.0", "22.12.0", "23.1.0", "26.0.0"])
      expect(() => requireNode(version)).not.toThrow();
    for (const version of ["20.18.3", "18.20.4", "21.7.0", "22.11.0"]) {
      expect(() => requireNode(version)).toThrow(`expected Node 20.19, 22.12 or newer, found ${version}`);
    }
  });
});
