import { counted } from "../../../core/counted.ts";
import type { Calibration, ConfusionCell, Learned } from "../../../shared/experiments/learned.ts";
import { diagonal } from "../../charts/figures/diagonal.ts";
import { barsFigure } from "../../charts/figures/bars-figure.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import type { HeatMapData } from "../../charts/kit/heat-map.tsx";
import { formatNumber } from "../../../shared/format/number.ts";

/** Bars that can be read beside each other. */
const MOST_BARS = 30;

const percent = (share: number): string => `${formatNumber(100 * share, 4)} %`;

/** How many rows of each class are right; of many classes the ones that are right least often. */
export function accuracyFigure({ classNames, confusion }: Pick<Learned, "classNames" | "confusion">): Figure {
  const counts = classNames.map((name) => ({ name, all: 0, right: 0 }));
  for (const { label, predicted, count } of confusion) {
    const own = counts[label];
    if (own === undefined) continue;
    own.all += count;
    if (label === predicted) own.right += count;
  }
  const shareOf = ({ right, all }: { readonly right: number; readonly all: number }): number =>
    all === 0 ? NaN : right / all;
  const many = counts.length > MOST_BARS;
  const shown = many
    ? counts
        .filter(({ all }) => all > 0)
        .sort((one, other) => shareOf(one) - shareOf(other))
        .slice(0, MOST_BARS)
    : counts;
  return barsFigure({
    title: "Accuracy by class",
    note: many
      ? `the ${shown.length} lowest of ${formatNumber(counts.length)} classes; the table has all`
      : "of each class's rows, so many are right",
    axis: "right, % of the class's rows",
    end: 100,
    bars: shown.map((one) => ({
      name: one.name,
      value: 100 * shareOf(one),
      lines: [
        one.all === 0
          ? "no rows"
          : `${percent(shareOf(one))}: ${formatNumber(one.right)} of ${counted(one.all, "row")}`,
      ],
    })),
    table: () => ({
      columns: ["class", "right, %", "rows that are right", "rows"],
      rows: counts.map((one) => [one.name, 100 * shareOf(one), one.right, one.all]),
    }),
  });
}

/** Whether of the rows that were given a probability so many are right: on the dashed line they are. */
export function calibrationFigure({ bins, error }: Calibration): Figure {
  const filled = bins.filter(({ count }) => count > 0);
  const describe = (index: number, dataset: number) => {
    const bin = filled[index];
    if (dataset !== 0 || bin === undefined) return null;
    return {
      title: `probability ${percent(bin.probability)}`,
      lines: [`${percent(bin.accuracy)} of ${counted(bin.count, "row")} are right`],
    };
  };
  const said = `expected calibration error ${percent(error)}`;
  return {
    title: "Calibration",
    summary: `Share of rows that are right by the probability that the network gives: ${filled
      .map(({ probability, accuracy }) => `${percent(probability)} → ${percent(accuracy)}`)
      .join(", ")}; ${said}.`,
    note: `of the rows that were given a probability, so many are right; ${said}`,
    legend: [
      { label: "rows by tenths of the probability", series: 0, mark: "dot", datasets: [0] },
      { label: "as probable as it says", series: 1, mark: "line", dash: 1, datasets: [1] },
    ],
    describe,
    height: 16,
    table: () => ({
      columns: ["probability, %", "right, %", "rows"],
      rows: filled.map(({ probability, accuracy, count }) => [100 * probability, 100 * accuracy, count]),
    }),
    build: (theme, options) => ({
      type: "line",
      data: {
        datasets: [
          {
            data: filled.map(({ probability, accuracy }) => ({ x: 100 * probability, y: 100 * accuracy })),
            borderColor: seriesColour(theme, 0),
            backgroundColor: seriesColour(theme, 0),
            borderWidth: 1,
            pointRadius: theme.rem * 0.25,
          },
          diagonal(theme, 1, [0, 100]),
        ],
      },
      options: {
        ...baseOptions(theme, options),
        parsing: false,
        scales: {
          x: {
            ...numberAxis(theme, { title: "mean probability of the class that is said, %" }),
            min: 0,
            max: 100,
          },
          y: { ...numberAxis(theme, { title: "right, % of the rows" }), min: 0, max: 100 },
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

/** Pairs of classes that were mistaken, the most frequent first. */
export const mistaken = (confusion: readonly ConfusionCell[]): readonly ConfusionCell[] =>
  confusion
    .filter(({ label, predicted }) => label !== predicted)
    .sort((one, other) => other.count - one.count);

export function confusionMap({ classNames, confusion }: Learned): HeatMapData {
  const size = classNames.length;
  const values = new Array<number>(size * size).fill(0);
  for (const { label, predicted, count } of confusion) values[label * size + predicted] = count;
  const [most] = mistaken(confusion);
  const often =
    most === undefined
      ? "nothing is mistaken"
      : `most often ${classNames[most.label]} → ${classNames[most.predicted]}, ${counted(most.count, "time")}`;
  return {
    title: "Confusion matrix",
    summary: `Rows are classes, columns what the network said; ${often}.`,
    note: `rows: the class; columns: what the network said; ${often}; a cell opens its rows`,
    rows: size,
    columns: size,
    values,
    rowLabel: (row) => classNames[row] ?? "",
    columnLabel: (column) => classNames[column] ?? "",
    labelled: size <= 12,
    rowAxis: "class",
    columnAxis: "predicted",
  };
}
