import type { TensorStatistics } from "../../../shared/runs/run-records.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import { baseOptions, categoryAxis, numberAxis, tooltip } from "../kit/chart-options.ts";
import { seriesColour } from "../kit/chart-theme.ts";
import type { Figure, PointText } from "../kit/figure.ts";
import { spreadPlugin } from "../plugins/spread-plugin.ts";

/** Mean of each tensor as a bar from zero, its standard deviation as a whisker to both sides. */
export function statisticsFigure(title: string, statistics: readonly TensorStatistics[]): Figure {
  const words = statistics.map(
    ({ label, mean, std }) => `${label} ${formatNumber(mean)} ± ${formatNumber(std)}`,
  );
  const describe = (index: number) => describeRow(statistics[index]);
  return {
    title,
    summary: `${title}. ${words.join("; ")}.`,
    note: "bar: mean, whisker: ± one standard deviation",
    legend: [],
    describe,
    height: 3.5 + statistics.length * 1.9,
    table: () => ({
      columns: ["tensor", "mean", "std", "min", "max", "share of zeros"],
      rows: statistics.map((row) => [row.label, row.mean, row.std, row.min, row.max, row.zeroShare]),
    }),
    build: (theme, options) => ({
      type: "bar",
      data: {
        labels: statistics.map(({ label }) => label),
        datasets: [
          {
            data: statistics.map(({ mean }) => mean),
            backgroundColor: seriesColour(theme, 0),
            barThickness: theme.rem * 0.85,
          },
        ],
      },
      plugins: [
        spreadPlugin(theme, [
          statistics.map(({ mean, std }) => ({
            samples: [],
            interval: [mean - std, mean + std],
            centre: null,
          })),
        ]),
      ],
      options: {
        ...baseOptions(theme, options),
        indexAxis: "y",
        scales: {
          x: { ...numberAxis(theme, { title: "activation value" }), ...range(statistics) },
          y: categoryAxis(theme, null),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

/** The whiskers are drawn on top, so the axis has to be told about them. */
function range(statistics: readonly TensorStatistics[]): { suggestedMin: number; suggestedMax: number } {
  return {
    suggestedMin: Math.min(0, ...statistics.map(({ mean, std }) => mean - std)),
    suggestedMax: Math.max(0, ...statistics.map(({ mean, std }) => mean + std)),
  };
}

function describeRow(row: TensorStatistics | undefined): PointText | null {
  if (row === undefined) return null;
  return {
    title: row.label,
    lines: [
      `mean ${formatNumber(row.mean)}`,
      `std ${formatNumber(row.std)}`,
      `range ${formatNumber(row.min)} to ${formatNumber(row.max)}`,
      `zeros ${formatNumber(row.zeroShare * 100, 3)} %`,
    ],
  };
}
