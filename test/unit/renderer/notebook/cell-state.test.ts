import { describe, expect, it } from "vitest";
import { cellState, ordinal } from "../../../../src/renderer/notebook/cell-state.ts";
import { verdictCounts } from "../../../../src/renderer/notebook/verdict-counts.ts";
import type { NotebookProgress } from "../../../../src/renderer/store/lab-state.ts";

const progress = (change: Partial<NotebookProgress>): NotebookProgress => ({
  runId: "r",
  results: new Map(),
  running: null,
  queued: [],
  stopped: null,
  ...change,
});

describe("cellState()", () => {
  it("tells never run, queued, running and stopped apart", () => {
    expect(cellState(progress({}), "5")).toEqual({ kind: "never" });
    expect(cellState(progress({ queued: ["5"] }), "5")).toEqual({ kind: "queued" });
    expect(cellState(progress({ running: { cell: "5", since: 3 } }), "5")).toEqual({
      kind: "running",
      since: 3,
    });
    expect(cellState(progress({ stopped: { cell: "5", reason: "why" } }), "5")).toEqual({
      kind: "stopped",
      reason: "why",
    });
  });
});

describe("ordinal()", () => {
  it.each([
    [1, "1st"],
    [2, "2nd"],
    [3, "3rd"],
    [4, "4th"],
    [11, "11th"],
    [12, "12th"],
    [13, "13th"],
    [21, "21st"],
    [112, "112th"],
  ])("writes %d as %s", (position, text) => {
    expect(ordinal(position)).toBe(text);
  });
});

describe("verdictCounts()", () => {
  it("counts every verdict and adds up the time", () => {
    const { counts, totalMs } = verdictCounts([
      { verdict: "exact", ms: 10 },
      { verdict: "exact", ms: 5 },
      { verdict: "measured", ms: 1 },
    ]);
    expect(counts).toEqual({ exact: 2, "in band": 0, differs: 0, failed: 0, measured: 1 });
    expect(totalMs).toBe(16);
  });
});
