import type { ChartDataset } from "chart.js";
import type { DrawnBand } from "../../../shared/runs/run-curves.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour, seriesDash, type ChartTheme } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import type { TextTable } from "../../format/delimited-text.ts";
import { metricLabel } from "../../../shared/format/named-quantity.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import type { SeedGroup } from "./seed-groups.ts";

/** Datasets of one group: the mean, and the two edges of its band. */
const PARTS = 3;

/** The mean of a metric over the seeds of each group, with a band of one standard deviation. */
export function bandsFigure(
  metric: string,
  groups: readonly SeedGroup[],
  bands: readonly DrawnBand[],
  readWhole: () => Promise<readonly DrawnBand[]>,
): Figure {
  const shown = bands.flatMap((band) => {
    const group = groups[band.group];
    return group === undefined ? [] : [{ band, group, series: band.group }];
  });
  const describe = (index: number, dataset: number) => {
    const one = shown[Math.floor(dataset / PARTS)];
    const [mean, deviation] = [one?.band.means[index], one?.band.deviations[index]];
    if (one === undefined || mean === undefined || deviation === undefined) return null;
    return {
      title: `step ${formatNumber(one.band.steps[index] ?? NaN)}`,
      lines: [one.group.label, `${formatNumber(mean)} ± ${formatNumber(deviation)}`],
    };
  };
  const label = metricLabel(metric);
  return {
    title: `${label} over seeds`,
    summary: `${label} over seeds: ${shown
      .map(
        ({ band, group }) =>
          `${group.label} ends at ${formatNumber(band.means.at(-1) ?? NaN)} ± ${formatNumber(band.deviations.at(-1) ?? NaN)}`,
      )
      .join("; ")}.`,
    note: "mean over runs that differ in the seed only; the band is one sample standard deviation to each side",
    legend: shown.map(({ group, series }, i) => ({
      label: group.label,
      series,
      mark: "line" as const,
      datasets: [i * PARTS, i * PARTS + 1, i * PARTS + 2],
    })),
    describe,
    height: 18,
    keyZoomAxes: ["x"],
    log: { axis: "y", initially: false },
    table: () => tableOf(groups, bands),
    wholeTable: async () => tableOf(groups, await readWhole()),
    build: (theme, options) => ({
      type: "line",
      data: { datasets: shown.flatMap(({ band, series }) => datasetsOf(band, series, theme)) },
      options: {
        ...baseOptions(theme, options),
        animation: false,
        parsing: false,
        normalized: true,
        interaction: { mode: "nearest", intersect: false, axis: "xy" },
        scales: {
          x: numberAxis(theme, { title: "step", grid: false }),
          y: numberAxis(theme, { title: label, log: options.log }),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

const tableOf = (groups: readonly SeedGroup[], bands: readonly DrawnBand[]): TextTable => ({
  columns: ["group", "step", "mean", "standard deviation"],
  rows: bands.flatMap(({ group, steps, means, deviations }) =>
    Array.from(steps, (step, i) => [groups[group]?.label ?? "", step, means[i] ?? NaN, deviations[i] ?? NaN]),
  ),
});

function datasetsOf(
  { steps, means, deviations }: DrawnBand,
  series: number,
  theme: ChartTheme,
): ChartDataset[] {
  const colour = seriesColour(theme, series);
  const line = (sign: number): { x: number; y: number }[] =>
    Array.from(steps, (x, i) => ({ x, y: (means[i] ?? NaN) + sign * (deviations[i] ?? NaN) }));
  const edge = { borderWidth: 0, pointRadius: 0, pointHitRadius: 0, backgroundColor: `${colour}33` };
  return [
    {
      data: line(0),
      borderColor: colour,
      backgroundColor: theme.surface,
      borderDash: seriesDash(series),
      borderWidth: 1.5,
      pointRadius: steps.length < 40 ? theme.rem * 0.125 : 0,
    },
    { data: line(1), ...edge, fill: "+1" },
    { data: line(-1), ...edge, fill: false },
  ];
}
