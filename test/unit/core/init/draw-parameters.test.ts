import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  CONSTANT_WEIGHT,
  deviationOf,
  drawParameters,
  type Scheme,
} from "../../../../src/core/init/draw-parameters.ts";
import type { Network } from "../../../../src/core/network/network.ts";
import { normalDistribution } from "../../../../src/core/reference/error-function.ts";

const { init } = JSON.parse(readFileSync("test/golden/golden.json", "utf8")) as {
  readonly init: Readonly<Record<string, number>>;
};

const layer = (fanIn: number, fanOut: number): Network => ({
  layers: [{ type: "linear", in: fanIn, out: fanOut }],
  loss: "mse",
});
const weights = (scheme: Scheme, seed: number, fanIn = 784, fanOut = 50): Float32Array =>
  drawParameters(layer(fanIn, fanOut), [scheme], seed)["w1"];

/** Standard deviation around 0 over 100 draws. */
function empirical(scheme: Scheme): number {
  let [sum, count] = [0, 0];
  for (let seed = 0; seed < 100; seed++) {
    for (const value of weights(scheme, seed)) {
      sum += value * value;
      count++;
    }
  }
  return Math.sqrt(sum / count);
}

/** Largest distance between the empirical and the true distribution, times √n: above 1.95 with p < 0.001. */
function kolmogorov(values: Float32Array, distribution: (x: number) => number): number {
  const sorted = values.toSorted();
  const n = sorted.length;
  const distance = sorted.reduce((most, value, i) => {
    const expected = distribution(value);
    return Math.max(most, Math.abs(expected - i / n), Math.abs((i + 1) / n - expected));
  }, 0);
  return distance * Math.sqrt(n);
}

describe("drawParameters()", () => {
  it("A15: multiplies the weights of every scheme by the layer's gain, and nothing else", () => {
    for (const scheme of ["normal", "xavierNormal", "kaimingUniform", "orthogonal", "constant"] as const) {
      const plain = drawParameters(layer(30, 20), [scheme], 3);
      const network = { layers: [{ type: "linear", in: 30, out: 20, gain: 5 / 3 }], loss: "mse" } as const;
      const gained = drawParameters(network, [scheme], 3);
      gained["w1"].forEach((value, i) => expect(value).toBeCloseTo((5 / 3) * plain["w1"][i], 5));
      expect(gained["b1"]).toEqual(plain["b1"]);
    }
  });

  it.each([
    // torch's fan_out on a tensor of our shape is our fan in, and the other way round.
    ["kaimingNormal", init["kaiming_normal_fan_in_relu"]],
    ["kaimingNormalFanOut", init["kaiming_normal_fan_out_relu"]],
    ["xavierNormal", init["xavier_normal"]],
    ["xavierUniform", init["xavier_uniform_bound"] / Math.sqrt(3)],
    ["torchLinear", init["kaiming_uniform_a_sqrt5_bound"] / Math.sqrt(3)],
    ["scaledNormal", 1 / 28],
    ["normal", 1],
    ["kaimingUniform", init["kaiming_normal_fan_in_relu"]],
    ["kaimingUniformFanOut", init["kaiming_normal_fan_out_relu"]],
  ] as const)("draws %s with PyTorch's deviation, within 1 % over 100 draws", (scheme, expected) => {
    expect(deviationOf(scheme, 784, 50)).toBeCloseTo(expected, 12);
    expect(Math.abs(empirical(scheme) / expected - 1)).toBeLessThan(0.01);
  });

  it("draws normal and uniform weights that pass the test of Kolmogorov and Smirnov", () => {
    const deviation = Math.sqrt(2 / 784);
    const normal = (x: number): number => normalDistribution(x / deviation);
    expect(kolmogorov(weights("kaimingNormal", 1), normal)).toBeLessThan(1.95);
    const bound = 1 / 28;
    const uniform = (x: number): number => (x + bound) / (2 * bound);
    expect(kolmogorov(weights("torchLinear", 1), uniform)).toBeLessThan(1.95);
    expect(Math.max(...weights("torchLinear", 1))).toBeLessThanOrEqual(Math.fround(bound));
    // The test can fail: a normal sample is not uniform.
    expect(kolmogorov(weights("kaimingNormal", 1), uniform)).toBeGreaterThan(5);
  });

  it("gives two normal schemes on one seed the same draws but for a factor", () => {
    const [plain, kaiming] = [weights("scaledNormal", 7), weights("kaimingNormal", 7)];
    plain.forEach((value, i) => expect(kaiming[i]).toBeCloseTo(value * Math.SQRT2, 6));
  });

  it.each([
    [784, 50],
    [50, 784],
    [20, 20],
  ])("draws an orthogonal matrix of %i × %i", (fanIn, fanOut) => {
    const w = weights("orthogonal", 3, fanIn, fanOut);
    const [count, length] = fanIn >= fanOut ? [fanOut, fanIn] : [fanIn, fanOut];
    const at = (vector: number, i: number): number =>
      fanIn >= fanOut ? w[i * fanOut + vector] : w[vector * fanOut + i];
    for (let a = 0; a < count; a += 3) {
      for (let b = a; b < count; b += 5) {
        let dot = 0;
        for (let i = 0; i < length; i++) dot += at(a, i) * at(b, i);
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 5);
      }
    }
  });

  it("fills with zeros or a constant, and gives only torch's scheme biases", () => {
    expect(new Set(weights("zeros", 1))).toEqual(new Set([0]));
    expect(new Set(weights("constant", 1))).toEqual(new Set([Math.fround(CONSTANT_WEIGHT)]));
    const biases = drawParameters(layer(784, 50), ["torchLinear"], 1)["b1"];
    expect(new Set(biases).size).toBe(50);
    expect(new Set(drawParameters(layer(784, 50), ["kaimingNormal"], 1)["b1"])).toEqual(new Set([0]));
  });

  it("throws RangeError when there are not as many schemes as layers", () => {
    expect(() => drawParameters(layer(2, 2), [], 1)).toThrow(RangeError);
  });
});
