import { describe, expect, it } from "vitest";
import { closenessOf, mergeCloseness } from "../../../src/core/closeness.ts";

const TOLERANCE = { rtol: 1e-3, atol: 1e-5 };

describe("closenessOf", () => {
  it("allows atol + rtol · |b|, of b and not of a", () => {
    expect(closenessOf([1.0009, 100.09], [1, 100], TOLERANCE).outside).toBe(0);
    const found = closenessOf([0, 1.1, 103], [0, 1, 100], TOLERANCE, 10);
    expect(found.outside).toBe(2);
    expect(found.worst).toMatchObject({ index: 12, a: 103, b: 100 });
    expect(closenessOf([10], [0], { rtol: 1, atol: 0 }).outside).toBe(1);
    expect(closenessOf([0], [10], { rtol: 1, atol: 0 }).outside).toBe(0);
  });

  it("takes NaN for close to nothing, and an infinity to itself only", () => {
    expect(closenessOf([NaN, NaN, 1], [NaN, 1, NaN], TOLERANCE).outside).toBe(3);
    expect(closenessOf([Infinity, -Infinity], [Infinity, -Infinity], TOLERANCE).outside).toBe(0);
    expect(closenessOf([Infinity, 1], [-Infinity, Infinity], TOLERANCE).outside).toBe(2);
  });

  it("merges parts to what the whole gives", () => {
    const a = [1, 5, 2, NaN, 9];
    const b = [1, 1, 2, 3, 1];
    const parts = [0, 2, 4].map((from) =>
      closenessOf(a.slice(from, from + 2), b.slice(from, from + 2), TOLERANCE, from),
    );
    expect(parts.reduce(mergeCloseness)).toEqual(closenessOf(a, b, TOLERANCE));
  });

  it("refuses tensors of different lengths", () => {
    expect(() => closenessOf([1], [1, 2], TOLERANCE)).toThrow(RangeError);
  });
});
