import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour, type ChartTheme } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import type { Learned } from "../../../shared/experiments/learned.ts";

type Embedding = NonNullable<Learned["embedding"]>;

/** Up to ten classes: five colours, each once as dots and once as open triangles. */
const COLOURS = 5;

/** The last hidden layer's values on their two principal axes, one mark a validation row. */
export function embeddingFigure({ points, explained }: Embedding, names: readonly string[]): Figure {
  const byClass = names.map((_, label) => points.filter((point) => point.label === label));
  const describe = (index: number, dataset: number) => {
    const point = byClass[dataset]?.[index];
    return point === undefined
      ? null
      : { title: names[dataset] ?? "", lines: [`${formatNumber(point.x)}, ${formatNumber(point.y)}`] };
  };
  const share = formatNumber(100 * (explained[0] + explained[1]), 3);
  return {
    title: "Last hidden layer on two axes",
    summary: `${points.length} validation rows on the two principal axes of the last hidden layer, which hold ${share} % of the variance.`,
    note: `principal components; the two axes hold ${share} % of the variance`,
    legend: byClass.map((_, label) => ({
      label: names[label] ?? "",
      series: label % COLOURS,
      mark: label < COLOURS ? ("dot" as const) : ("triangle" as const),
      datasets: [label],
    })),
    describe,
    height: 22,
    table: () => ({
      columns: ["class", "first axis", "second axis"],
      rows: points.map(({ label, x, y }) => [names[label] ?? label, x, y]),
    }),
    build: (theme, options) => ({
      type: "scatter",
      data: {
        datasets: byClass.map((own, label) => ({
          data: own.map(({ x, y }) => ({ x, y })),
          ...marks(theme, label),
        })),
      },
      options: {
        ...baseOptions(theme, options),
        scales: {
          x: numberAxis(theme, { title: "first axis" }),
          y: numberAxis(theme, { title: "second axis" }),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

const marks = (theme: ChartTheme, label: number) => ({
  backgroundColor: label < COLOURS ? seriesColour(theme, label % COLOURS) : "transparent",
  borderColor: seriesColour(theme, label % COLOURS),
  pointStyle: label < COLOURS ? ("circle" as const) : ("triangle" as const),
  pointRadius: theme.rem * (label < COLOURS ? 0.125 : 0.1875),
  borderWidth: 1,
});
