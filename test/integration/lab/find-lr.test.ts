import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TRAIN_PRESETS } from "../../../src/shared/specs/train-presets.ts";
import { trainSpecSchema, type TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { THOROUGH } from "../../thorough.ts";
import { openTestLab, type TestLab } from "./open-test-lab.ts";

let opened: TestLab;
beforeAll(async () => {
  opened = await openTestLab(2);
});
afterAll(() => opened.close());

/** Case 19: one seed's noise was suggested, 1.6e-6 and 1.7e-5. */
const CLASSIFIER = {
  loss: "crossEntropy",
  data: { name: "mnist", split: "train", rows: 20_000 },
  validRows: 0,
  epochs: 1,
  layers: [{ type: "linear", in: 784, out: 50 }, { type: "relu" }, { type: "linear", in: 50, out: 10 }],
};
const sgd = (seed: number): TrainSpec =>
  v.parse(trainSpecSchema, { ...CLASSIFIER, seed, batchSize: 64, optimizer: { name: "sgd", lr: 0.1 } });
const adam = (seed: number, batchSize: number): TrainSpec =>
  v.parse(trainSpecSchema, { ...CLASSIFIER, seed, batchSize, optimizer: { name: "adam", lr: 0.1 } });

describe("the search for a learning rate (A4)", () => {
  it.each(THOROUGH ? [1, 2, 3, 4, 5, 6] : [1, 4])(
    "finds plain SGD's rate on the fall, seed %i (case 19)",
    async (seed) => {
      const { suggested } = await opened.lab.training.findLr({ spec: sgd(seed), threads: 2 });
      expect(suggested).toBeGreaterThan(1e-2);
      expect(suggested).toBeLessThan(1e-1);
    },
  );

  it.each(THOROUGH ? [1, 2, 3, 5, 6] : [2, 6])(
    "finds Adam's rate on batches of 16, seed %i (case 19)",
    async (seed) => {
      const { suggested } = await opened.lab.training.findLr({ spec: adam(seed, 16), threads: 2 });
      expect(suggested).toBeGreaterThan(1e-3);
      expect(suggested).toBeLessThan(1e-1);
    },
  );

  it.each(THOROUGH ? [1, 6, 7] : [7])("stays on the fall on batches of 4, seed %i", async (seed) => {
    const { suggested } = await opened.lab.training.findLr({ spec: adam(seed, 4), threads: 2 });
    expect(suggested).toBeGreaterThan(2e-4);
    expect(suggested).toBeLessThan(2e-2);
  });

  it.each(Object.keys(TRAIN_PRESETS) as (keyof typeof TRAIN_PRESETS)[])(
    "suggests for the preset %s at most three times the rate that it trains well with, and not noise",
    async (name) => {
      const { spec } = TRAIN_PRESETS[name];
      const { suggested } = await opened.lab.training.findLr({ spec, threads: 2 });
      expect(suggested).toBeGreaterThan(spec.optimizer.lr / 100);
      expect(suggested).toBeLessThan(spec.optimizer.lr * 3);
    },
  );

  it("searches from the weights of a file where they are given", async () => {
    const spec = sgd(1);
    const flat = { w1: new Float32Array(784 * 50), b1: new Float32Array(50) };
    const given = { ...flat, w2: new Float32Array(500), b2: new Float32Array(10) };
    const { searches } = await opened.lab.training.findLr({ spec, threads: 2, given });
    // Weights of zero: the loss of a guess among ten.
    for (const { points } of searches) expect(points[0]?.loss).toBeCloseTo(Math.log(10), 4);
  });
});
