import { RUNG_IDS, type LadderRecord, type RungResult } from "../../../shared/experiments/ladder.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour, seriesDash } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import { levelMarks, type LevelMark } from "../../charts/plugins/level-marks.ts";
import { endLabels } from "../../charts/plugins/line-plugins.ts";
import { formatBytes, formatNumber } from "../../../shared/format/number.ts";
import { formatSpread } from "../../../shared/format/spread.ts";
import { costOf, hasTimes, ladderAt, shapesOf, shapeText } from "../ladder-results.ts";
import { rungEntry, rungSeries } from "./rung-series.ts";

/** The caches' names stand above the fastest line. */
const ROOM_ABOVE = 4;

/** GFLOP/s of each rung against the size of square matrices; null for a ladder at a single shape. */
export function sizesFigure(
  results: readonly RungResult[],
  limits: LadderRecord["limits"] | null,
): Figure | null {
  const shapes = shapesOf(results);
  if (shapes.length < 2) return null;
  const climbed = shapes.flatMap((shape) => ladderAt(results, shape)).filter(hasTimes);
  const lines = RUNG_IDS.flatMap((rung) => {
    const points = climbed
      .filter((result) => result.rung === rung)
      .toSorted((a, b) => a.multiplyAdds - b.multiplyAdds);
    const [first] = points;
    return first === undefined ? [] : [{ rung, name: first.name, points }];
  });
  const fastest = Math.max(...climbed.map(({ gflops }) => gflops));
  const slowest = Math.min(...climbed.map(({ gflops }) => gflops));
  const describe = (index: number, dataset: number) => {
    const point = lines[dataset]?.points[index];
    if (point === undefined) return null;
    return {
      title: `${point.name} at ${shapeText(point.shape)}`,
      lines: [
        `${formatNumber(point.gflops)} GFLOP/s`,
        `median ± ½ IQR ${formatSpread(point.medianMs, point.iqrMs / 2, "ms")}`,
      ],
    };
  };
  return {
    title: "Speed against size",
    summary: `Speed of ${lines.length} rungs on square matrices. ${lines.map(({ name, points }) => `${name} up to ${formatNumber(Math.max(...points.map(({ gflops }) => gflops)))} GFLOP/s`).join("; ")}.`,
    note: "a dashed line marks where A, B and C together fill a cache",
    legend: lines.map((line, dataset) => rungEntry(line, "line", dataset)),
    describe,
    height: 24,
    log: { axis: "y", initially: true },
    table: () => ({
      columns: ["rung", "m", "k", "n", "GFLOP/s", "median ms", "IQR ms"],
      rows: lines.flatMap(({ name, points }) =>
        points.map(({ shape: { m, k, n }, gflops, medianMs, iqrMs }) => [
          name,
          m,
          k,
          n,
          gflops,
          medianMs,
          iqrMs,
        ]),
      ),
    }),
    build: (theme, options) => ({
      type: "line",
      data: {
        datasets: lines.map(({ rung, points }) => {
          const { series, dash } = rungSeries(rung);
          const colour = seriesColour(theme, series);
          return {
            data: points.map(({ shape, gflops }) => ({ x: shape.m, y: gflops })),
            borderColor: colour,
            backgroundColor: theme.surface,
            borderDash: seriesDash(dash),
            borderWidth: 2,
            pointRadius: theme.rem * 0.2,
            pointBorderWidth: 2,
          };
        }),
      },
      plugins: [
        levelMarks(theme, cacheMarks(limits)),
        endLabels(
          theme,
          lines.map(({ name }) => name),
          lines.map(({ rung }) => seriesColour(theme, rungSeries(rung).series)),
        ),
      ],
      options: {
        ...baseOptions(theme, options),
        animation: false,
        layout: { padding: { top: theme.rem * 0.5, right: theme.rem * 9.5 } },
        scales: {
          x: numberAxis(theme, { title: "rows and columns of each matrix", log: true, grid: false }),
          y: {
            ...numberAxis(theme, { title: "GFLOP/s", log: options.log }),
            ...(options.log
              ? { suggestedMin: slowest * 0.7, suggestedMax: fastest * ROOM_ABOVE }
              : { beginAtZero: true }),
          },
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

/** Three square matrices fill so many bytes at this size. */
function cacheMarks(limits: LadderRecord["limits"] | null): readonly LevelMark[] {
  const bytesOfOne = costOf({ m: 1, k: 1, n: 1 }).bytes;
  return (limits?.cacheBytes ?? []).map(({ level, sizeBytes }) => ({
    x: Math.sqrt(sizeBytes / bytesOfOne),
    text: `${level} ${formatBytes(sizeBytes)}`,
  }));
}
