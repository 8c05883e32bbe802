import { expect, test } from "vitest";
import { RESIDENT_B_BYTES } from "../../../../../src/shared/engine/kernel-scratch.ts";
import { Arena } from "../../../../../src/main/engine/arena.ts";
import { forecastLadder, MeasuredSpeeds } from "../../../../../src/main/lab/ladder/forecast-ladder.ts";
import { RUNG_IDS, type LadderSettings, type RungId } from "../../../../../src/shared/experiments/ladder.ts";
import { ladder, measured } from "./ladder-record.ts";

const settings: LadderSettings = {
  preset: "custom",
  shape: { m: 5, k: 784, n: 10 },
  threads: 2,
  budgetSeconds: 10,
  seed: 42,
  scaling: false,
};

const forecast = (given: Partial<LadderSettings>, speeds = new MeasuredSpeeds(), missing: RungId[] = []) =>
  forecastLadder(
    { ...settings, ...given },
    { speeds, arena: new Arena(), cacheBytes: 2 ** 20, unavailable: new Set(missing) },
  );

test("forecastLadder() forecasts each rung at each shape, in seconds for the lesson", () => {
  const { rungs, ms, bytes, refusal } = forecast({ preset: "lesson" }, new MeasuredSpeeds(), ["pytorch"]);
  expect(rungs.map(({ rung }) => rung)).toEqual(RUNG_IDS.filter((rung) => rung !== "pytorch"));
  expect(rungs.every(({ note }) => note === "")).toBe(true);
  expect(ms).toBeGreaterThan(5_000);
  expect(ms).toBeLessThan(60_000);
  // The matrices, and scratch for what is packed: of one worker, since so small a product is left to it.
  const matrices = 4 * (5 * 784 + 784 * 10) + 12 * 5 * 10;
  expect(bytes - matrices).toBeGreaterThan(RESIDENT_B_BYTES);
  expect(bytes - matrices).toBeLessThan(2 * RESIDENT_B_BYTES);
  expect(refusal).toBe("");
  expect(forecast({ preset: "square" }).rungs).toHaveLength(7 * RUNG_IDS.length);
});

test("forecastLadder() says which rungs a budget skips and cuts", () => {
  const { rungs } = forecast({ shape: { m: 2048, k: 2048, n: 2048 } });
  const note = (rung: RungId) => rungs.find((entry) => entry.rung === rung)!.note;
  expect(note("einsum")).toMatch(/^skipped: about \d+ (s|min)$/);
  expect(note("kernel")).toBe("");
  const smaller = forecast({ shape: { m: 800, k: 800, n: 800 } });
  expect(smaller.rungs.find(({ rung }) => rung === "triple-loop")!.note).toBe("cut after 10 s");
});

test("forecastLadder() refuses what does not fit into memory", () => {
  expect(forecast({ shape: { m: 1_000_000, k: 1_000, n: 1_000 } }).refusal).toMatch(
    /need 16\.0 GB and .* are free\. Choose a smaller shape/,
  );
});

test("forecastLadder() goes by what this machine has measured", () => {
  const speeds = new MeasuredSpeeds();
  speeds.learn(ladder([measured("triple-loop", 10_000)]));
  const before = forecast({ preset: "notebook" }).rungs.find(({ rung }) => rung === "triple-loop")!;
  const after = forecast({ preset: "notebook" }, speeds).rungs.find(({ rung }) => rung === "triple-loop")!;
  expect(before.callMs).toBeLessThan(1_000);
  expect(after.callMs / 10_000).toBeCloseTo(1, 1);
});
