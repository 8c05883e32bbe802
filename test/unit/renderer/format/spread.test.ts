import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatSpread, halfIqr, median, quantile } from "../../../../src/renderer/format/spread.ts";

describe("median()", () => {
  it("is the middle, or the mean of the two middle values", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});

describe("halfIqr()", () => {
  it("is not moved by one outlier", () => {
    expect(halfIqr([1, 2, 3, 4, 5])).toBe(1);
    expect(halfIqr([1, 2, 3, 4, 5000])).toBe(1);
  });
});

describe("quantile()", () => {
  it("lies between the extremes and rises with the share", () => {
    const numbers = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 });
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const value = quantile(values, share);
        expect(value).toBeGreaterThanOrEqual(Math.min(...values));
        expect(value).toBeLessThanOrEqual(Math.max(...values));
        expect(quantile(values, share / 2)).toBeLessThanOrEqual(value);
      }),
    );
  });
});

describe("formatSpread()", () => {
  it.each([
    [12.34, 0.41, "ms", "12.34 ± 0.41 ms"],
    [1570, 32, "ms", "1.570 ± 0.032 s"],
    [92.4, 0, "ms", "92.40 ms"],
    [92.4, NaN, "ms", "92.40 ms"],
    [123.4, 12, "", "123 ± 12"],
  ])("writes %d ± %d %s as %s", (centre, spread, unit, text) => {
    expect(formatSpread(centre, spread, unit)).toBe(text);
  });
});
