import type { InitBand, InitPreset } from "../../shared/experiments/init.ts";
import { baseOptions, numberAxis, tooltip } from "../charts/kit/chart-options.ts";
import { seriesColour } from "../charts/kit/chart-theme.ts";
import type { Figure } from "../charts/kit/figure.ts";
import { formatNumber } from "../../shared/format/number.ts";

const SEEDS = 0;
const NOTEBOOK = 1;
const HERE = 2;

/** Mean and standard deviation of the preset's layer for 30 seeds, the notebook's numbers and this draw among them. */
export function bandFigure(
  { title, expected }: InitPreset,
  { mean, std }: InitBand,
  here: { readonly mean: number; readonly std: number } | null,
): Figure {
  const points = mean.values.map((x, index) => ({ x, y: std.values[index] ?? NaN }));
  const notebook = { x: expected.mean, y: expected.std };
  const own = here === null ? [] : [{ x: here.mean, y: here.std }];
  const sets = [points, [notebook], own];
  const names = ["a seed", "the notebook", "this draw"];
  const describe = (index: number, dataset: number) => {
    const point = sets[dataset]?.[index];
    if (point === undefined) return null;
    return {
      title: dataset === SEEDS ? `seed ${index}` : (names[dataset] ?? ""),
      lines: [`mean ${formatNumber(point.x)}`, `std ${formatNumber(point.y)}`],
    };
  };
  const inside =
    expected.mean >= mean.lo && expected.mean <= mean.hi && expected.std >= std.lo && expected.std <= std.hi;
  return {
    title: `${title}: 30 seeds`,
    summary: `Over 30 seeds the mean lies between ${formatNumber(mean.lo)} and ${formatNumber(mean.hi)}, the std between ${formatNumber(std.lo)} and ${formatNumber(std.hi)} (mean ± 2 sd). The notebook has ${formatNumber(expected.mean)} and ${formatNumber(expected.std)}: ${inside ? "inside" : "outside"}.`,
    note: `band, mean ± 2 sd: mean ${formatNumber(mean.lo)} … ${formatNumber(mean.hi)}, std ${formatNumber(std.lo)} … ${formatNumber(std.hi)}; the notebook is ${inside ? "inside" : "outside"}`,
    legend: [
      { label: "seeds 0 to 29", series: 0, mark: "dot", datasets: [SEEDS] },
      { label: "the notebook", series: 1, mark: "cross", datasets: [NOTEBOOK] },
      { label: "this draw", series: 2, mark: "triangle", datasets: [HERE] },
    ],
    describe,
    height: 15,
    table: () => ({
      columns: ["what", "mean", "std"],
      rows: [
        ...points.map(({ x, y }, seed) => [`seed ${seed}`, x, y]),
        ["the notebook", expected.mean, expected.std],
        ...own.map(({ x, y }) => ["this draw", x, y]),
      ],
    }),
    build: (theme, options) => ({
      type: "scatter",
      data: {
        datasets: sets.map((data, series) => ({
          data: [...data],
          backgroundColor: seriesColour(theme, series),
          borderColor: seriesColour(theme, series),
          borderWidth: series === NOTEBOOK ? 2 : 1,
          pointStyle: (["circle", "crossRot", "triangle"] as const)[series] ?? "circle",
          pointRadius: theme.rem * (series === SEEDS ? 0.1875 : 0.375),
        })),
      },
      options: {
        ...baseOptions(theme, options),
        animation: false,
        scales: {
          x: numberAxis(theme, { title: "mean of the layer's output" }),
          y: numberAxis(theme, { title: "standard deviation" }),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}
