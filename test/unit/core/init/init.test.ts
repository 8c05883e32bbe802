import { describe, expect, it } from "vitest";
import { kaimingNormal } from "../../../../src/core/init/kaiming-normal.ts";
import { kaimingUniform } from "../../../../src/core/init/kaiming-uniform.ts";
import { linearBias } from "../../../../src/core/init/linear-bias.ts";
import { scaledNormal } from "../../../../src/core/init/scaled-normal.ts";
import { randomStream } from "../../../../src/core/random/random-stream.ts";
import { standardDeviation } from "../../../../src/core/statistics.ts";

const SHAPE = [784, 50] as const;
/** Four standard errors of a standard deviation of 39,200 normal draws. */
const SLACK = 4 / Math.sqrt(2 * 39_200);
const bound = (values: Float32Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe("scaledNormal()", () => {
  it("is float32 with the scale as standard deviation", () => {
    const w = scaledNormal(randomStream(1), SHAPE, 1 / 28);
    expect(w).toBeInstanceOf(Float32Array);
    expect(Math.abs(standardDeviation(w) * 28 - 1)).toBeLessThan(SLACK);
  });

  it("draws the same numbers whatever the scale", () => {
    const one = scaledNormal(randomStream(1), [3, 2], 1);
    expect(scaledNormal(randomStream(1), [3, 2], 4)).toEqual(one.map((value) => 4 * value));
  });
});

describe("kaimingNormal()", () => {
  it.each([
    ["fanIn", 784],
    ["fanOut", 50],
  ] as const)("%s takes √(2 / %i)", (fan, size) => {
    const std = standardDeviation(kaimingNormal(randomStream(2), SHAPE, { fan }));
    expect(Math.abs(std / Math.sqrt(2 / size) - 1)).toBeLessThan(SLACK);
  });
});

describe("kaimingUniform()", () => {
  it("with a = √5 fills ±1/√fanIn, as torch's Linear", () => {
    const limit = 1 / Math.sqrt(784);
    const largest = bound(kaimingUniform(randomStream(3), SHAPE, { a: Math.sqrt(5) }));
    expect(largest).toBeLessThanOrEqual(Math.fround(limit));
    expect(largest).toBeGreaterThan(0.999 * limit);
  });
});

describe("linearBias()", () => {
  it("draws outFeatures values within ±1/√inFeatures", () => {
    const bias = linearBias(randomStream(4), 100, 5000);
    expect(bias).toHaveLength(5000);
    expect(bound(bias)).toBeLessThanOrEqual(Math.fround(0.1));
    expect(bound(bias)).toBeGreaterThan(0.099);
  });
});
