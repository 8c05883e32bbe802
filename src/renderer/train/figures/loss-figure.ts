import type { Chart, ChartDataset } from "chart.js";
import { EPOCH_METRICS, STATISTIC_NAMES } from "../../../shared/experiments/training.ts";
import type { DrawnCurve } from "../../../shared/runs/run-curves.ts";
import { formatNumber } from "../../format/number.ts";
import type { Point } from "../../charts/kit/min-max-buffer.ts";
import type { TrainingAxis, TrainingLog } from "../training-log.ts";
import type { Smoothing } from "../../charts/figures/smoothing.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour, seriesDash, type ChartTheme } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import { readWholeCurves } from "../../store/whole-curves.ts";
import { endLabels, eventMarks, nonFiniteMarks, type EventMark } from "../../charts/plugins/line-plugins.ts";

/** How a chart of a training is drawn. */
export interface TrainingAxes {
  readonly axis: TrainingAxis;
  readonly stepsPerEpoch: number | null;
  /** Null draws the steps as they are, alone. */
  readonly smoothing: Smoothing | null;
}

export const AXIS_TITLES: Readonly<Record<TrainingAxis, string>> = {
  step: "step",
  epoch: "epoch",
  time: "seconds of training",
};
const PLAIN: TrainingAxes = { axis: "step", stepsPerEpoch: null, smoothing: null };

const NAMES = ["loss of each step", "training loss", "validation loss", "smoothed loss"] as const;
/** The lines that are recorded, by their metrics; the smoothed one is computed for the drawing. */
const RECORDED: Readonly<Record<string, string>> = {
  [STATISTIC_NAMES.loss]: NAMES[0],
  [EPOCH_METRICS.train]: NAMES[1],
  [EPOCH_METRICS.valid]: NAMES[2],
};
const DEFAULT_PIXELS = 800;

