import { describe, expect, it } from "vitest";
import { KernelUnavailableError } from "../../../../src/core/errors.ts";
import { chooseKernels } from "../../../../src/main/engine/choose-kernels.ts";

const right = { failure: null };

describe("chooseKernels()", () => {
  it("takes the first that none is clearly faster than, so that noise does not change results", () => {
    expect(
      chooseKernels([
        { ...right, instructionSet: "relaxed256", gflops: 95 },
        { ...right, instructionSet: "simd128", gflops: 105 },
      ]),
    ).toBe("relaxed256");
  });

  it("takes a later one that is clearly faster", () => {
    expect(
      chooseKernels([
        { ...right, instructionSet: "relaxed256", gflops: 25 },
        { ...right, instructionSet: "relaxed128", gflops: 53 },
      ]),
    ).toBe("relaxed128");
  });

  it("never takes a wrong one, however fast", () => {
    expect(
      chooseKernels([
        { instructionSet: "relaxed256", failure: "wrong result", gflops: 1000 },
        { ...right, instructionSet: "simd128", gflops: 10 },
      ]),
    ).toBe("simd128");
  });

  it("throws KernelUnavailableError with the reasons when all are wrong", () => {
    const choose = (): unknown =>
      chooseKernels([{ instructionSet: "simd128", failure: "element (0, 0) is 2", gflops: 0 }]);
    expect(choose).toThrow(KernelUnavailableError);
    expect(choose).toThrow(/element \(0, 0\) is 2/);
  });
});
