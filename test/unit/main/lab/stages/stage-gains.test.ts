import { expect, it } from "vitest";
import { stageGains } from "../../../../../src/main/lab/stages/stage-gains.ts";
import type { StageId, StageResult } from "../../../../../src/shared/experiments/stages.ts";

const measured = (id: StageId, samplesMs: number[]): StageResult => {
  const pass = { medianMs: samplesMs[0], iqrMs: 0, samplesMs, cpuMs: 1 };
  return {
    id,
    status: "measured",
    loss: 1,
    forward: pass,
    backward: pass,
    both: pass,
    peakBytes: 1,
    ops: 1,
    groups: 1,
    note: "",
  };
};

it("stageGains() gives ratios of medians over stage 3, the same for the same seed", () => {
  const results = [
    measured("layer-classes", [130, 131, 129, 130, 132]),
    measured("module", [10, 10.1, 9.9, 10, 10.2]),
  ];
  const [gain, ...rest] = stageGains(results, 42);
  expect(rest).toEqual([]);
  expect(gain).toMatchObject({ slower: "layer-classes", faster: "module", pass: "backward" });
  expect(gain.ratio).toBeCloseTo(13, 10);
  expect(gain.low).toBeGreaterThan(12);
  expect(gain.high).toBeLessThan(14);
  expect(stageGains(results, 42)).toEqual([gain]);
});

it("stageGains() leaves out what was not measured", () => {
  const cancelled: StageResult = { ...measured("module", [1]), status: "cancelled" };
  expect(stageGains([measured("layer-classes", [1]), cancelled], 1)).toEqual([]);
  expect(stageGains([], 1)).toEqual([]);
});
