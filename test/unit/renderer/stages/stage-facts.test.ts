import { expect, it } from "vitest";
import { stageFacts, stageVerdict } from "../../../../src/renderer/stages/stage-facts.ts";
import type { StageResult } from "../../../../src/shared/experiments/stages.ts";

const pass = { medianMs: 43, iqrMs: 1, samplesMs: [42.5, 43, 43.5], cpuMs: 86 };
const RESULT: StageResult = {
  id: "module",
  status: "measured",
  loss: 18.07862,
  forward: pass,
  backward: pass,
  both: pass,
  peakBytes: 205.7e6,
  ops: 14,
  groups: 6,
  note: "",
};
const available = { unavailable: "" };

it("stageFacts() gives times with spread, processor time, bytes, ops and groups", () => {
  const facts = Object.fromEntries(stageFacts(RESULT).map(({ label, text }) => [label, text]));
  expect(facts["backward ± ½ IQR"]).toBe("43.00 ± 0.50 ms");
  expect(facts["processor, backward"]).toBe("86 ms");
  expect(facts["peak allocated"]).toBe("205.7 MB");
  expect(facts).toMatchObject({ ops: "14", "groups in the plan": "6", loss: "18.08" });
});

it("stageFacts() says nothing of what is not known", () => {
  const labels = stageFacts({ ...RESULT, groups: NaN }).map(({ label }) => label);
  expect(labels).not.toContain("groups in the plan");
  expect(stageFacts({ ...RESULT, status: "cancelled" })).toEqual([]);
});

it("stageVerdict() is a word, with the reason where there is one", () => {
  expect(stageVerdict(available, undefined, { running: false }).word).toBe("not run");
  expect(stageVerdict(available, undefined, { running: true }).word).toBe("waiting");
  expect(stageVerdict({ unavailable: "not installed" }, undefined, { running: true })).toMatchObject({
    word: "not available",
    reason: "not installed",
  });
  expect(stageVerdict(available, RESULT, { running: false }).word).toBe("measured");
  const failed: StageResult = { ...RESULT, status: "failed", note: "its thread ended" };
  expect(stageVerdict(available, failed, { running: false })).toEqual({
    tone: "bad",
    word: "failed",
    reason: "its thread ended",
  });
});
