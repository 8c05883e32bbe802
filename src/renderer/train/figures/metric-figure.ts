import type { Chart, ChartDataset, Plugin } from "chart.js";
import { formatNumber } from "../../format/number.ts";
import { MinMaxBuffer, type Point } from "../../charts/kit/min-max-buffer.ts";
import type { TrainingLog } from "../training-log.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour, seriesDash, type ChartTheme } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import { readWholeCurves } from "../../store/whole-curves.ts";
import { AXIS_TITLES, marksOf, placesOf, type TrainingAxes } from "./loss-figure.ts";
import { eventMarks } from "../../charts/plugins/line-plugins.ts";

/** One line of a chart; `points` is asked for anew whenever the chart is drawn. */
export interface MetricLine {
  readonly label: string;
  readonly points: () => MinMaxBuffer | readonly Point[];
  /** The recorded metric that it draws; null where it is computed for the drawing. */
  readonly metric: string | null;
}

export interface MetricChart {
  readonly title: string;
  readonly note?: string;
  readonly unit: string;
  readonly lines: readonly MetricLine[];
  readonly log?: boolean;
  /** The y axis begins at 0: a constant is a line in the middle, not a change in the third digit. */
  readonly fromZero?: boolean;
  /** A stretch of the y axis that is drawn as healthy. */
  readonly band?: { readonly lo: number; readonly hi: number };
}

const DEFAULT_PIXELS = 600;

/** Metrics over a training: one line each, at most two points a pixel, every extreme kept. */
export function metricFigure(log: TrainingLog, chart: MetricChart, axes: TrainingAxes): Figure {
  const { title, note, unit, lines, band } = chart;
  const describe = (index: number, dataset: number) => {
    const point = seriesOf(log, chart, axes, DEFAULT_PIXELS)[dataset]?.[index];
    if (point === undefined) return null;
    return {
      title: `${AXIS_TITLES[axes.axis]} ${formatNumber(point.x)}`,
      lines: [`${lines[dataset]?.label ?? ""} ${formatNumber(point.y)}`],
    };
  };
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
    log: { axis: "y", initially: chart.log === true },
    ...wholeTableOf(log, chart, axes),
    table: () => ({
      columns: ["line", AXIS_TITLES[axes.axis], unit],
      rows: seriesOf(log, chart, axes, DEFAULT_PIXELS).flatMap((points, index) =>
        points.map(({ x, y }) => [lines[index]?.label ?? "", x, y]),
      ),
    }),
    build: (theme, options) => ({
      type: "line",
      data: { datasets: datasetsOf(log, chart, axes, theme) },
      plugins: [
        ...(band === undefined ? [] : [healthyBand(theme, band)]),
        eventMarks(theme, () => marksOf(log, axes)),
      ],
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

/** Every point of lines that are recorded. */
function wholeTableOf(
  { runId }: TrainingLog,
  { lines, unit }: MetricChart,
  axes: TrainingAxes,
): Pick<Figure, "wholeTable"> {
  const labels = new Map(lines.flatMap(({ metric, label }) => (metric === null ? [] : [[metric, label]])));
  if (labels.size < lines.length) return {};
  return {
    wholeTable: async () => {
      const curves = await readWholeCurves(runId, [...labels.keys()]);
      return {
        columns: ["line", AXIS_TITLES[axes.axis], unit],
        rows: curves.flatMap((curve) =>
          placesOf(curve, axes).map((x, i) => [labels.get(curve.metric) ?? "", x, curve.values[i] ?? NaN]),
        ),
      };
    },
  };
}

/** Puts what the log holds now into the chart. */
export function refreshMetric(drawn: Chart, log: TrainingLog, chart: MetricChart, axes: TrainingAxes): void {
  seriesOf(log, chart, axes, DEFAULT_PIXELS).forEach((points, index) => {
    const dataset = drawn.data.datasets[index];
    if (dataset !== undefined) dataset.data = points;
  });
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

const pointsOf = (source: MinMaxBuffer | readonly Point[], pixels = DEFAULT_PIXELS): readonly Point[] =>
  source instanceof MinMaxBuffer ? source.points(pixels) : source;

const seriesOf = (
  log: TrainingLog,
  { lines }: MetricChart,
  { axis, stepsPerEpoch }: TrainingAxes,
  pixels: number,
): Point[][] =>
  lines.map(({ points }) =>
    pointsOf(points(), pixels).map(({ x, y }) => ({ x: log.place(x, axis, stepsPerEpoch), y })),
  );

const datasetsOf = (
  log: TrainingLog,
  chart: MetricChart,
  axes: TrainingAxes,
  theme: ChartTheme,
): ChartDataset[] =>
  seriesOf(log, chart, axes, DEFAULT_PIXELS).map((data, index) => ({
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
