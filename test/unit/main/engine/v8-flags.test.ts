import { describe, expect, it } from "vitest";
import { compileQuickly, v8FlagsFor, type Runtime } from "../../../../src/main/engine/v8-flags.ts";

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

describe("compileQuickly()", () => {
  /** `(func (export "f") (result i32) i32.const 7)` in a module of its own. */
  const SEVEN = [
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0, 10, 6, 1,
    4, 0, 0x41, 7, 0x0b,
  ];

  it("gives a module that runs", () => {
    const { exports } = new WebAssembly.Instance(compileQuickly(new Uint8Array(SEVEN)));
    const { f } = exports as { readonly f: () => number };
    expect(f()).toBe(7);
  });

  it("refuses what is no module", () => {
    expect(() => compileQuickly(new Uint8Array(SEVEN.slice(0, 20)))).toThrow(WebAssembly.CompileError);
  });
});
