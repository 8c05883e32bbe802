import { describe, expect, it } from "vitest";
import { chooseKernels } from "../../../src/main/engine/choose-kernels.ts";
import { setV8Flags } from "../../../src/main/engine/v8-flags.ts";
import { WASM_SETS, type WasmSet } from "../../../src/shared/engine/instruction-sets.ts";
import { TUNING_BYTES } from "../../../src/shared/engine/kernel-scratch.ts";
import { kernelText } from "../../../src/workers/kernels/generate/generate.ts";
import { KernelLibrary } from "../../../src/workers/kernels/load/kernel-library.ts";
import { measurePeak } from "../../../src/workers/kernels/verify/measure-peak.ts";
import { instantiateKernels, readModule } from "../../../src/workers/kernels/load/kernels.ts";
import { runTune } from "../../../src/workers/tasks/tune.ts";
import { assembleQuickly } from "./assemble-quickly.ts";

const REGION = 65_536;
const newMemory = (): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: (REGION + TUNING_BYTES) / 65_536, maximum: 65_536, shared: true });

const CACHES = [2 ** 18, 2 ** 21];
const assembled = new Map(
  WASM_SETS.map((instructionSet) => [instructionSet, assembleQuickly(kernelText(instructionSet))]),
);

// The whole file runs with the flags that the app sets, the other tests of kernels without.
setV8Flags();

/** All instruction sets, the text of some of them changed; blocks for these caches are timed with the fastest. */
function tuneWith(
  changed: (text: string) => string,
  changes: readonly WasmSet[],
  cacheBytes: readonly number[] = [],
): ReturnType<typeof runTune> {
  const candidates = WASM_SETS.map((instructionSet) => ({
    instructionSet,
    module: readModule(
      changes.includes(instructionSet)
        ? assembleQuickly(changed(kernelText(instructionSet)))
        : (assembled.get(instructionSet) ?? new Uint8Array()),
    ),
  }));
  const memory = newMemory();
  const task = { kind: "tune", scratchOffsetBytes: REGION, cacheBytes } as const;
  return runTune(new KernelLibrary(candidates, memory), memory, task, () => undefined);
}

