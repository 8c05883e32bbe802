import { describe, expect, it } from "vitest";
import { middleRate, readRangeTest, smoothLosses } from "../../../../src/core/optimisers/range-test.ts";
import { normal } from "../../../../src/core/random/normal.ts";
import { randomStream } from "../../../../src/core/random/random-stream.ts";

const STEPS = 200;

/** Noise of one step's loss around a curve. */
function noisy(curve: (step: number) => number, noise: number, seed: number): number[] {
  const draws = normal(randomStream(seed, 0), STEPS);
  return Array.from({ length: STEPS }, (_, step) => curve(step) + noise * (draws[step] ?? 0));
}
/** Falls from 2.5 to 0.5 around step 110, and runs away after step 170. */
const learning = (step: number): number =>
  0.5 + 2 / (1 + Math.exp((step - 110) / 6)) + (step > 170 ? (step - 170) ** 2 : 0);

describe("smoothLosses()", () => {
  it("is corrected for its beginning: a constant stays what it is", () => {
    for (const value of smoothLosses([3, 3, 3, 3])) expect(value).toBeCloseTo(3, 12);
  });
});

describe("readRangeTest()", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("finds the steepest part under noise, seed %i", (seed) => {
    const { steepest } = readRangeTest(noisy(learning, 0.15, seed), STEPS);
    expect(steepest).toBeGreaterThan(100);
    // The average lags behind what it averages.
    expect(steepest).toBeLessThan(132);
  });

  it("stops where the loss runs away", () => {
    const { until } = readRangeTest(noisy(learning, 0.05, 1), STEPS);
    expect(until).toBeGreaterThan(170);
    expect(until).toBeLessThan(180);
  });

  it("stops at the first loss that is not finite", () => {
    const losses = noisy(learning, 0.05, 1);
    losses[150] = NaN;
    const { smoothed, until, steepest } = readRangeTest(losses, STEPS);
    expect(smoothed).toHaveLength(150);
    expect(until).toBe(150);
    expect(steepest).toBeGreaterThan(100);
  });

  it("is not led by a spike, in the warm-up or later", () => {
    for (const at of [3, 12, 40, 70]) {
      const losses = noisy(learning, 0.1, 5);
      losses[at] = 8;
      expect(readRangeTest(losses, STEPS).steepest).toBeGreaterThan(95);
    }
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("finds nothing in noise alone, seed %i", (seed) => {
    expect(
      readRangeTest(
        noisy(() => 2.3, 0.2, seed),
        STEPS,
      ).steepest,
    ).toBeNull();
  });

  it("finds nothing in too few steps", () => {
    expect(readRangeTest([2, 1], STEPS).steepest).toBeNull();
    expect(readRangeTest([], STEPS).steepest).toBeNull();
  });
});

describe("middleRate()", () => {
  it("is the middle one in the logarithm, and null where most found none", () => {
    expect(middleRate([1e-3, 1e-2, 1, null, 1e-6])).toBeCloseTo(Math.sqrt(1e-5), 12);
    expect(middleRate([1e-3, null])).toBeNull();
    expect(middleRate([])).toBeNull();
  });
});
