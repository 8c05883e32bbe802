import { expect, test } from "vitest";
import type { CellResult } from "../../../../src/shared/runs/run-records.ts";
import { cellTable } from "../../../../src/main/report/cell-table.ts";

const details = { statistics: [], histograms: [], timings: [], gradients: [], gradientChecks: [] };
const cell = (part: Partial<CellResult>): CellResult => ({
  cell: "12",
  title: "Statistics",
  order: 1,
  startedAt: "2026-01-01T00:00:00.000Z",
  ms: 1,
  expected: {},
  measured: {},
  verdict: "exact",
  reason: "",
  details,
  ...part,
});

test("cellTable() gives a line a quantity, aligned, with the verdict once a cell", () => {
  const table = cellTable([
    cell({
      expected: { mean: 0.13044972, shape: [50000, 784] },
      measured: { mean: 0.130449720001, shape: [50000, 784] },
      reason: "within 1e-6",
    }),
    cell({ cell: "13", title: "Time", measured: { ms: 12.3456789 }, verdict: "measured" }),
    cell({ cell: "14", title: "Nothing to compare", verdict: "failed", reason: "a worker died" }),
  ]);
  expect(table.split("\n")).toEqual([
    "cell  title               quantity  notebook       measured       verdict",
    "----  ------------------  --------  -------------  -------------  ---------------------",
    "12    Statistics          mean      0.1304         0.1304         exact: within 1e-6",
    "                          shape     [50,000, 784]  [50,000, 784]",
    "13    Time                ms                       12.35          measured",
    "14    Nothing to compare                                          failed: a worker died",
  ]);
});

test("cellTable() shortens long lists", () => {
  expect(cellTable([cell({ measured: { bins: Array.from({ length: 40 }, (_, bin) => bin) } })])).toContain(
    "[0, 1, 2, 3, 4, 5, … 40 values]",
  );
});
