import type { ChartDataset, Plugin } from "chart.js";
import { formatNumber } from "../../../shared/format/number.ts";
import { MinMaxBuffer } from "../../charts/kit/min-max-buffer.ts";
import type { TrainingLog } from "../training-log.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour, seriesDash, type ChartTheme } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import { eventMarks } from "../../charts/plugins/line-plugins.ts";
import { AXIS_TITLES, type DrawnLines, type TrainingLine } from "./drawn-lines.ts";

export interface MetricChart {
  readonly title: string;
  readonly note?: string;
  readonly unit: string;
  readonly lines: readonly TrainingLine[];
  readonly log?: boolean;
  /** The y axis begins at 0: a constant is a line in the middle, not a change in the third digit. */
  readonly fromZero?: boolean;
  /** A stretch of the y axis that is drawn as healthy. */
  readonly band?: { readonly lo: number; readonly hi: number };
}

/** Metrics over a training: one line each, at most two points a pixel, every extreme kept. */
export function metricFigure(drawn: DrawnLines, chart: MetricChart): Figure {
  const { title, note, unit, lines, band } = chart;
  const { log, axes, describe } = drawn;
  const wholeTable = drawn.wholeTable(["line", unit]);
  return {
    title,
    summary: metricSummary(log, chart),
    ...(note === undefined ? {} : { note }),
    legend: lines.map(({ label }, index) => ({
      label,
      series: index,
      mark: "line" as const,
      datasets: [index],
    })),
    describe,
    height: 13,
    keyZoomAxes: ["x"],
    log: { axis: "y", initially: chart.log === true },
    wholeTable,
    table: () => drawn.table(["line", unit]),
    build: (theme, options) => ({
      type: "line",
      data: { datasets: datasetsOf(drawn, theme) },
      plugins: [...(band === undefined ? [] : [healthyBand(theme, band)]), eventMarks(theme, drawn.marks)],
      options: {
        ...baseOptions(theme, options),
        animation: false,
        parsing: false,
        normalized: true,
        interaction: { mode: "nearest", intersect: false, axis: "x" },
        scales: {
          x: { ...numberAxis(theme, { title: AXIS_TITLES[axes.axis], grid: false }), min: 0 },
          y: {
            ...numberAxis(theme, { title: unit, log: options.log }),
            beginAtZero: chart.fromZero === true && !options.log,
          },
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

/** The last value of each line, in a sentence. */
export function metricSummary(log: TrainingLog, { title, lines }: MetricChart): string {
  const last = lines.flatMap(({ label, points }) => {
    const source = points();
    const point = source instanceof MinMaxBuffer ? source.last : (source.at(-1) ?? null);
    return point === null ? [] : [`${label} ${formatNumber(point.y)}`];
  });
  return `${title} up to step ${formatNumber(log.numbers.step)}: ${last.join(", ")}.`;
}

const datasetsOf = (drawn: DrawnLines, theme: ChartTheme): ChartDataset[] =>
  drawn.read().map((data, index) => ({
    data,
    borderColor: seriesColour(theme, index),
    backgroundColor: theme.surface,
    borderDash: seriesDash(index),
    borderWidth: 1.5,
    pointRadius: data.length < 40 ? theme.rem * 0.125 : 0,
  }));

/** Shades a stretch of the y axis. */
function healthyBand(theme: ChartTheme, { lo, hi }: { lo: number; hi: number }): Plugin {
  return {
    id: "healthyBand",
    beforeDatasetsDraw: ({ ctx, chartArea, scales }) => {
      const axis = scales["y"];
      if (axis === undefined) return;
      const [bottom, top] = [axis.getPixelForValue(lo), axis.getPixelForValue(hi)];
      ctx.save();
      ctx.beginPath();
      ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
      ctx.clip();
      ctx.fillStyle = `${seriesColour(theme, 2)}22`;
      ctx.fillRect(chartArea.left, top, chartArea.width, bottom - top);
      ctx.restore();
    },
  };
}
