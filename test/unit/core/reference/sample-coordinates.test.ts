import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleCoordinates } from "../../../../src/core/reference/sample-coordinates.ts";

describe("sampleCoordinates()", () => {
  it("draws that many different coordinates of each tensor, all of a small one, in order", () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 60 }),
        (seed, size, count) => {
          const { w1, b2 } = sampleCoordinates(seed, { w1: size, b2: 1 }, count);
          expect(new Set(w1).size).toBe(Math.min(size, count));
          expect(w1).toHaveLength(Math.min(size, count));
          expect(w1.every((index, i) => index >= 0 && index < size && (i === 0 || index > w1[i - 1]))).toBe(
            true,
          );
          expect(b2).toEqual([0]);
        },
      ),
    );
  });

  it("gives the same sample for the same seed, another one for another", () => {
    const sizes = { x: 39_200_000, w1: 39_200 };
    expect(sampleCoordinates(3, sizes, 20)).toEqual(sampleCoordinates(3, sizes, 20));
    expect(sampleCoordinates(3, sizes, 20)).not.toEqual(sampleCoordinates(4, sizes, 20));
  });

  it("favours no coordinate", () => {
    const counts = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 3000; seed++) {
      for (const index of sampleCoordinates(seed, { w: 10 }, 3).w) counts[index]++;
    }
    // Each is expected 900 times, with a standard deviation of 25.
    for (const count of counts) expect(Math.abs(count - 900)).toBeLessThan(130);
  });
});
