import { counted } from "../../../core/counted.ts";
import type { ProductShape, RungResult } from "../../../shared/experiments/ladder.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour, seriesDash } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import { labelsBelow } from "../../charts/plugins/point-labels.ts";
import { formatNumber, formatPercent } from "../../../shared/format/number.ts";
import { formatSpread } from "../../../shared/format/spread.ts";
import { hasTimes, sameShape, shapeText } from "../ladder-results.ts";

const MEASURED = 0;
const IDEAL = 1;

/** Speed-up of the sharded rung over itself on one worker; null where one number of workers was timed. */
export function scalingFigure(results: readonly RungResult[], shape: ProductShape): Figure | null {
  const points = results
    .filter((result) => result.rung === "sharded" && sameShape(result.shape, shape) && hasTimes(result))
    .toSorted((a, b) => a.threads - b.threads);
  const [alone] = points;
  if (alone?.threads !== 1 || points.length < 2) return null;
  const most = Math.max(...points.map(({ threads }) => threads));
  const scaled = points.map((result) => {
    const speedUp = alone.medianMs / result.medianMs;
    return { ...result, speedUp, efficiency: speedUp / result.threads };
  });
  const describe = (index: number, dataset: number) => {
    const point = scaled[index];
    if (dataset === IDEAL || point === undefined) return null;
    return {
      title: counted(point.threads, "worker"),
      lines: [
        `${formatNumber(point.speedUp, 3)} × over one worker`,
        `parallel efficiency ${formatPercent(point.efficiency)}`,
        `median ± ½ IQR ${formatSpread(point.medianMs, point.iqrMs / 2, "ms")}`,
      ],
    };
  };
  return {
    title: `Scaling at ${shapeText(shape)}`,
    summary: `Rung 7 on 1 to ${most} workers. ${scaled.map(({ threads, speedUp, efficiency }) => `${threads}: ${formatNumber(speedUp, 3)} ×, efficiency ${formatPercent(efficiency)}`).join("; ")}.`,
    note: "speed-up over one worker; in per cent: parallel efficiency, the part of the ideal that is reached",
    legend: [
      { label: "measured", series: 0, mark: "line", datasets: [MEASURED] },
      { label: "ideal: n workers, n ×", series: 5, dash: 1, mark: "line", datasets: [IDEAL] },
    ],
    describe,
    height: 18,
    table: () => ({
      columns: ["workers", "speed-up", "parallel efficiency", "median ms", "IQR ms"],
      rows: scaled.map(({ threads, speedUp, efficiency, medianMs, iqrMs }) => [
        threads,
        speedUp,
        efficiency,
        medianMs,
        iqrMs,
      ]),
    }),
    build: (theme, options) => ({
      type: "line",
      data: {
        datasets: [
          {
            data: scaled.map(({ threads, speedUp }) => ({ x: threads, y: speedUp })),
            borderColor: seriesColour(theme, 0),
            backgroundColor: theme.surface,
            borderWidth: 2,
            pointRadius: theme.rem * 0.25,
            pointBorderWidth: 2,
            clip: theme.rem,
          },
          {
            data: [1, most].map((workers) => ({ x: workers, y: workers })),
            borderColor: seriesColour(theme, 5),
            borderDash: seriesDash(1),
            borderWidth: 1.5,
            pointRadius: 0,
            pointHitRadius: 0,
          },
        ],
      },
      plugins: [
        labelsBelow(
          theme,
          scaled.map(({ efficiency }, index) => ({
            dataset: MEASURED,
            index,
            text: formatPercent(efficiency, 2),
            colour: theme.ink,
          })),
        ),
      ],
      options: {
        ...baseOptions(theme, options),
        animation: false,
        layout: { padding: { top: theme.rem * 0.5, right: theme.rem * 4 } },
        scales: {
          x: workerAxis(numberAxis(theme, { title: "workers", grid: false }), most),
          y: {
            ...numberAxis(theme, { title: "speed-up over one worker" }),
            min: 0,
            suggestedMax: most,
          },
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

/** There are no half workers. */
function workerAxis(axis: ReturnType<typeof numberAxis>, most: number) {
  return { ...axis, min: 1, max: most, ticks: { ...axis.ticks, precision: 0 } };
}
