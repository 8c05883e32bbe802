import { formatNumber } from "../../../shared/format/number.ts";
import { baseOptions, categoryAxis, numberAxis, tooltip } from "../kit/chart-options.ts";
import { seriesColour } from "../kit/chart-theme.ts";
import type { Figure } from "../kit/figure.ts";

export interface NamedBar {
  readonly name: string;
  /** Not finite: there is no bar. */
  readonly value: number;
  /** What is said of it when it is pointed at. */
  readonly lines: readonly string[];
}

interface BarsFigureParts extends Pick<Figure, "title" | "table"> {
  readonly note: string;
  /** What the bars measure, with its unit. */
  readonly axis: string;
  readonly bars: readonly NamedBar[];
  /** Where the axis ends, whatever the bars are. */
  readonly end?: number;
}

/** Longer names would leave no room for bars; they are whole where a bar is pointed at, and in the table. */
const MOST_LETTERS = 24;
const shortened = (name: string): string =>
  name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name;

/** One bar a name, from zero to the right. */
export function barsFigure({ title, note, axis, bars, end, table }: BarsFigureParts): Figure {
  const describe = (index: number) => {
    const bar = bars[index];
    return bar === undefined ? null : { title: bar.name, lines: bar.lines };
  };
  const words = bars.map(
    ({ name, value }) => `${name} ${Number.isFinite(value) ? formatNumber(value) : "none"}`,
  );
  return {
    title,
    summary: `${title}: ${axis}. ${words.join("; ")}.`,
    note,
    legend: [],
    describe,
    height: 4 + Math.max(1, bars.length) * 1.4,
    table,
    build: (theme, options) => ({
      type: "bar",
      data: {
        labels: bars.map(({ name }) => shortened(name)),
        datasets: [
          {
            data: bars.map(({ value }) => value),
            backgroundColor: seriesColour(theme, 0),
            barThickness: theme.rem * 0.85,
          },
        ],
      },
      options: {
        ...baseOptions(theme, options),
        indexAxis: "y",
        scales: {
          x: {
            ...numberAxis(theme, { title: axis }),
            beginAtZero: true,
            ...(end === undefined ? {} : { max: end }),
          },
          y: categoryAxis(theme, null),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}
