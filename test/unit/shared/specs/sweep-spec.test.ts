import { describe, expect, it } from "vitest";
import * as v from "valibot";
import { NOTEBOOK_SPEC } from "../../../../src/shared/specs/notebook-spec.ts";
import { expandSweep, sampleSweep, sweepSpecSchema } from "../../../../src/shared/specs/sweep-spec.ts";

const base = { ...NOTEBOOK_SPEC };
const expand = (sweep: unknown) => expandSweep(v.parse(sweepSpecSchema, sweep));

describe("expandSweep()", () => {
  it("gives all combinations of a grid, the last name changing fastest", () => {
    const found = expand({ kind: "grid", base, values: { "optimizer.lr": [0.1, 0.01], seed: [1, 2] } });
    expect(found.map(({ note }) => note)).toEqual([
      "optimizer.lr 0.1, seed 1",
      "optimizer.lr 0.1, seed 2",
      "optimizer.lr 0.01, seed 1",
      "optimizer.lr 0.01, seed 2",
    ]);
    expect(found.map(({ spec }) => [spec.optimizer.lr, spec.seed])).toEqual([
      [0.1, 1],
      [0.1, 2],
      [0.01, 1],
      [0.01, 2],
    ]);
  });

  it("reaches into lists by index", () => {
    const [first] = expand({ kind: "grid", base, values: { "layers.1.shift": [0.25] } });
    expect(first.spec.layers[1]).toEqual({ type: "relu", shift: 0.25 });
  });

  it("draws from lists and ranges, evenly in the logarithm where asked, the same again for a seed", () => {
    const values = {
      "optimizer.lr": { min: 1e-4, max: 1, log: true },
      batchSize: { min: 10, max: 20, whole: true },
      seed: [1, 2, 3],
    };
    const sample = { kind: "random", base, count: 400, values };
    const found = expand(sample).map(({ spec }) => spec);
    expect(found).toHaveLength(400);
    const lrs = found.map(({ optimizer }) => optimizer.lr).sort((a, b) => a - b);
    expect(lrs[0]).toBeGreaterThanOrEqual(1e-4);
    expect(lrs.at(-1)).toBeLessThan(1);
    // Half below 0.01 and half above; by chance alone 140 or fewer of 400 are one in 10⁹.
    const below = lrs.filter((lr) => lr < 0.01).length;
    expect(below).toBeGreaterThan(140);
    expect(below).toBeLessThan(260);
    expect(new Set(found.map(({ batchSize }) => batchSize))).toEqual(
      new Set([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]),
    );
    expect(new Set(found.map(({ seed }) => seed))).toEqual(new Set([1, 2, 3]));
    expect(expand(sample).map(({ spec }) => spec)).toEqual(found);
    expect(expand({ ...sample, seed: 2 }).map(({ spec }) => spec)).not.toEqual(found);
  });

  it("lets the layers after it take the width that is chosen", () => {
    const found = expand({ kind: "grid", base, values: { "layers.0.out": [20, 49] } });
    expect(found.map(({ spec }) => spec.layers)).toMatchObject([
      [{ out: 20 }, {}, { in: 20 }],
      [{ out: 49 }, {}, { in: 49 }],
    ]);
  });

  it.each([
    [{ min: 1, max: 1 }, /expected a range from less to more; got 1 to 1/],
    [{ min: 0, max: 1, log: true }, /from above 0 for log; got 0 to 1/],
  ])("refuses the range %j", (range, message) => {
    expect(() => expand({ kind: "random", base, count: 1, values: { "optimizer.lr": range } })).toThrow(
      message,
    );
  });

  it.each([
    [{ "layers.9.out": [1] }, /there is no element 9/],
    [{ "optimizer.lr": [-1] }, /^optimizer.lr -1: optimizer.lr: learning rate must be above 0/],
    [{ "layers.0.in": [49] }, /49/],
    [
      {
        seed: Array.from({ length: 317 }, (_, i) => i),
        "optimizer.lr": Array.from({ length: 317 }, () => 1),
      },
      /100,489 trainings; expected at most 100,000/,
    ],
  ])("says what is wrong: %o", (values, message) => {
    expect(() => expand({ kind: "grid", base, values })).toThrow(message);
  });

  it("counts a grid before it is built and refuses a billion trainings with the number (D36, case 52)", () => {
    const ten = Array.from({ length: 10 }, (_, i) => i + 1);
    const values = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`layers.${i}.out`, ten]));
    const sweep = v.parse(sweepSpecSchema, { kind: "grid", base: {}, values });
    expect(() => expandSweep(sweep)).toThrow(/has 1,000,000,000 trainings; expected at most 100,000/);
  });
});

it("expands 10,000 trainings, each with values and words of its own (issue 20, 9)", () => {
  const seeds = Array.from({ length: 1_000 }, (_, i) => i);
  const rates = Array.from({ length: 10 }, (_, i) => (i + 1) / 100);
  const trainings = expand({ kind: "grid", base, values: { "optimizer.lr": rates, seed: seeds } });
  expect(trainings).toHaveLength(10_000);
  expect(new Set(trainings.map(({ note }) => note)).size).toBe(10_000);
  expect(trainings[9_999]).toMatchObject({ note: "optimizer.lr 0.1, seed 999", spec: { seed: 999 } });
});

it.each([false, true])("item 21: whole numbers of a range come up evenly, the ends too (log: %s)", (log) => {
  const counts = new Map<number, number>();
  for (let seed = 1; seed <= 5; seed++) {
    for (const { choice } of expand({
      kind: "random",
      base,
      count: 500,
      seed,
      values: { seed: { min: 2, max: 5, whole: true, log } },
    })) {
      const drawn = Number(choice["seed"]);
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    }
  }
  expect([...counts.keys()].sort()).toEqual([2, 3, 4, 5]);
  for (const [value, count] of counts) {
    const share = log ? Math.log((value + 0.5) / (value - 0.5)) / Math.log(5.5 / 1.5) : 1 / 4;
    // Four standard deviations of a binomial count.
    expect(Math.abs(count - 2500 * share)).toBeLessThan(4 * Math.sqrt(2500 * share * (1 - share)));
  }
});

it("item 36: a billion combinations are counted, not built", () => {
  const values = Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [`value${i}`, Array.from({ length: 10 }, (_one, k) => k)]),
  );
  expect(() => expand({ kind: "grid", base, values })).toThrow("the sweep has 1,000,000,000 trainings");
});

it("refuses a range that holds no whole number", () => {
  const values = { seed: { min: 2.1, max: 2.9, whole: true } };
  expect(() => expand({ kind: "random", base, count: 1, values })).toThrow("no whole number from 2.1 to 2.9");
});

it("sampleSweep() takes some of the trainings that expandSweep() gives: of a grid from the first to the last", () => {
  const grid = { "optimizer.lr": [0.1, 0.01, 0.001], seed: [1, 2, 3] };
  const sweep = v.parse(sweepSpecSchema, { kind: "grid", base, values: grid });
  const all = expandSweep(sweep);
  expect(sampleSweep(sweep, 5)).toEqual([0, 2, 4, 6, 8].map((place) => all[place]));
  expect(sampleSweep(sweep, 100)).toEqual(all);
  const range = { "optimizer.lr": { min: 0.1, max: 1 } };
  const random = v.parse(sweepSpecSchema, { kind: "random", base, count: 10, values: range });
  expect(sampleSweep(random, 3)).toEqual(expandSweep(random).slice(0, 3));
});
