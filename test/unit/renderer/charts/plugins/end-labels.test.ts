import type { Chart } from "chart.js";
import { expect, it } from "vitest";
import { endLabels } from "../../../../../src/renderer/charts/plugins/line-plugins.ts";
import { noTheme } from "../no-theme.ts";

it("endLabels() names lines at the right edge, not a lone point far from it", () => {
  const lines = [
    [
      { x: 0, y: 10 },
      { x: 60, y: 20 },
    ],
    [{ x: 0, y: 50 }],
    [{ x: 100, y: 80 }],
  ];
  const written: (readonly [string, number])[] = [];
  const ctx = {
    save: () => undefined,
    restore: () => undefined,
    fillText: (text: string, _x: number, y: number) => written.push([text, y]),
  };
  const chart = {
    ctx,
    chartArea: { left: 0, right: 100, top: 0, bottom: 100 },
    getDatasetMeta: (index: number) => ({ data: lines[index] }),
    isDatasetVisible: () => true,
  } as unknown as Chart;
  const plugin = endLabels(noTheme, ["line", "lone", "at the edge"], []);
  plugin.afterDatasetsDraw?.(chart, {}, {}, false);
  expect(written).toEqual([
    ["line", 20],
    ["at the edge", 80],
  ]);
});
