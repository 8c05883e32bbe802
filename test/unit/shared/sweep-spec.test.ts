import { describe, expect, it } from "vitest";
import * as v from "valibot";
import { NOTEBOOK_SPEC } from "../../../src/shared/notebook-spec.ts";
import { expandSweep, sweepSpecSchema } from "../../../src/shared/sweep-spec.ts";

const base = { ...NOTEBOOK_SPEC };
const none = (): number => 0;
const expand = (sweep: unknown, next = none) => expandSweep(v.parse(sweepSpecSchema, sweep), next);

describe("expandSweep()", () => {
  it("gives all combinations of a grid, the last name changing fastest", () => {
    const found = expand({ kind: "grid", base, values: { "optimizer.lr": [0.1, 0.01], seed: [1, 2] } });
    expect(found.map(({ note }) => note)).toEqual([
      ...["optimizer.lr 0.1, seed 1", "optimizer.lr 0.1, seed 2"],
      ...["optimizer.lr 0.01, seed 1", "optimizer.lr 0.01, seed 2"],
    ]);
    expect(found.map(({ spec }) => [spec.optimizer.lr, spec.seed])).toEqual([
      ...[
        [0.1, 1],
        [0.1, 2],
      ],
      ...[
        [0.01, 1],
        [0.01, 2],
      ],
    ]);
  });

  it("reaches into lists by index", () => {
    const [first] = expand({ kind: "grid", base, values: { "layers.1.shift": [0.25] } });
    expect(first.spec.layers[1]).toEqual({ type: "relu", shift: 0.25 });
  });

  it("draws from lists and ranges, evenly in the logarithm where asked", () => {
    const values = {
      "optimizer.lr": { min: 1e-4, max: 1, log: true },
      batchSize: { min: 10, max: 20, whole: true },
    };
    const found = expand({ kind: "random", base, count: 2, values }, () => 0.5);
    expect(found).toHaveLength(2);
    expect(found[0].spec.optimizer.lr).toBeCloseTo(0.01, 12);
    expect(found[0].spec.batchSize).toBe(15);
  });

  it.each([
    [{ "layers.9.out": [1] }, /there is no element 9/],
    [{ "optimizer.lr": [-1] }, /^optimizer.lr -1: optimizer.lr: learning rate must be above 0/],
    [{ "layers.0.out": [49] }, /layer 3 takes 50 values where 49 come in/],
    [{ seed: Array.from({ length: 501 }, (_, i) => i) }, /501 trainings; expected at most 500/],
  ])("says what is wrong: %o", (values, message) => {
    expect(() => expand({ kind: "grid", base, values })).toThrow(message);
  });
});
