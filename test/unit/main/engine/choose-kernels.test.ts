import { describe, expect, it } from "vitest";
import { KernelUnavailableError } from "../../../../src/core/errors.ts";
import { chooseKernels } from "../../../../src/main/engine/choose-kernels.ts";
import { joinsVectors } from "../../../../src/main/engine/joins-vectors.ts";
import type { InstructionSet } from "../../../../src/shared/engine/instruction-sets.ts";
import type { TimedKernels } from "../../../../src/shared/engine/worker-tasks.ts";

/** Right ones, timed in rounds. */
const timed = (instructionSet: InstructionSet, ...rounds: number[]): TimedKernels => ({
  instructionSet,
  failure: null,
  gflops: Math.max(0, ...rounds),
  rounds,
});
const wrong = (instructionSet: InstructionSet, failure: string): TimedKernels => ({
  instructionSet,
  failure,
  gflops: 0,
  rounds: [],
});

describe("chooseKernels()", () => {
  it("takes the first in the order of instruction sets, however busy the machine was in some rounds (issue 20, 1)", () => {
    // True are 95, 53 and 30: each time something else took the core from the first one.
    for (const rounds of [
      [95, 12, 9, 30, 11],
      [10, 95, 10, 10, 10],
      [20, 20, 20, 20, 60],
    ]) {
      const kernels = [
        timed("relaxed256", ...rounds),
        timed("relaxed128", 53, 53, 53, 53, 53),
        timed("simd128", 30, 30, 30, 30, 30),
      ];
      expect(chooseKernels(kernels, true)).toBe("relaxed256");
      expect(chooseKernels(kernels, null)).toBe("relaxed256");
    }
  });

  it("takes relaxed128 where vectors are not joined, however busy the machine was (issue 20, 1)", () => {
    const kernels = [
      timed("relaxed256", 25, 25, 25, 25, 25),
      timed("relaxed128", 8, 53, 9, 7, 11),
      timed("simd128", 30, 30, 30, 30, 30),
    ];
    expect(chooseKernels(kernels, false)).toBe("relaxed128");
  });

  it("takes a later one that is clearly faster in every round", () => {
    const kernels = [timed("relaxed256", 25, 24, 25), timed("relaxed128", 53, 50, 52)];
    expect(chooseKernels(kernels, true)).toBe("relaxed128");
    expect(chooseKernels([timed("relaxed256", 95, 95), timed("relaxed128", 53, 53)], false)).toBe(
      "relaxed256",
    );
  });

  it("never takes a wrong one, however fast", () => {
    expect(
      chooseKernels([{ ...timed("relaxed256", 1000), failure: "wrong result" }, timed("simd128", 10)]),
    ).toBe("simd128");
  });

  it("throws KernelUnavailableError with the reasons when all are wrong", () => {
    const choose = (): unknown => chooseKernels([wrong("simd128", "element (0, 0) is 2")]);
    expect(choose).toThrow(KernelUnavailableError);
    expect(choose).toThrow(/element \(0, 0\) is 2/);
  });
});

describe("joinsVectors()", () => {
  it("needs V8's flag and a CPU that has such vectors; says null where the system does not tell", () => {
    const flags = ["--experimental-wasm-revectorize", "--no-liftoff"];
    expect(joinsVectors(flags, () => true)).toBe(true);
    expect(joinsVectors(flags, () => false)).toBe(false);
    expect(joinsVectors(flags, () => null)).toBeNull();
    expect(joinsVectors([], () => true)).toBe(false);
  });
});
