import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  STAGE_IDS,
  type StageResult,
  type StagesRecord,
  type StagesSettings,
} from "../../../src/shared/experiments/stages.ts";
import { openTestLab, type TestLab } from "./open-test-lab.ts";

const SETTINGS: StagesSettings = { seed: 42, rows: 300, threads: 2, samples: 3 };
/** Enough to see that a run finishes. */
const SHORT: StagesSettings = { ...SETTINGS, rows: 64, samples: 1 };

let test: TestLab;
beforeAll(async () => {
  test = await openTestLab(2);
});
afterAll(async () => {
  await test.close();
});

describe("the stages", () => {
  let record: StagesRecord;
  const told: StageResult[] = [];
  const of = (id: StageResult["id"]): StageResult => record.report.results.find((one) => one.id === id)!;
  beforeAll(async () => {
    const stop = test.lab.subscribe((event) => {
      if (event.name === "stageFinished") told.push(event.payload.result);
    });
    const run = await test.lab.stages.start(SETTINGS).done;
    stop();
    expect(run).toMatchObject({ kind: "stages", status: "finished", failure: null, rows: SETTINGS.rows });
    expect(run.summary).toMatchObject({ stages: 6, gradientPairs: 75, equalPairs: 75 });
    record = test.lab.stages.get({ runId: run.id });
  }, 120_000);

  it("measures all six, and tells of each when it is done", () => {
    expect(record.report.results.map(({ id }) => id)).toEqual(STAGE_IDS);
    expect(told).toEqual(record.report.results);
    expect(record.report.settings).toEqual(SETTINGS);
    for (const { id, status, loss, forward, backward, both, ops, peakBytes } of record.report.results) {
      expect(status, id).toBe("measured");
      expect(Math.abs(loss - of("functions").loss) / loss, id).toBeLessThan(1e-5);
      for (const pass of [forward, backward, both]) {
        expect(pass.samplesMs, id).toHaveLength(SETTINGS.samples);
        expect(pass.medianMs, id).toBeGreaterThan(0);
        expect(pass.iqrMs, id).toBeGreaterThanOrEqual(0);
      }
      expect(both.cpuMs, id).toBeGreaterThan(0);
      expect(ops, id).toBeGreaterThan(8);
      // x.g alone takes this much.
      expect(peakBytes, id).toBeGreaterThan(SETTINGS.rows * 784 * 4);
    }
  });

  it("keeps what the machine did meanwhile", () => {
    const { loadBefore, warnings } = record.report.conditions!;
    expect(loadBefore).toBeGreaterThanOrEqual(0);
    expect(warnings.filter((warning) => !/while the stages ran|battery|governor/.test(warning))).toEqual([]);
  });

  it("finds all gradients of all pairs equal, that of x to 1e-5 of its norm", () => {
    const { pairs } = record.report;
    expect(pairs).toHaveLength(((6 * 5) / 2) * 5);
    for (const pair of pairs) {
      expect(pair, JSON.stringify(pair)).toMatchObject({ allclose: true, equal: true });
      if (pair.tensor === "x") expect(pair.relNorm).toBeLessThan(1e-5);
    }
    // Other code, same operations: not a bit differs.
    const same = pairs.filter(({ first, second }) => first === "module" && second === "autograd");
    expect(same.map(({ maxAbs }) => maxAbs)).toEqual([0, 0, 0, 0, 0]);
  });

  it("shows what stage 3 saves, and what fusion does to its plan", () => {
    expect(of("layer-classes").ops).toBe(of("module").ops);
    expect(of("layer-classes").peakBytes).toBeGreaterThan(of("module").peakBytes);
    expect(of("module-unfused").ops).toBe(of("module").ops);
    expect(of("module-unfused").groups).toBeGreaterThan(of("module").groups);
    expect(of("tfjs").groups).toBeNaN();
    const named = record.report.gains.map(({ slower, pass }) => `${slower} ${pass}`);
    expect(named).toEqual([
      "layer-classes backward",
      "module-unfused forward",
      "module-unfused backward",
      "module-unfused both",
      "autograd both",
      "tfjs both",
    ]);
    for (const { ratio, low, high } of record.report.gains) {
      expect(low).toBeLessThanOrEqual(ratio);
      expect(high).toBeGreaterThanOrEqual(ratio);
    }
  });

  it("saves every time that was taken", () => {
    const { timings } = test.lab.runs.get({ runId: record.runId });
    for (const { id, forward, backward, both } of record.report.results) {
      const { name } = test.lab.stages.describe().find((stage) => stage.id === id)!;
      const saved = (pass: string): number[] =>
        timings.filter((one) => one.stage === name && one.pass === pass && !one.warmup).map(({ ms }) => ms);
      expect(saved("forward"), id).toEqual(forward.samplesMs);
      expect(saved("backward"), id).toEqual(backward.samplesMs);
      expect(saved("call"), id).toEqual(both.samplesMs);
    }
  });

  it("gives the memory back", async () => {
    const before = test.lab.stages.forecast(SETTINGS);
    expect(before).toMatchObject({ refusal: "", seconds: expect.any(Number) as number });
    const again = await test.lab.stages.start(SHORT).done;
    expect(again).toMatchObject({ status: "finished", summary: { equalPairs: 75 } });
  });

  it("keeps what was measured when it is cancelled", async () => {
    const started = test.lab.stages.start({ ...SETTINGS, samples: 10 });
    const stop = test.lab.subscribe((event) => {
      if (event.name === "stageFinished" && event.payload.result.id === "module") test.lab.activity.cancel();
    });
    const run = await started.done;
    stop();
    expect(run).toMatchObject({ status: "cancelled", summary: { stages: 3 } });
    const { report } = test.lab.stages.get({ runId: run.id });
    expect(report.results.map(({ status }) => status).slice(0, 3)).toEqual([
      "measured",
      "measured",
      "measured",
    ]);
    expect(report.gains.map(({ slower }) => slower)).toEqual(["layer-classes"]);
    expect(test.lab.activity.state()).toBeNull();
    const next = await test.lab.stages.start(SHORT).done;
    expect(next.status).toBe("finished");
  });
});

it("describeStages() gives the code that runs and what parameters() answers", () => {
  const described = test.lab.stages.describe();
  expect(described.map(({ number }) => number)).toEqual(["1", "2", "3", "3b", "4", "5"]);
  for (const { id, code, source, unavailable } of described) {
    expect(code.length, id).toBeGreaterThan(200);
    expect(code, id).not.toMatch(/#region|^import /m);
    expect(readFileSync(source, "utf8")).toContain(code.split("\n")[0].trim());
    expect(unavailable).toBe("");
  }
  const lesson = described.find(({ id }) => id === "autograd")!.lesson!;
  expect(lesson.models.map(({ parameters }) => parameters)).toEqual([[], [[784, 50], [50], [50, 1], [1]]]);
  expect(lesson.code).toContain("parameters()");
});
