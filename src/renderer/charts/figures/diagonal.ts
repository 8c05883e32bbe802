import type { ChartDataset } from "chart.js";
import { seriesColour, type ChartTheme } from "../kit/chart-theme.ts";

/** Where both axes have the same value: drawn in dashes, and never what is pointed at. */
export const diagonal = (theme: ChartTheme, series: number, ends: readonly number[]) =>
  ({
    type: "line" as const,
    data: ends.map((end) => ({ x: end, y: end })),
    borderColor: seriesColour(theme, series),
    borderDash: [6, 3],
    borderWidth: 1,
    pointRadius: 0,
    pointHitRadius: 0,
  }) satisfies ChartDataset<"line">;
