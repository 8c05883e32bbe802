import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  interquartileRange,
  mean,
  median,
  medianAbsoluteDeviation,
  quantile,
  standardDeviation,
} from "../../../src/core/statistics.ts";

const VALUES = [7, 1, 3, 10];

describe("statistics", () => {
  it("mean() and standardDeviation() with n − 1", () => {
    expect(mean(VALUES)).toBe(5.25);
    expect(standardDeviation(VALUES)).toBeCloseTo(4.031128874149275, 14);
    expect(standardDeviation([3])).toBeNaN();
    expect(mean([])).toBeNaN();
  });

  it("quantile() interpolates as numpy does, and leaves the values alone", () => {
    expect([0, 0.25, 0.5, 0.75, 1].map((q) => quantile(VALUES, q))).toEqual([1, 2.5, 5, 7.75, 10]);
    expect(VALUES).toEqual([7, 1, 3, 10]);
    expect(quantile([], 0.5)).toBeNaN();
    expect(() => quantile(VALUES, 1.5)).toThrow(RangeError);
  });

  it("quantile() lies between the extremes and rises with the share", () => {
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

  it("median(), interquartileRange() and medianAbsoluteDeviation() hardly see one slow sample", () => {
    expect(median([5, 1, 1000])).toBe(5);
    expect(interquartileRange(VALUES)).toBe(5.25);
    expect(medianAbsoluteDeviation([1, 2, 3, 4, 1000])).toBe(1);
  });
});
