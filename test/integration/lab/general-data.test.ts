import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GradientReference } from "../../../src/shared/experiments/gradcheck.ts";
import type { UnitPictures } from "../../../src/shared/experiments/learned.ts";
import type { NetworkSpec } from "../../../src/shared/specs/network-spec.ts";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { notebookSpec, openTestLab, type TestLab } from "./open-test-lab.ts";

/** Two moons through every kind of layer. */
const MOONS: NetworkSpec = {
  layers: [
    { type: "linear", in: 2, out: 8, init: "kaimingNormal" },
    { type: "batchNorm", momentum: 0.1, eps: 1e-5 },
    { type: "tanh" },
    {
      type: "residual",
      layers: [
        { type: "linear", in: 8, out: 8, init: "kaimingNormal" },
        { type: "layerNorm", eps: 1e-5 },
        { type: "relu", shift: 0 },
      ],
    },
    { type: "dropout", rate: 0.1 },
    { type: "linear", in: 8, out: 2, init: "kaimingNormal" },
  ],
  loss: "crossEntropy",
  classWeights: [1, 2],
  data: { name: "toy-moons-400-10-1", split: "train", rows: 200 },
  seed: 3,
};
const trainSpec = (network: NetworkSpec): TrainSpec => ({
  ...notebookSpec({}),
  ...network,
  optimizer: { name: "adam", lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
  batchSize: 20,
  epochs: 30,
  validRows: 20,
});

let test: TestLab;
const pictured: UnitPictures[] = [];
beforeAll(async () => {
  test = await openTestLab(2);
  test.lab.subscribe((event) => {
    if (event.name === "trainingPictures") pictured.push(event.payload.pictures);
  });
});
afterAll(async () => {
  await test.close();
});

describe("one network on data of two features, in every view", () => {
  let runId = "";
  it("trains, with the plane as it goes", async () => {
    const run = await test.lab.training.start({ spec: trainSpec(MOONS), threads: 2 }).done;
    ({ id: runId } = run);
    expect(run.status).toBe("finished");
    expect(run.summary["validAccuracy"]).toBeGreaterThan(0.8);
    expect(pictured.length).toBeGreaterThan(1);
    const last = pictured.at(-1)!;
    expect(last.units.map(({ title }) => title)).toHaveLength(16);
    expect(last.classes).toHaveLength(last.side ** 2);
    expect(new Set(last.classes)).toEqual(new Set([0, 1]));
    expect(pictured[0].shares).not.toEqual(last.shares);
  }, 180_000);

  it("shows what it learned: names, rows behind a cell, calibration, importance, gradients of rows", async () => {
    const learned = await test.lab.learned.inspect({ runId, weights: "final" });
    expect(learned.classNames).toHaveLength(2);
    expect(learned.confusion.reduce((sum, { count }) => sum + count, 0)).toBe(learned.rows);
    expect(learned.confusion.every(({ count, rows }) => rows.length === Math.min(24, count))).toBe(true);
    expect(learned.calibration?.bins.reduce((sum, { count }) => sum + count, 0)).toBe(learned.rows);
    expect(learned.pictures?.shares).toHaveLength(1_600);
    const importance = await test.lab.learned.importance({ runId, weights: "final" });
    expect(importance.features).toHaveLength(2);
    expect(importance.features[0].rise).toBeGreaterThan(0);
    const [example] = await test.lab.learned.examples({ runId, weights: "final", rows: [0] });
    expect(example.saliency).toHaveLength(2);
    expect(example.saliency.some((value) => value !== 0)).toBe(true);
  }, 180_000);

  it("opens in the gradient check, which passes, with a bug of such networks caught", async () => {
    const check = async (bug: "norm-statistics" | null, references: readonly GradientReference[]) => {
      const started = test.lab.gradcheck.start({
        network: MOONS,
        references: [...references],
        bug,
        coordinates: 5,
        tolerance: "strict",
        threads: 2,
      });
      await started.done;
      return test.lab.gradcheck.get({ runId: started.runId }).report;
    };
    const { passed, reports } = await check(null, ["float64", "finite-difference", "direction", "tfjs"]);
    expect(
      reports
        .filter(({ verdict }) => verdict === "failed")
        .map(({ tensor, reason }) => `${tensor}: ${reason}`),
    ).toEqual([]);
    expect(passed).toBe(true);
    expect(new Set(reports.map(({ tensor }) => tensor))).toContain("gain1");
    expect((await check("norm-statistics", ["float64"])).passed).toBe(false);
  }, 240_000);

  it("opens in initialisation and the stepper", async () => {
    const { sides } = await test.lab.init.measure({
      network: MOONS,
      otherwise: "xavierNormal",
      gradients: true,
      threads: 2,
    });
    expect(sides.map(({ layers }) => layers.map(({ label }) => label))[0]).toEqual([
      "linear 2 → 8",
      "batch norm",
      "tanh",
      "linear 8 → 8",
      "layer norm",
      "relu",
      "end of a residual block",
      "dropout 0.1",
      "linear 8 → 2",
    ]);
    const trace = await test.lab.stepper.trace({ network: MOONS, threads: 2 });
    expect(trace.steps.some(({ pass }) => pass === "backward")).toBe(true);
    expect(trace.loss).toBeCloseTo(sides[0].loss, 4);
  }, 180_000);

  it("refuses a network whose ends are not the data's, in words", async () => {
    const misfit = { ...MOONS, data: { ...MOONS.data, name: "toy-regression-400-10-1" } };
    expect(() =>
      test.lab.gradcheck.start({
        network: misfit,
        references: ["float64"],
        bug: null,
        coordinates: 5,
        tolerance: "strict",
        threads: 2,
      }),
    ).toThrow(/judges classes/);
    expect(() =>
      test.lab.training.start({ spec: { ...trainSpec(MOONS), augmentShift: 2 }, threads: 2 }),
    ).toThrow(/augmentShift/);
    await expect(test.lab.stepper.trace({ network: misfit, threads: 2 })).rejects.toThrow(
      /take mse, l1 or huber/,
    );
  });
});

describe("a regression", () => {
  it("records R² and the mean absolute error, and shows predicted against true in the data's units", async () => {
    const dataset = test.lab.datasets.list().length;
    expect(dataset).toBeGreaterThan(0);
    const network: NetworkSpec = {
      layers: [
        { type: "linear", in: 2, out: 16, init: "kaimingNormal" },
        { type: "tanh" },
        { type: "linear", in: 16, out: 1, init: "kaimingNormal" },
      ],
      loss: "huber",
      delta: 0.5,
      data: { name: "toy-regression-400-0-1", split: "train", rows: 200 },
      seed: 1,
    };
    const run = await test.lab.training.start({ spec: { ...trainSpec(network), epochs: 60 }, threads: 2 })
      .done;
    expect(run.status).toBe("finished");
    const { regressions, confusion } = await test.lab.learned.inspect({ runId: run.id, weights: "final" });
    expect(confusion).toEqual([]);
    expect(regressions).toHaveLength(1);
    // What the engine has recorded in float32, and float64 over the rows.
    expect(regressions[0].r2).toBeCloseTo(Number(run.summary["validR2"]), 4);
    expect(regressions[0].r2).toBeGreaterThan(0.5);
  }, 180_000);
});
