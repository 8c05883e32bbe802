import { describe, expect, it } from "vitest";
import { drawNormal, drawPermutation, drawUniform, philox } from "../../../../src/core/random/philox.ts";

const COUNT = 100_001;
const KEY = { seed: 42, stream: 3, draw: 7 };

describe("philox()", () => {
  // The known answers of the authors' own library, Random123.
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)("gives the published numbers of counter %j and key %j", (counter, key, wanted) => {
    const four = new Uint32Array(4);
    philox(counter, key, four);
    expect([...four]).toEqual(wanted);
  });
});

describe.each([
  ["drawUniform", drawUniform],
  ["drawNormal", drawNormal],
] as const)("%s()", (_name, draw) => {
  it("draws the same however it is split", () => {
    const [whole, parts] = [new Float32Array(1001), new Float32Array(1001)];
    draw(KEY, whole, 0, 1001);
    for (const [begin, end] of [
      [503, 1001],
      [0, 1],
      [1, 6],
      [6, 503],
    ]) {
      draw(KEY, parts, begin, end);
    }
    expect(parts).toEqual(whole);
  });

  it("draws others for another seed, stream or draw", () => {
    const first = new Float64Array(8);
    draw(KEY, first, 0, 8);
    for (const key of [
      { ...KEY, seed: 43 },
      { ...KEY, stream: 4 },
      { ...KEY, draw: 8 },
    ]) {
      const other = new Float64Array(8);
      draw(key, other, 0, 8);
      expect(first.some((value, i) => value === other[i])).toBe(false);
    }
  });
});

/** Mean, variance, and the correlation of neighbours. */
function momentsOf(values: Float64Array) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  let along = 0;
  for (let i = 1; i < values.length; i++) along += (values[i] - mean) * (values[i - 1] - mean);
  return { mean, variance, correlation: along / values.length / variance };
}

describe("draws", () => {
  // Five standard errors of these many numbers.
  const bound = 5 / Math.sqrt(COUNT);

  it("are uniform in [0, 1), multiples of 2⁻²⁴", () => {
    const values = new Float64Array(COUNT);
    drawUniform(KEY, values, 0, COUNT);
    expect(values.every((value) => value >= 0 && value < 1 && Number.isInteger(value * 2 ** 24))).toBe(true);
    const { mean, variance, correlation } = momentsOf(values);
    expect(Math.abs(mean - 0.5)).toBeLessThan(bound / Math.sqrt(12));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(bound / 12);
    expect(Math.abs(correlation)).toBeLessThan(bound);
  });

  it("are normal, with tails", () => {
    const values = new Float64Array(COUNT);
    drawNormal(KEY, values, 0, COUNT);
    const { mean, variance, correlation } = momentsOf(values);
    expect(Math.abs(mean)).toBeLessThan(bound);
    expect(Math.abs(variance - 1)).toBeLessThan(bound * Math.SQRT2);
    expect(Math.abs(correlation)).toBeLessThan(bound);
    const beyond = (limit: number) => values.filter((value) => Math.abs(value) > limit).length / COUNT;
    expect(Math.abs(beyond(1) - 0.3173)).toBeLessThan(bound / 2);
    expect(Math.abs(beyond(3) - 0.0027)).toBeLessThan(bound * Math.sqrt(0.0027));
  });

  it("are permutations in which every place is as likely", () => {
    const values = new Float64Array(5);
    const firsts = new Array<number>(5).fill(0);
    for (let draw = 0; draw < 5000; draw++) {
      drawPermutation({ ...KEY, draw }, values);
      expect([...values].sort()).toEqual([0, 1, 2, 3, 4]);
      firsts[values[0]]++;
    }
    for (const count of firsts) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(800));
  });
});
