import { expect, test } from "vitest";
import { stepProfileFigure } from "../../../../src/renderer/diagnostics/step-profile-figure.ts";
import type { StepProfile } from "../../../../src/shared/experiments/step-profile.ts";

const profile = (threads: number): StepProfile => {
  const all = <T>(value: T): T[] => Array.from({ length: threads }, () => value);
  return {
    network: "784-50-10",
    batchSize: 64,
    threads,
    plain: { steps: 900, medianUs: 90, lowUs: 88, highUs: 95 },
    profiled: { steps: 300, medianUs: 100 },
    ops: [
      { op: "linear", makes: "z1", group: 1, workers: all({ us: 60, waitUs: 0 }) },
      { op: "sgd", makes: "w1", group: 2, workers: all({ us: 10, waitUs: 25 }) },
    ],
    restUs: all(5),
    conditions: null,
  };
};

test("stepProfileFigure() shows ops and waiting of each worker, and all of it as a table", () => {
  const figure = stepProfileFigure(profile(2));
  expect(figure.summary).toContain("100 µs with clocks, of which a worker waits 25 µs");
  expect(figure.legend.map(({ label, datasets }) => [label, datasets])).toEqual([
    ["worker 1", [0, 1]],
    ["worker 2", [2, 3]],
    ["waiting at a barrier", undefined],
  ]);
  // The second op's wait of worker 2.
  expect(figure.describe(1, 2)).toEqual({
    title: "sgd → w1, worker 2",
    lines: ["in the op  10 µs, 10 % of the step", "waited before it  25 µs, 25 % of the step", "group 2"],
  });
  expect(figure.describe(2, 1)?.lines).toEqual(["left of the median step  5 µs, 5 % of the step"]);
  const { columns, rows } = figure.table();
  expect(columns).toEqual(["group", "op", "makes", "worker", "wait µs", "µs"]);
  expect(rows).toHaveLength(6);
  expect(rows[3]).toEqual([2, "sgd", "w1", 2, 25, 10]);
  expect(rows[5]).toEqual(["", "between the ops", "", 2, 0, 5]);
});

test("of many workers some have bars, and the table has all", () => {
  const figure = stepProfileFigure(profile(16));
  expect(figure.note).toContain("the first 6 of 16 workers, the table has all");
  expect(figure.legend).toHaveLength(7);
  expect(figure.table().rows).toHaveLength(48);
});
