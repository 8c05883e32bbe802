import type { LadderRecord, ProductShape, RungResult } from "../../../shared/ladder.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/chart-options.ts";
import { seriesColour } from "../../charts/chart-theme.ts";
import type { Figure, PointText } from "../../charts/figure.ts";
import { pointLabels } from "../../charts/point-labels.ts";
import { formatNumber, formatPercent } from "../../format/number.ts";
import { hasTimes, intensityOf, ladderAt, shapeText } from "../ladder-results.ts";
import { rungEntry, rungSeries } from "./rung-series.ts";

/** Space around the points, as factors of their intensity. */
const [LEFT, RIGHT] = [1 / 16, 16];

/** What this machine can reach at most, and where each rung stands under it; null before the limits are measured. */
export function rooflineFigure(
  results: readonly RungResult[],
  { peakGflops, bandwidthGBs }: LadderRecord["limits"],
  shape: ProductShape,
): Figure | null {
  const rungs = ladderAt(results, shape).filter(hasTimes);
  const [first] = rungs;
  if (first === undefined || peakGflops === null || bandwidthGBs === null) return null;
  const intensity = intensityOf(first);
  const knee = peakGflops / bandwidthGBs;
  const roofAt = (x: number) => Math.min(peakGflops, bandwidthGBs * x);
  const ends = [Math.min(intensity, knee) * LEFT, Math.max(intensity, knee) * RIGHT] as const;
  const roof = [ends[0], knee, ends[1]].map((x) => ({ x, y: roofAt(x) }));
  const bound = intensity < knee ? "memory bandwidth" : "arithmetic";
  const beyond = intensity < knee && rungs.some(({ gflops }) => gflops > roofAt(intensity));
  const describe = (index: number, dataset: number): PointText | null => {
    if (dataset === rungs.length) return describeRoof(index, { peakGflops, bandwidthGBs });
    const rung = rungs[dataset];
    if (rung === undefined) return null;
    return {
      title: rung.name,
      lines: [
        `${formatNumber(rung.gflops)} GFLOP/s at ${formatNumber(intensity)} FLOP/B`,
        `${formatPercent(rung.gflops / roofAt(intensity))} of the roof there`,
      ],
    };
  };
  return {
    title: `Roofline at ${shapeText(shape)}`,
    summary: `Measured peak ${formatNumber(peakGflops)} GFLOP/s and bandwidth ${formatNumber(bandwidthGBs)} GB/s. At ${formatNumber(intensity)} FLOP/B this product is limited by ${bound}. ${rungs.map(({ name, gflops }) => `${name} ${formatNumber(gflops)} GFLOP/s`).join("; ")}.`,
    note: `at ${formatNumber(intensity)} FLOP/B the limit is ${bound}${beyond ? "; a rung above the slope has its matrices in a cache" : ""}`,
    legend: [
      ...rungs.map((rung, dataset) => rungEntry(rung, "dot", dataset)),
      {
        label: `measured limits: ${formatNumber(peakGflops, 3)} GFLOP/s, ${formatNumber(bandwidthGBs, 3)} GB/s`,
        series: 5,
        dash: 0,
        mark: "line",
        datasets: [rungs.length],
      },
    ],
    describe,
    height: 24,
    table: () => ({
      columns: ["what", "FLOP/B", "GFLOP/s", "share of the roof"],
      rows: [
        ...rungs.map(({ name, gflops }) => [name, intensity, gflops, gflops / roofAt(intensity)]),
        ["measured peak", knee, peakGflops, 1],
        [`measured bandwidth ${formatNumber(bandwidthGBs)} GB/s`, ends[0], roofAt(ends[0]), 1],
      ],
    }),
    build: (theme, options) => ({
      type: "line",
      data: {
        datasets: [
          ...rungs.map(({ rung, gflops }) => {
            const { series } = rungSeries(rung);
            return {
              data: [{ x: intensity, y: gflops }],
              pointRadius: theme.rem * 0.28,
              pointHoverRadius: theme.rem * 0.4,
              pointBackgroundColor: seriesColour(theme, series),
              pointBorderColor: theme.surface,
              pointBorderWidth: 1,
            };
          }),
          {
            data: roof,
            borderColor: seriesColour(theme, 5),
            borderWidth: 2,
            pointRadius: 0,
            pointHitRadius: theme.rem * 0.5,
          },
        ],
      },
      plugins: [
        pointLabels(
          theme,
          rungs.map(({ rung, name }, dataset) => ({
            ...{ dataset, index: 0, text: name },
            colour: seriesColour(theme, rungSeries(rung).series),
          })),
        ),
      ],
      options: {
        ...baseOptions(theme, options),
        animation: false,
        scales: {
          x: {
            ...numberAxis(theme, { title: "arithmetic intensity in FLOP/B", log: true, grid: false }),
            min: ends[0],
            max: ends[1],
          },
          y: {
            ...numberAxis(theme, { title: "GFLOP/s", log: true }),
            ...heightOf([peakGflops, ...rungs.map(({ gflops }) => gflops)]),
          },
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

/** Room above the roof and below the slowest rung. */
function heightOf(speeds: readonly number[]): {
  readonly suggestedMin: number;
  readonly suggestedMax: number;
} {
  return { suggestedMin: Math.min(...speeds) / 2, suggestedMax: Math.max(...speeds) * 2 };
}

function describeRoof(
  index: number,
  { peakGflops, bandwidthGBs }: { readonly peakGflops: number; readonly bandwidthGBs: number },
): PointText {
  return index === 0
    ? { title: "Measured bandwidth", lines: [`${formatNumber(bandwidthGBs)} GB/s`] }
    : { title: "Measured peak", lines: [`${formatNumber(peakGflops)} GFLOP/s`] };
}
