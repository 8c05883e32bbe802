import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareGradients, finishComparison, mergeComparisons } from "../../../src/core/gradient-check.ts";

const check = (ours: readonly number[], reference: readonly number[]) =>
  finishComparison(compareGradients(ours, reference));

describe("finishComparison()", () => {
  it("passes equal gradients and says what held", () => {
    expect(check([1, -2], [1, -2])).toEqual({
      coordinates: 2,
      allclose: true,
      maxAbs: 0,
      relMax: 0,
      relNorm: 0,
      hiddenByAtol: 0,
      passed: true,
      reason: "rel. max 0.00, rel. norm 0.00",
    });
  });

  it("passes zeros against zeros, and not numbers against zeros", () => {
    expect(check([0, 0], [0, 0])).toMatchObject({ passed: true, relMax: 0, relNorm: 0, hiddenByAtol: 1 });
    expect(check([1e-9], [0])).toMatchObject({ passed: false, allclose: true, relMax: Infinity });
  });

  it("catches what the notebook's allclose lets through: 8 % wrong below atol", () => {
    const reference = Array.from({ length: 100 }, (_, i) => 1e-6 * Math.sin(i));
    const result = check(
      reference.map((value) => 1.08 * value),
      reference,
    );
    expect(result).toMatchObject({ allclose: true, hiddenByAtol: 1, passed: false });
    expect(result.reason).toBe("rel. max is 0.0800, limit 0.001; rel. norm is 0.0800, limit 0.001");
  });

  it("fault 43: names the share of coordinates outside the tolerances and the worst difference", () => {
    const result = check([1, 2.5, 3], [1, 2, 3]);
    expect(result).toMatchObject({ allclose: false, maxAbs: 0.5, passed: false });
    expect(result.reason).toContain(
      "1 of 3 coordinates are outside atol + rtol·|reference|, the worst difference is 0.500",
    );
  });

  it("writes how many they are in groups of digits", () => {
    const reference = Array.from({ length: 39_200 }, () => 1);
    expect(
      check(
        reference.map((_, i) => (i < 1_234 ? 2 : 1)),
        reference,
      ).reason,
    ).toContain("1,234 of 39,200 coordinates are outside");
  });

  it.each([NaN, Infinity, -Infinity])("does not pass %f on either side", (bad) => {
    expect(check([1, bad], [1, 1])).toMatchObject({ passed: false, allclose: false });
    expect(check([1, 1], [1, bad]).reason).toContain("1 of 2 coordinates are NaN or infinite");
    expect(check([1, bad], [1, bad]).passed).toBe(false);
  });

  it("does not pass when nothing was compared", () => {
    expect(check([], [])).toMatchObject({ passed: false, reason: "no coordinates were compared" });
  });
});

describe("compareGradients()", () => {
  it("throws RangeError when the numbers of coordinates differ", () => {
    expect(() => compareGradients([1], [1, 2])).toThrow(RangeError);
  });
});

describe("mergeComparisons()", () => {
  it("gives the same as comparing everything at once", () => {
    const pairs = fc.array(
      fc.tuple(fc.float({ noNaN: true, min: -8, max: 8 }), fc.float({ noNaN: true, min: -8, max: 8 })),
    );
    fc.assert(
      fc.property(pairs, fc.nat(20), (values, cut) => {
        const part = (from: number, to?: number) => {
          const some = values.slice(from, to);
          return compareGradients(
            some.map(([a]) => a),
            some.map(([, b]) => b),
          );
        };
        const merged = mergeComparisons(part(0, cut), part(cut));
        const whole = part(0);
        expect(merged.sumSquaredDifference).toBeCloseTo(whole.sumSquaredDifference, 9);
        expect(merged.sumSquaredReference).toBeCloseTo(whole.sumSquaredReference, 9);
        const exact = { sumSquaredDifference: 0, sumSquaredReference: 0 };
        expect({ ...merged, ...exact }).toEqual({ ...whole, ...exact });
      }),
    );
  });
});
