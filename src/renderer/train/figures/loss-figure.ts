import type { ChartDataset } from "chart.js";
import { EPOCH_METRICS, STATISTIC_NAMES } from "../../../shared/experiments/training.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import type { TrainingLog } from "../training-log.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour, seriesDash, type ChartTheme } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import type { Smoothing } from "../../charts/figures/smoothing.ts";
import { endLabels, eventMarks, nonFiniteMarks } from "../../charts/plugins/line-plugins.ts";
import { AXIS_TITLES, type DrawnLines, type TrainingLine } from "./drawn-lines.ts";

const COLUMNS = ["metric", "value"] as const;

/** The lines that are recorded, and where it is wanted the smoothed one of the steps. */
export function lossLines(log: TrainingLog, smoothing: Smoothing | null): readonly TrainingLine[] {
  return [
    { label: "loss of each step", metric: STATISTIC_NAMES.loss, points: () => log.stepLoss },
    { label: "training loss", metric: EPOCH_METRICS.train, points: () => log.trainLoss },
    { label: "validation loss", metric: EPOCH_METRICS.valid, points: () => log.validLoss },
    ...(smoothing === null
      ? []
      : [
          {
            label: "smoothed loss",
            metric: STATISTIC_NAMES.loss,
            isSmoothed: true,
            points: () => log.smoothed(smoothing),
          },
        ]),
  ];
}

/** Loss of every step as a thin line, training and validation loss of every epoch as marked lines. */
export function lossFigure(drawn: DrawnLines): Figure {
  const { log, axes, describe } = drawn;
  const wholeTable = drawn.wholeTable(COLUMNS);
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
    keyZoomAxes: ["x"],
    log: { axis: "y", initially: false },
    wholeTable,
    table: () => drawn.table(COLUMNS),
    build: (theme, options) => ({
      type: "line",
      data: { datasets: datasetsOf(drawn, theme) },
      plugins: [
        endLabels(theme, [null, "training", "validation"], theme.series),
        eventMarks(theme, drawn.marks),
        nonFiniteMarks(theme, theme.bad, () =>
          log.nonFinite.map(({ x, kind }) => ({ kind, x: drawn.place(x) })),
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

function datasetsOf(drawn: DrawnLines, theme: ChartTheme): ChartDataset[] {
  const [steps = [], train = [], valid = [], smoothed] = drawn.read();
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
