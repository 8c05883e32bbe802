import type { Regression } from "../../../shared/experiments/learned.ts";
import { diagonal } from "../../charts/figures/diagonal.ts";
import { histogramFigure } from "../../charts/figures/histogram-figure.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import { formatNumber } from "../../../shared/format/number.ts";

/** Each row's prediction over its true number, with the line on which both are equal. */
export function predictedFigure({ name, r2, points }: Regression): Figure {
  const finite = points.filter(
    ({ wanted, predicted }) => Number.isFinite(wanted) && Number.isFinite(predicted),
  );
  const all = finite.flatMap(({ wanted, predicted }) => [wanted, predicted]);
  const [lo, hi] = [Math.min(...all), Math.max(...all)];
  const ends = finite.length === 0 ? [] : [lo, hi];
  const describe = (index: number, dataset: number) => {
    const point = finite[index];
    if (dataset !== 0 || point === undefined) return null;
    const { row, wanted, predicted } = point;
    return {
      title: `row ${row}`,
      lines: [
        `true ${formatNumber(wanted)}`,
        `predicted ${formatNumber(predicted)}`,
        `residual ${formatNumber(predicted - wanted)}`,
      ],
    };
  };
  return {
    title: `${name}: predicted against true`,
    summary: `${finite.length} rows, true ${name} to the right, predicted up, from ${formatNumber(lo)} to ${formatNumber(hi)}; R² ${formatNumber(r2, 4)}.`,
    note: "a dot a row; on the line both are equal",
    legend: [
      { label: "rows", series: 0, mark: "dot", datasets: [0] },
      { label: "predicted = true", series: 1, mark: "line", dash: 1, datasets: [1] },
    ],
    describe,
    height: 18,
    table: () => ({
      columns: ["row", `true ${name}`, `predicted ${name}`, "residual"],
      rows: finite.map(({ row, wanted, predicted }) => [row, wanted, predicted, predicted - wanted]),
    }),
    build: (theme, options) => ({
      type: "scatter",
      data: {
        datasets: [
          {
            data: finite.map(({ wanted, predicted }) => ({ x: wanted, y: predicted })),
            backgroundColor: `${seriesColour(theme, 0)}99`,
            borderWidth: 0,
            pointRadius: theme.rem * 0.1875,
          },
          diagonal(theme, 1, ends),
        ],
      },
      options: {
        ...baseOptions(theme, options),
        scales: {
          x: numberAxis(theme, { title: `true ${name}` }),
          y: numberAxis(theme, { title: `predicted ${name}` }),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

/** How far predictions are off, in the number's own units. */
export function residualsFigure({ name, residuals }: Regression): Figure {
  return {
    ...histogramFigure({
      label: `residuals of ${name}`,
      ...residuals,
      value: `predicted less true ${name}`,
      one: "row",
    }),
    title: `${name}: residuals, predicted less true`,
    height: 18,
  };
}