/** Loss of every step as a thin line, training and validation loss of every epoch as marked lines. */
export function lossFigure(log: TrainingLog, axes: TrainingAxes = PLAIN): Figure {
  const describe = (index: number, dataset: number) => {
    const point = pointAt(log, axes, dataset, index);
    if (point === undefined) return null;
    return {
      title: `${AXIS_TITLES[axes.axis]} ${formatNumber(point.x)}`,
      lines: [`${NAMES[dataset] ?? ""} ${formatNumber(point.y)}`],
    };
  };
  return {
    title: "Loss while training",
    summary: lossSummary(log),
    note: "the epochs' losses are measured on all rows after the epoch, in evaluation mode",
    legend: [
      { label: "each step", series: 0, mark: "line", datasets: [0] },
      { label: "training set, per epoch", series: 1, dash: 0, mark: "line", datasets: [1] },
      { label: "validation set, per epoch", series: 2, dash: 1, mark: "line", datasets: [2] },
      ...(axes.smoothing === null
        ? []
        : [
            {
              label: `each step, smoothed with ${axes.smoothing}`,
              series: 0,
              dash: 0,
              mark: "line" as const,
              datasets: [3],
            },
          ]),
    ],
    describe,
    height: 24,
    log: { axis: "y", initially: false },
    wholeTable: async () => {
      const curves = await readWholeCurves(log.runId, Object.keys(RECORDED));
      return {
        columns: ["metric", AXIS_TITLES[axes.axis], "value"],
        rows: curves.flatMap((curve) =>
          placesOf(curve, axes).map((x, i) => [RECORDED[curve.metric] ?? "", x, curve.values[i] ?? NaN]),
        ),
      };
    },
    table: () => ({
      columns: ["metric", AXIS_TITLES[axes.axis], "value"],
      rows: [...seriesOf(log, axes, DEFAULT_PIXELS)].flatMap((points, index) =>
        points.filter(({ y }) => !Number.isNaN(y)).map(({ x, y }) => [NAMES[index] ?? "", x, y]),
      ),
    }),
    build: (theme, options) => ({
      type: "line",
      data: { datasets: datasetsOf(log, axes, theme) },
      plugins: [
        endLabels(theme, [null, "training", "validation"], theme.series),
        eventMarks(theme, () => marksOf(log, axes)),
        nonFiniteMarks(theme, theme.bad, () =>
          log.nonFinite.map(({ x, kind }) => ({ kind, x: log.place(x, axes.axis, axes.stepsPerEpoch) })),
        ),
      ],
      options: {
        ...baseOptions(theme, options),
        animation: false,
        parsing: false,
        normalized: true,
        layout: { padding: { top: theme.rem * 0.5, right: theme.rem * 4.75 } },
        interaction: { mode: "nearest", intersect: false, axis: "x" },
        scales: {
          x: { ...numberAxis(theme, { title: AXIS_TITLES[axes.axis], grid: false }), min: 0 },
          y: numberAxis(theme, { title: "loss", log: options.log }),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

/** Where a curve's recorded points lie on the axis of a chart. */
export const placesOf = ({ steps, wallMs }: DrawnCurve, { axis, stepsPerEpoch }: TrainingAxes): number[] =>
  Array.from(steps, (step, i) =>
    axis === "time" ? (wallMs[i] ?? NaN) / 1000 : axis === "epoch" ? step / (stepsPerEpoch ?? 1) : step,
  );

/** Where somebody stepped in, on the chart's axis. */
export const marksOf = (log: TrainingLog, { axis, stepsPerEpoch }: TrainingAxes): EventMark[] =>
  log.marks.map(({ step, text }) => ({ text, x: log.place(step, axis, stepsPerEpoch) }));

/** Puts what the log holds now into the chart, at most two points a pixel. */
export function refreshLoss(chart: Chart, log: TrainingLog, axes: TrainingAxes = PLAIN): void {
  const width = Math.max(1, Math.floor(chart.chartArea.width));
  seriesOf(log, axes, width).forEach((points, index) => {
    const dataset = chart.data.datasets[index];
    if (dataset !== undefined) dataset.data = points;
  });
  shown.set(log, width);
}

/** Width for which the points in the chart were reduced: the tooltip's index counts those. */
const shown = new WeakMap<TrainingLog, number>();

function pointAt(log: TrainingLog, axes: TrainingAxes, dataset: number, index: number): Point | undefined {
  return seriesOf(log, axes, shown.get(log) ?? DEFAULT_PIXELS)[dataset]?.[index];
}

function seriesOf(
  log: TrainingLog,
  { axis, stepsPerEpoch, smoothing }: TrainingAxes,
  pixels: number,
): Point[][] {
  const series = [log.stepLoss.points(pixels), log.trainLoss, log.validLoss];
  if (smoothing !== null) series.push(log.smoothed(smoothing).points(pixels));
  return series.map((points) => points.map(({ x, y }) => ({ x: log.place(x, axis, stepsPerEpoch), y })));
}

function datasetsOf(log: TrainingLog, axes: TrainingAxes, theme: ChartTheme): ChartDataset[] {
  const [steps = [], train = [], valid = [], smoothed] = seriesOf(log, axes, DEFAULT_PIXELS);
  const epochLine = (series: number, pointStyle: "circle" | "triangle") => ({
    borderColor: seriesColour(theme, series),
    backgroundColor: theme.surface,
    borderDash: seriesDash(series - 1),
    borderWidth: 2,
    pointStyle,
    pointRadius: theme.rem * 0.25,
    pointBorderWidth: 2,
    order: 1,
  });
  return [
    {
      data: steps,
      borderColor: `${seriesColour(theme, 0)}${smoothed === undefined ? "99" : "40"}`,
      borderWidth: 1,
      pointRadius: 0,
      spanGaps: false,
      order: 2,
    },
    { data: train, ...epochLine(1, "circle") },
    { data: valid, ...epochLine(2, "triangle") },
    ...(smoothed === undefined
      ? []
      : [
          {
            data: smoothed,
            borderColor: seriesColour(theme, 0),
            borderWidth: 1.5,
            pointRadius: 0,
            order: 1,
          },
        ]),
  ];
}

/** What the picture shows, in a sentence. */
export function lossSummary(log: TrainingLog): string {
  const { step, epoch, loss, trainLoss, validLoss } = log.numbers;
  const valueText = (name: string, value: number | null) =>
    value === null ? "" : `, ${name} ${formatNumber(value)}`;
  const broken = log.nonFinite.map(({ kind, x }) => `, ${kind} at step ${formatNumber(x)}`).join("");
  return `Loss after step ${formatNumber(step)} (epoch ${formatNumber(epoch)})${valueText("last step", loss)}${valueText("training", trainLoss)}${valueText("validation", validLoss)}${broken}.`;
}
