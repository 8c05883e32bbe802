import { describe, expect, it } from "vitest";
import { v8FlagsFor, type Runtime } from "../../../../src/main/engine/v8-flags.ts";

const electron33: Runtime = {
  arch: "x64",
  v8: "13.0.245.19-electron.0",
  electron: "33.2.1",
  electronMain: true,
};

describe("v8FlagsFor()", () => {
  it("gives Electron 33's main process all flags", () => {
    expect(v8FlagsFor(electron33)).toEqual([
      "--experimental-wasm-revectorize",
      "--no-liftoff",
      "--turboshaft-wasm",
      "--no-wasm-bounds-checks",
    ]);
  });

  it("keeps the bounds checks where the trap handler works", () => {
    expect(v8FlagsFor({ ...electron33, electronMain: false })).not.toContain("--no-wasm-bounds-checks");
    expect(v8FlagsFor({ ...electron33, v8: "14.6.1", electron: "40.0.0" })).not.toContain(
      "--no-wasm-bounds-checks",
    );
  });

  it("leaves out flags that the version of V8 does not have", () => {
    expect(v8FlagsFor({ arch: "x64", v8: "13.6.233", electron: undefined, electronMain: false })).toEqual([
      "--experimental-wasm-revectorize",
      "--no-liftoff",
    ]);
    expect(v8FlagsFor({ arch: "x64", v8: "11.3.244", electron: undefined, electronMain: false })).toEqual([]);
  });

  it("sets nothing for AVX2 on another processor", () => {
    expect(v8FlagsFor({ ...electron33, arch: "arm64", electronMain: false })).toEqual([]);
  });
});