describe("runTune()", () => {
  it("finds every instruction set right and a peak of the CPU, with V8's flags set", () => {
    const { kernels, peakGflops, blocks } = tuneWith((text) => text, [], CACHES);
    expect(kernels.map(({ failure }) => failure)).toEqual([null, null, null]);
    expect(kernels.every(({ gflops }) => gflops > 0)).toBe(true);
    expect(peakGflops).toBeGreaterThan(0);
    expect(blocks.map(({ cacheBytes }) => cacheBytes)).toEqual(CACHES);
    expect(blocks.every(({ rounds }) => rounds.length > 0 && rounds.every((gflops) => gflops > 0))).toBe(
      true,
    );
  });

  it("believes no peak whose sums are wrong", () => {
    const skipsOneSum = (text: string): string =>
      text.replaceAll("(local.get $sum7_1)))", "(local.get $sum6_1)))");
    const changed = skipsOneSum(kernelText("relaxed256"));
    expect(changed).not.toBe(kernelText("relaxed256"));
    const memory = newMemory();
    const module = readModule(assembleQuickly(changed));
    const kernels = module && instantiateKernels("relaxed256", module, memory);
    expect(kernels && measurePeak(kernels, memory, REGION)).toBe(0);
  });

  it.each<[string, (text: string) => string]>([
    [
      "broadcasts the same element of A twice",
      (text) => text.replaceAll("offset=68 (local.get $row", "offset=64 (local.get $row"),
    ],
    [
      "leaves out the last step of an odd depth",
      (text) =>
        text.replaceAll(
          "(br_if $noRound1 (i32.lt_u (local.get $left) (i32.const 1)))",
          "(br_if $noRound1 (i32.lt_u (local.get $left) (i32.const 2)))",
        ),
    ],
    [
      "stores more lanes than C has columns",
      (text) => text.replaceAll(/v128\.store64_lane offset=64 0 /g, "v128.store offset=64 "),
    ],
    [
      "forgets what was in C",
      (text) =>
        text
          .replaceAll("(i32.eq (local.get $start) (i32.const 1))", "(i32.const 0)")
          .replaceAll("(if (local.get $start)", "(if (i32.const 0)"),
    ],
    [
      "adds where it should subtract",
      (text) => text.replaceAll("(f32x4.sub (local.get $x", "(f32x4.add (local.get $x"),
    ],
    ["masks the wrong side", (text) => text.replaceAll("(f32x4.gt (local.get $x", "(f32x4.lt (local.get $x")],
    [
      "sums single precision's high half twice",
      (text) => text.replaceAll("i8x16.shuffle 8 9 10 11", "i8x16.shuffle 0 1 2 3"),
    ],
    ["loses a coefficient of the normal distribution", (text) => text.replaceAll("-0.2781299775", "-0.2781")],
    [
      "counts a hit beside the label",
      (text) =>
        text.replaceAll(
          "(i32.eq (local.get $left) (local.get $class))",
          "(i32.le_u (local.get $left) (local.get $class))",
        ),
    ],
    [
      "forgets the bias",
      (text) =>
        text
          .replaceAll("(if (local.get $bias)", "(if (i32.const 0)")
          .replaceAll("(if (result f32) (local.get $bias)", "(if (result f32) (i32.const 0)"),
    ],
    [
      "sums columns up around 0, so that their variance cancels",
      (text) => text.replaceAll(/\(f32x4\.sub (.*) \(local\.get \$centre\)\)/g, "$1"),
    ],
    [
      "takes each tile's own centre",
      (text) => text.replaceAll("(f32x4.eq (local.get $centre)", "(f32x4.lt (local.get $centre)"),
    ],
    [
      "lets the sums begin with the bias",
      (text) =>
        text
          .replaceAll("(if (local.get $bias)", "(if (i32.const 0)")
          .replaceAll(
            /\(local\.set \$sum(\d+)_(\d+) \(v128\.const i64x2 0 0\)\)/g,
            (zero, row: string, vector: string) =>
              `(if (i32.gt_s (local.get $atBias) (i32.const 0)) (then (local.set $sum${row}_${vector} (v128.load offset=${64 + 16 * Number(vector)} (local.get $atBias)))) (else ${zero}))`,
          ),
    ],
    [
      "packs a transposed operand wrongly",
      (text) =>
        text.replaceAll("v128.load32_lane 3 (local.get $fourth)", "v128.load32_lane 3 (local.get $third)"),
    ],
  ])("never takes kernels with a fault for right: %s", (_fault, change) => {
    const changed = change(kernelText("relaxed256"));
    expect(changed).not.toBe(kernelText("relaxed256"));
    const candidate = { instructionSet: "relaxed256", module: readModule(assembleQuickly(changed)) } as const;
    const library = new KernelLibrary([candidate], newMemory());
    expect(() => library.verified("relaxed256", REGION)).toThrow(/relaxed256: wrong result, /);
  });

  it("never chooses kernels with a fault", () => {
    const { kernels } = tuneWith((text) => text.replaceAll("f32x4.pmax", "f32x4.pmin"), ["relaxed256"]);
    expect(kernels[0]?.failure).toMatch(/relaxed256: wrong result, /);
    expect(chooseKernels(kernels)).not.toBe("relaxed256");
  });

  it("fault 48: falls back to plain JavaScript when no module computes rightly", () => {
    const { kernels } = tuneWith((text) => text.replaceAll("f32x4.pmax", "f32x4.pmin"), WASM_SETS);
    expect(kernels.map(({ instructionSet, failure }) => [instructionSet, failure === null])).toEqual([
      ["relaxed256", false],
      ["relaxed128", false],
      ["simd128", false],
      ["javascript", true],
    ]);
    expect(chooseKernels(kernels)).toBe("javascript");
  });
});
