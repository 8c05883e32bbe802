import type { ProductShape, RungResult } from "../../../shared/experiments/ladder.ts";
import { baseOptions, categoryAxis, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour } from "../../charts/kit/chart-theme.ts";
import type { Figure, PointText } from "../../charts/kit/figure.ts";
import { spreadPlugin } from "../../charts/plugins/spread-plugin.ts";
import { quantile } from "../../../core/statistics.ts";
import { formatSpread } from "../../../shared/format/spread.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import { formatRatio } from "../../../shared/format/format-ratio.ts";
import { hasTimes, ladderAt, shapeText, warmTimes } from "../ladder-results.ts";
import { rungLabel } from "./rung-label.ts";

/** Median time of each rung as a bar on a log axis, its quartiles as a whisker. */
export function ladderBarsFigure(results: readonly RungResult[], shape: ProductShape): Figure {
  const rungs = ladderAt(results, shape).filter(hasTimes);
  const labels = rungs.map(rungLabel);
  const describe = (index: number) => describeRung(rungs[index]);
  return {
    title: `The ladder at ${shapeText(shape)}`,
    summary: `Median time of one product at ${shapeText(shape)}. ${rungs.map((rung) => `${rung.name} ${spreadOf(rung)}`).join("; ")}.`,
    note: "bar: median, whisker: quartiles; shorter is faster",
    legend: [],
    describe,
    height: 3.5 + Math.max(1, rungs.length) * 1.6,
    log: { axis: "x", initially: true },
    table: () => ({
      columns: ["rung", "threads", "median ms", "IQR ms", "min ms", "cold ms", "GFLOP/s"],
      rows: rungs.map((rung) => [
        rung.name,
        rung.threads,
        rung.medianMs,
        rung.iqrMs,
        rung.minMs,
        rung.coldMs,
        rung.gflops,
      ]),
    }),
    build: (theme, options) => ({
      type: "bar",
      data: {
        labels,
        datasets: [
          {
            data: rungs.map(({ medianMs }) => medianMs),
            backgroundColor: seriesColour(theme, 0),
            barThickness: theme.rem * 0.9,
          },
        ],
      },
      plugins: [
        spreadPlugin(theme, [
          rungs.map((rung) => ({ samples: [], interval: quartiles(rung), centre: null })),
        ]),
      ],
      options: {
        ...baseOptions(theme, options),
        indexAxis: "y",
        scales: {
          x: {
            ...numberAxis(theme, { title: "median time of one product in ms", log: options.log }),
            ...(options.log ? { min: footOf(rungs) } : { beginAtZero: true }),
            suggestedMax: Math.max(...rungs.map((rung) => quartiles(rung)?.[1] ?? rung.medianMs)) * 1.05,
          },
          y: categoryAxis(theme, null),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

/** On a log axis no bar begins at zero: all begin at the power of ten below the shortest. */
function footOf(rungs: readonly RungResult[]): number {
  const shortest = Math.min(1, ...rungs.map((rung) => quartiles(rung)?.[0] ?? rung.medianMs));
  return 10 ** Math.floor(Math.log10(shortest * 0.9));
}

function quartiles({ samples }: RungResult): readonly [number, number] | null {
  const times = warmTimes(samples);
  return times.length < 2 ? null : [quantile(times, 0.25), quantile(times, 0.75)];
}

const spreadOf = ({ medianMs, iqrMs }: RungResult) => formatSpread(medianMs, iqrMs / 2, "ms");

function describeRung(rung: RungResult | undefined): PointText | null {
  if (rung === undefined) return null;
  return {
    title: rung.name,
    lines: [
      `median ± ½ IQR ${spreadOf(rung)}`,
      `${formatNumber(rung.gflops)} GFLOP/s`,
      ...(rung.overFirst === null ? [] : [`${formatRatio(rung.overFirst)} over rung 1`]),
    ],
  };
}
