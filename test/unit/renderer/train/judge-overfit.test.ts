import { describe, expect, it } from "vitest";
import { TrainingLog } from "../../../../src/renderer/train/training-log.ts";
import { judgeOverfit } from "../../../../src/renderer/train/judge-overfit.ts";
import { isOverfitSpec, overfitSpec, TRAIN_PRESETS } from "../../../../src/shared/specs/train-presets.ts";

const spec = overfitSpec(TRAIN_PRESETS.small.spec);

function logOf(last: Readonly<Record<string, number>>): TrainingLog {
  const log = new TrainingLog("run");
  const at = (step: number) => ({ step, epoch: 1, wallMs: step });
  log.append([{ name: "trainLoss", ...at(0), value: 2.4 }]);
  log.append(Object.entries(last).map(([name, value]) => ({ name, ...at(300), value })));
  return log;
}
const finished = { status: "finished" as const, failure: null, summary: {} };

describe("judgeOverfit() (A7)", () => {
  it("knows a training on 20 rows by its spec", () => {
    expect(isOverfitSpec(spec)).toBe(true);
    expect(isOverfitSpec(TRAIN_PRESETS.small.spec)).toBe(false);
  });

  it("says that it can, with what was reached", () => {
    const verdict = judgeOverfit(spec, finished, logOf({ trainLoss: 0.001, trainAccuracy: 1 }));
    expect(verdict.learned).toBe(true);
    expect(verdict.reached).toMatch(/^loss .*, 20 of 20 rows right after 300 steps$/);
  });

  it.each([
    [
      { trainLoss: 2.3, trainAccuracy: 0.1, "activation 1 dead": 0.9 },
      /of activation 1 are active for no row/,
    ],
    [{ trainLoss: 2.3, trainAccuracy: 0.1, "update ratio w1": 1e-6 }, /steps are too small/],
    [{ trainLoss: 1.9, trainAccuracy: 0.3, "update ratio w1": 0.5 }, /steps are too large/],
    [{ trainLoss: 2.4, trainAccuracy: 0.1, "update ratio w1": 1e-3 }, /hardly moved/],
    [{ trainLoss: 0.9, trainAccuracy: 0.8, "update ratio w1": 1e-3 }, /needs more steps/],
  ])("says that it cannot, and why: %o", (last, why) => {
    const verdict = judgeOverfit(spec, finished, logOf(last));
    expect(verdict.learned).toBe(false);
    expect(verdict.why).toMatch(why);
  });

  it("names the divergence of one that failed", () => {
    const failed = { status: "failed" as const, failure: "the loss is NaN at step 3", summary: {} };
    expect(judgeOverfit(spec, failed, logOf({})).why).toContain("NaN at step 3");
  });
});

describe("steps a second (A6)", () => {
  it("is not 0 at the end because the last evaluation took longer than the window", () => {
    const log = new TrainingLog("run");
    for (let step = 1; step <= 100; step++)
      log.append([{ name: "loss", step, epoch: 1, value: 1, wallMs: 10 * step }]);
    log.append([{ name: "trainLoss", step: 100, epoch: 1, value: 1, wallMs: 4_000 }]);
    log.append([{ name: "validLoss", step: 100, epoch: 1, value: 1, wallMs: 9_000 }]);
    expect(log.numbers.stepsPerSecond).toBeCloseTo(100);
  });

  it("keeps lr changes, pauses and going on as marks (A12)", () => {
    const log = new TrainingLog("run");
    const at = "2026-11-26T00:00:00Z";
    log.addEvent({ at, step: 10, kind: "paused", text: "at step 10" });
    log.addEvent({ at, step: 10, kind: "lr", text: "0.1 → 0.01" });
    log.addEvent({ at, step: 20, kind: "checkpoint", text: "kept" });
    expect(log.marks).toEqual([
      { step: 10, text: "paused" },
      { step: 10, text: "lr 0.1 → 0.01" },
    ]);
  });
});
