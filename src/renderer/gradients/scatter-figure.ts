import type { GradientReport } from "../../shared/experiments/gradcheck.ts";
import { diagonal } from "../charts/figures/diagonal.ts";
import { baseOptions, numberAxis, tooltip } from "../charts/kit/chart-options.ts";
import { seriesColour } from "../charts/kit/chart-theme.ts";
import type { Figure } from "../charts/kit/figure.ts";
import { formatNumber } from "../../shared/format/number.ts";
import { REFERENCES } from "./reference-names.ts";

const POSITIVE = 0;
const NEGATIVE = 1;
const DIAGONAL = 2;

/** |ours| against |reference| on log axes; where the signs differ a point is a cross. */
export function scatterFigure({ tensor, reference, scatter, worst }: GradientReport): Figure {
  const shown = scatter.filter(({ ours, reference: theirs }) => ours !== 0 && theirs !== 0);
  const sides = [
    shown.filter(({ ours, reference: theirs }) => ours * theirs > 0),
    shown.filter(({ ours, reference: theirs }) => ours * theirs < 0),
  ] as const;
  const sizes = shown.flatMap(({ ours, reference: theirs }) => [Math.abs(ours), Math.abs(theirs)]);
  // None where every coordinate is 0 on one side.
  const ends = sizes.length === 0 ? [] : [Math.min(...sizes), Math.max(...sizes)];
  const describe = (index: number, dataset: number) => {
    const point = dataset === DIAGONAL ? undefined : sides[dataset]?.[index];
    if (point === undefined) return null;
    return {
      title: tensor,
      lines: [`ours ${formatNumber(point.ours, 7)}`, `reference ${formatNumber(point.reference, 7)}`],
    };
  };
  const name = REFERENCES[reference].name;
  return {
    title: `${tensor}: ours against ${name}`,
    summary: `${formatNumber(shown.length)} coordinates of ${tensor}; ${formatNumber(sides[NEGATIVE].length)} with the wrong sign. The worst is ${formatNumber(worst.ours)} where the reference has ${formatNumber(worst.reference)}.`,
    note: "absolute values; a point on the line is right, a cross has the wrong sign",
    legend: [
      { label: "same sign", series: 0, mark: "dot", datasets: [POSITIVE] },
      { label: "other sign", series: 1, mark: "cross", datasets: [NEGATIVE] },
      { label: "equal", series: 5, dash: 1, mark: "line", datasets: [DIAGONAL] },
    ],
    describe,
    height: 20,
    table: () => ({
      columns: ["ours", "reference"],
      rows: scatter.map(({ ours, reference: theirs }) => [ours, theirs]),
    }),
    build: (theme, options) => ({
      type: "scatter",
      data: {
        datasets: [
          ...sides.map((points, side) => ({
            data: points.map(({ ours, reference: theirs }) => ({ x: Math.abs(theirs), y: Math.abs(ours) })),
            backgroundColor: seriesColour(theme, side),
            borderColor: seriesColour(theme, side),
            pointStyle: side === POSITIVE ? ("circle" as const) : ("crossRot" as const),
            pointRadius: theme.rem * (side === POSITIVE ? 0.125 : 0.25),
          })),
          diagonal(theme, 5, ends),
        ],
      },
      options: {
        ...baseOptions(theme, options),
        animation: false,
        scales: {
          x: numberAxis(theme, { title: `|${name}|`, log: true }),
          y: numberAxis(theme, { title: "|ours|", log: true }),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}
