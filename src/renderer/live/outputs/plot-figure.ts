import type { CellOutput } from "../../../shared/live/cell-output.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour, seriesDash } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import { formatNumber } from "../../../shared/format/number.ts";

type Chart = Extract<CellOutput, { kind: "chart" }>;

/** Lines that a cell plotted, with the tools of every chart. */
export function plotFigure({ title, xLabel, yLabel, yScale, series }: Chart, number: number): Figure {
  const name = title === "" ? `Plot of cell ${number}` : title;
  const [x, y] = [xLabel === "" ? "x" : xLabel, yLabel === "" ? "y" : yLabel];
  const values = series.flatMap((line) => line.y).filter(Number.isFinite);
  const least = values.reduce((low, value) => Math.min(low, value), Infinity);
  const most = values.reduce((high, value) => Math.max(high, value), -Infinity);
  const nameOf = (at: number): string => series[at]?.name ?? "";
  const describe = (index: number, dataset: number) => {
    const line = series[dataset];
    if (line === undefined || index >= line.y.length) return null;
    return {
      title: `${x} ${formatNumber(line.x[index] ?? NaN)}`,
      lines: [`${nameOf(dataset) === "" ? y : nameOf(dataset)} ${formatNumber(line.y[index] ?? NaN)}`],
    };
  };
  return {
    title: name,
    summary: `${series.length === 1 ? "A line" : `${series.length} lines`} over ${x}: ${y} from ${formatNumber(least)} to ${formatNumber(most)}.`,
    legend:
      series.length === 1 && nameOf(0) === ""
        ? []
        : series.map((line, at) => ({ label: line.name, series: at, mark: "line" as const, datasets: [at] })),
    describe,
    height: 14,
    log: { axis: "y", initially: yScale === "log" },
    table: () => ({
      columns: ["series", x, y],
      rows: series.flatMap((line) => line.x.map((at, index) => [line.name, at, line.y[index] ?? NaN])),
    }),
    build: (theme, options) => ({
      type: "line",
      data: {
        datasets: series.map((line, at) => ({
          label: line.name,
          data: line.x.map((one, index) => ({ x: one, y: line.y[index] ?? NaN })),
          borderColor: seriesColour(theme, at),
          backgroundColor: theme.surface,
          borderDash: seriesDash(at),
          borderWidth: 1.5,
          pointRadius: line.x.length <= 40 ? theme.rem * 0.15 : 0,
          spanGaps: false,
        })),
      },
      options: {
        ...baseOptions(theme, options),
        animation: false,
        parsing: false,
        normalized: false,
        interaction: { mode: "nearest", intersect: false, axis: "x" },
        scales: {
          x: numberAxis(theme, { title: x, grid: false }),
          y: numberAxis(theme, { title: y, log: options.log }),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}
