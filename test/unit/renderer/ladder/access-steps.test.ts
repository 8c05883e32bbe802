import { describe, expect, it } from "vitest";
import { accessSteps, PICTURE, type Cell } from "../../../../src/renderer/ladder/access-steps.ts";
import { RUNG_IDS } from "../../../../src/shared/experiments/ladder.ts";

const { m, k, n } = PICTURE;
const OURS = RUNG_IDS.filter((rung) => accessSteps(rung) !== null);
const keys = (cells: readonly Cell[]) => new Set(cells.map((cell) => cell.join(" ")));

describe("accessSteps()", () => {
  it("knows every rung but the libraries", () => {
    expect(RUNG_IDS.filter((rung) => !OURS.includes(rung))).toEqual(["tfjs", "pytorch"]);
  });

  it.each(OURS)("%s reads all of A and B and stores all of C", (rung) => {
    const touches = (accessSteps(rung) ?? []).flatMap((step) => step.touches);
    expect(keys(touches.flatMap(({ a }) => a)).size).toBe(m * k);
    expect(keys(touches.flatMap(({ b }) => b)).size).toBe(k * n);
    expect(keys(touches.filter(({ stores }) => stores).flatMap(({ c }) => c)).size).toBe(m * n);
  });

  it("walks B down its columns in the triple loop and along its rows in cache order", () => {
    const first = (rung: "triple-loop" | "cache-order") =>
      (accessSteps(rung) ?? []).slice(0, 2).map(({ touches }) => touches[0]?.b[0]);
    expect(first("triple-loop")).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(first("cache-order")).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });

  it("gives each worker rows of its own", () => {
    const touches = (accessSteps("sharded") ?? []).flatMap((step) => step.touches);
    const rowsOf = (worker: number) =>
      new Set(touches.filter((touch) => touch.worker === worker).flatMap(({ c }) => c.map(([row]) => row)));
    expect([...rowsOf(0)]).toEqual([0, 1]);
    expect([...rowsOf(1)]).toEqual([2, 3]);
  });
});
