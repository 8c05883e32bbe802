import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as v from "valibot";
import { Interruption } from "../../../src/main/cli/interruption.ts";
import { runSweepCommand, sweepWanted } from "../../../src/main/cli/sweep-command.ts";
import { drawParameters } from "../../../src/core/init/draw-parameters.ts";
import { readParametersFile } from "../../../src/main/data/read-parameters.ts";
import { writeNpy } from "../../../src/main/data/write-npy.ts";
import { schemesOf, networkOf } from "../../../src/shared/specs/network-spec.ts";
import { trainSpecSchema, type TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { openTestLab, type TestLab } from "./open-test-lab.ts";

const specOf = (spec: object): TrainSpec =>
  v.parse(trainSpecSchema, {
    layers: [{ type: "linear", in: 784, out: 10 }],
    loss: "crossEntropy",
    seed: 5,
    data: { name: "mnist", split: "train", rows: 300 },
    batchSize: 100,
    validRows: 100,
    steps: 1,
    optimizer: { name: "sgd", lr: 0.1 },
    statisticsEvery: 0,
    ...spec,
  });
const normed = (init: string): object => ({
  layers: [
    { type: "linear", in: 784, out: 20, init },
    { type: "batchNorm" },
    { type: "relu" },
    { type: "linear", in: 20, out: 10 },
  ],
});

let test: TestLab;
beforeAll(async () => {
  test = await openTestLab(2);
});
afterAll(async () => {
  await test.close();
});

const lossesOf = (runId: string): number[] =>
  test.lab.runs.metrics(runId).flatMap(({ name, value }) => (name === "loss" ? [value] : []));
const drawn = (spec: TrainSpec): Record<string, Float32Array> =>
  drawParameters(networkOf(spec), schemesOf(spec), spec.seed);
const finalWeights = (spec: TrainSpec, runId: string) =>
  readParametersFile(networkOf(spec), join(test.folder, "lab-checkpoints", runId, "final.safetensors"));

describe("the end of a training", () => {
  it("fault 37, item 18: NaN after the last step fails the run, is stored, and is found as NaN only", async () => {
    const spec = specOf({ optimizer: { name: "sgd", lr: 1e39 } });
    const run = await test.lab.training.start({ spec, threads: 2 }).done;
    expect(run.status).toBe("failed");
    expect(run.failure).toMatch(/NaN or infinite at step 1/);
    const series = test.lab.runs.metrics(run.id).filter(({ name }) => name === "trainLoss");
    expect(series.map(({ step, value }) => [step, Number.isFinite(value)])).toEqual([
      [0, true],
      [1, false],
    ]);
    const found = async (query: string): Promise<readonly string[]> =>
      (
        await test.lab.runs.table({
          query,
          scope: "active",
          columns: ["last.trainLoss"],
          groupBy: null,
          offset: 0,
          limit: 10,
          sort: { column: "started", descending: true },
        })
      ).ids;
    expect(await found("last.trainLoss<3")).toEqual([]);
    expect(await found("last.trainLoss=NaN,inf")).toEqual([run.id]);
  });
});

describe("batch norm", () => {
  it("item 16: does not see a constant, at a bias of 1,000 too", async () => {
    const spec = specOf({ ...normed("kaimingNormal"), steps: 3, shuffle: false });
    const first: number[] = [];
    const variances: number[] = [];
    for (const bias of [0, 100, 1_000]) {
      const given = { ...drawn(spec), b1: new Float32Array(20).fill(bias) };
      const run = await test.lab.training.start({ spec, threads: 2, given }).done;
      first.push(lossesOf(run.id)[0]);
      const { running1 } = await finalWeights(spec, run.id);
      variances.push(running1[25]);
    }
    const [loss, atHundred, atThousand] = first;
    expect(Math.abs(atHundred - loss)).toBeLessThan(1e-4);
    expect(Math.abs(atThousand - loss)).toBeLessThan(3e-3);
    expect(Math.abs(variances[1] / variances[0] - 1)).toBeLessThan(1e-3);
  });
});

describe("a spec means the same wherever it is run", () => {
  it("item 21a: LSUV is not plain orthogonal in a training", async () => {
    const weights: Float32Array[] = [];
    for (const init of ["lsuv", "orthogonal"]) {
      const spec = specOf({
        layers: [{ type: "linear", in: 784, out: 10, init }],
        optimizer: { name: "sgd", lr: 1e-30 },
      });
      const run = await test.lab.training.start({ spec, threads: 2 }).done;
      const { w1 } = await finalWeights(spec, run.id);
      weights.push(w1);
    }
    const [lsuv, orthogonal] = weights;
    const ratio = lsuv[0] / orthogonal[0];
    expect(ratio).toBeGreaterThan(0);
    expect(Math.abs(ratio - 1)).toBeGreaterThan(0.01);
  });

  it("item 21b: a sweep begins with the weights that its base names; without them nothing starts", async () => {
    const spec = specOf({ weights: { dir: "given" } });
    const folder = join(test.folder, "sweep");
    mkdirSync(join(folder, "given"), { recursive: true });
    const zeros = { w1: new Float32Array(7840), b1: new Float32Array(10) };
    await writeNpy(join(folder, "given", "w1.npy"), [784, 10], zeros.w1);
    await writeNpy(join(folder, "given", "b1.npy"), [10], zeros.b1);
    const file = join(folder, "sweep.json");
    writeFileSync(file, JSON.stringify({ kind: "grid", base: spec, values: { seed: [1] } }));
    const wanted = await sweepWanted(file);
    expect(await runSweepCommand(test.lab, wanted, { threads: 2, json: true }, new Interruption())).toBe(0);
    const { run } = test.lab.training.identify({ spec: { ...spec, seed: 1 }, threads: 2, given: zeros });
    expect(lossesOf(run?.id ?? "")[0]).toBeCloseTo(Math.log(10), 5);
    expect(() => test.lab.training.start({ spec, threads: 2 })).toThrow(
      /names weights to begin with, "given"/,
    );
    expect(() => test.lab.training.enqueue({ requests: [{ spec, threads: 2 }], note: "" })).toThrow(
      /names weights to begin with/,
    );
  });

  it("item 21: 10⁸ steps with a time limit take no room for a list of rates", async () => {
    const spec = specOf({ batchSize: 1, epochs: 100_000, steps: undefined, stopAfterSeconds: 0.2 });
    expect(test.lab.training.forecast({ ...spec, data: { ...spec.data, rows: 1_000 } }).refusal).toBe("");
    const run = await test.lab.training.start({ spec, threads: 2 }).done;
    expect(run.status).toBe("finished");
  });
});
