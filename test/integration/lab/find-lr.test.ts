import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LrSearch } from "../../../src/shared/experiments/lr-search.ts";
import type { RunSummary } from "../../../src/shared/runs/run-records.ts";
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

type Order = Parameters<TestLab["lab"]["lrsearch"]["start"]>[0];

async function search(order: Order): Promise<LrSearch> {
  const run = await opened.lab.lrsearch.start(order).done;
  expect(run).toMatchObject({ kind: "lrsearch", status: "finished", failure: null });
  return opened.lab.lrsearch.get({ runId: run.id }).report;
}

describe("the search for a learning rate (A4)", () => {
  it.each(THOROUGH ? [1, 2, 3, 4, 5, 6] : [1, 4])(
    "finds plain SGD's rate on the fall, seed %i (case 19)",
    async (seed) => {
      const { suggested } = await search({ spec: sgd(seed), threads: 2 });
      expect(suggested).toBeGreaterThan(1e-2);
      expect(suggested).toBeLessThan(1e-1);
    },
  );

  it.each(THOROUGH ? [1, 2, 3, 5, 6] : [2, 6])(
    "finds Adam's rate on batches of 16, seed %i (case 19)",
    async (seed) => {
      const { suggested } = await search({ spec: adam(seed, 16), threads: 2 });
      expect(suggested).toBeGreaterThan(1e-3);
      expect(suggested).toBeLessThan(1e-1);
    },
  );

  it.each(THOROUGH ? [1, 6, 7] : [7])("stays on the fall on batches of 4, seed %i", async (seed) => {
    const { suggested } = await search({ spec: adam(seed, 4), threads: 2 });
    expect(suggested).toBeGreaterThan(2e-4);
    expect(suggested).toBeLessThan(2e-2);
  });

  it.each(
    THOROUGH ? (Object.keys(TRAIN_PRESETS) as (keyof typeof TRAIN_PRESETS)[]) : (["small", "deep"] as const),
  )(
    "suggests for the preset %s at most three times the rate that it trains well with, and not noise",
    async (name) => {
      const { spec } = TRAIN_PRESETS[name];
      const { suggested } = await search({ spec, threads: 2 });
      expect(suggested).toBeGreaterThan(spec.optimizer.lr / 100);
      expect(suggested).toBeLessThan(spec.optimizer.lr * 3);
    },
  );

  it("searches from the weights of a file where they are given", async () => {
    const spec = sgd(1);
    const flat = { w1: new Float32Array(784 * 50), b1: new Float32Array(50) };
    const given = { ...flat, w2: new Float32Array(500), b2: new Float32Array(10) };
    const found = await opened.lab.lrsearch.start({ spec, threads: 2, given }).done;
    const { searches } = opened.lab.lrsearch.get({ runId: found.id }).report;
    expect(found.config["weights"]).toMatch(/^from a file, [0-9a-f]{12}$/);
    // Weights of zero: the loss of a guess among ten.
    for (const { points } of searches) expect(points[0]?.loss).toBeCloseTo(Math.log(10), 4);
  });
});

describe("what a search for a learning rate leaves", () => {
  let run: RunSummary;
  let report: LrSearch;
  beforeAll(async () => {
    run = await opened.lab.lrsearch.start({ spec: sgd(1), threads: 2 }).done;
    ({ report } = opened.lab.lrsearch.get({ runId: run.id }));
  });

  it("is a run with its settings, curves as metrics, and the suggestion with its reason", () => {
    expect(run.config).toMatchObject({ optimizer: "sgd", batchSize: 64, lowestLr: 1e-6, highestLr: 10 });
    expect(run.config).not.toHaveProperty("lr");
    expect(JSON.parse(String(run.config["spec"]))).toEqual(report.spec);
    expect(run.summary).toMatchObject({
      suggestedLr: report.suggested,
      reason: report.reason,
      seedsSearched: 5,
    });
    expect(report.reason).toMatch(/^the middle of 5 seeds, 0\.\d+ to 0\.\d+$/);
    expect(report.searches.map(({ seed }) => seed)).toEqual([1, 2, 3, 4, 5]);
    for (const [index, { points, suggested, whole }] of report.searches.entries()) {
      expect(whole).toBe(true);
      expect(points[0]).toMatchObject({ lr: 1e-6 });
      expect(points.find(({ lr }) => lr === suggested)).toBeDefined();
      const losses = opened.lab.runs.metrics(run.id, `loss ${index + 1}`);
      expect(losses.map(({ value }) => value)).toEqual(points.map(({ loss }) => loss));
    }
  });

  it("goes into a bundle and is read back through the schemas of its kind", async () => {
    const path = join(opened.folder, "search.backprop.json");
    await opened.lab.runs.export({ what: "bundle", runIds: [run.id], path });
    const other = await openTestLab(1);
    try {
      expect(await other.lab.runs.import(path)).toMatchObject({ added: [run.id] });
      expect(other.lab.lrsearch.get({ runId: run.id }).report).toEqual(report);
    } finally {
      await other.close();
    }
  });

  it("keeps what it had when it is cancelled, and suggests from whole seeds alone", async () => {
    const started = opened.lab.lrsearch.start({ spec: sgd(1), threads: 2 });
    const stop = opened.lab.subscribe((event) => {
      if (event.name !== "activityChanged" || event.payload === null) return;
      const { phase, cancelling } = event.payload;
      if (phase.startsWith("seed 2") && !cancelling) opened.lab.activity.cancel();
    });
    const cancelled = await started.done;
    stop();
    expect(cancelled).toMatchObject({ status: "cancelled", summary: { seedsSearched: 1 } });
    const { searches, suggested, reason } = opened.lab.lrsearch.get({ runId: cancelled.id }).report;
    expect(searches[0]).toEqual(report.searches[0]);
    expect(suggested).toBeCloseTo(searches[0]?.suggested ?? NaN, 12);
    expect(reason).toContain("the middle of 1 of 5 seeds");
    for (const cut of searches.slice(1)) expect(cut).toMatchObject({ whole: false, suggested: null });
  });
});
