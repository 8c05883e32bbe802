import { describe, expect, it } from "vitest";
import { normal } from "../../../../src/core/random/normal.ts";
import { permutation } from "../../../../src/core/random/permutation.ts";
import { randomStream } from "../../../../src/core/random/random-stream.ts";
import { uniform } from "../../../../src/core/random/uniform.ts";
import { mean, standardDeviation } from "../../../../src/core/statistics.ts";

const COUNT = 100_000;

/** Correlation of two equally long samples. */
function correlation(a: Float64Array, b: Float64Array): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, i) => (value - meanA) * (b[i] - meanB)));
  return covariance / (standardDeviation(a) * standardDeviation(b));
}

describe("randomStream()", () => {
  it("repeats itself for the same seed and stream", () => {
    expect(uniform(randomStream(5, 3), 10)).toEqual(uniform(randomStream(5, 3), 10));
  });

  it.each([
    ["neighbouring seeds", randomStream(1), randomStream(2)],
    ["two streams of a seed", randomStream(1, 0), randomStream(1, 1)],
    ["seed 0 and the last one", randomStream(0), randomStream(0xffffffff)],
  ])("%s are not correlated", (_name, left, right) => {
    // Four standard errors of a correlation of independent samples.
    expect(Math.abs(correlation(uniform(left, COUNT), uniform(right, COUNT)))).toBeLessThan(
      4 / Math.sqrt(COUNT),
    );
  });

  it.each([-1, 2 ** 32, 0.5, NaN])("throws RangeError for seed %f", (seed) => {
    expect(() => randomStream(seed)).toThrow(RangeError);
  });

  it.each([-1, 0.5])("throws RangeError for stream %f", (stream) => {
    expect(() => randomStream(1, stream)).toThrow(RangeError);
  });
});

describe("uniform()", () => {
  it("fills [lo, hi) evenly", () => {
    const values = uniform(randomStream(9), COUNT, -2, 4);
    expect(values.every((value) => value >= -2 && value < 4)).toBe(true);
    expect(Math.abs(mean(values) - 1)).toBeLessThan((4 * 6) / Math.sqrt(12 * COUNT));
    expect(standardDeviation(values)).toBeCloseTo(6 / Math.sqrt(12), 1);
  });
});

describe("normal()", () => {
  it("has mean 0, standard deviation 1 and the tails of the normal distribution", () => {
    const values = normal(randomStream(11), COUNT);
    expect(Math.abs(mean(values))).toBeLessThan(4 / Math.sqrt(COUNT));
    expect(Math.abs(standardDeviation(values) - 1)).toBeLessThan(4 / Math.sqrt(2 * COUNT));
    const beyond = (limit: number): number =>
      values.filter((value) => Math.abs(value) > limit).length / COUNT;
    expect(beyond(1)).toBeCloseTo(0.3173, 2);
    expect(beyond(2)).toBeCloseTo(0.0455, 2);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it("draws odd numbers of values", () => {
    expect(normal(randomStream(1), 3)).toEqual(normal(randomStream(1), 4).slice(0, 3));
  });
});

describe("permutation()", () => {
  it("holds every number once, in another order", () => {
    const order = permutation(randomStream(2), 1000);
    expect(order).toBeInstanceOf(Int32Array);
    expect(Array.from(order.slice().sort())).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(order[0] === 0 && order[1] === 1 && order[2] === 2).toBe(false);
  });

  it("puts each number in each place equally often", () => {
    const stream = randomStream(4);
    const counts = new Array<number>(9).fill(0);
    for (let draw = 0; draw < 9000; draw++) {
      permutation(stream, 3).forEach((value, place) => counts[3 * value + place]++);
    }
    for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(4 * Math.sqrt(3000));
  });

  it.each([0, 1])("of %i numbers is trivial", (count) => {
    expect(permutation(randomStream(1), count)).toHaveLength(count);
  });
});
