import type { LadderRecord, ProductShape, RungResult } from "../../../shared/experiments/ladder.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour, seriesDash, type ChartTheme } from "../../charts/kit/chart-theme.ts";
import type { Figure, LegendEntry, PointText } from "../../charts/kit/figure.ts";
import { pointLabels } from "../../charts/plugins/point-labels.ts";
import { formatNumber, formatPercent } from "../../../shared/format/number.ts";
import { hasTimes, intensityOf, ladderAt, shapeText } from "../ladder-results.ts";
import { roofsOf, type Roof } from "./roofs.ts";
import { rungEntry, rungMark, rungSeries } from "./rung-series.ts";

/** Space around the points and the knee, as factors of their intensity. */
const [LEFT, RIGHT] = [1 / 16, 16];

interface RooflineOf {
  readonly limits: LadderRecord["limits"];
  readonly shape: ProductShape;
  /** Workers that share the machine's bandwidth. */
  readonly threads: number;
}

/** What this machine can reach at most, and where each rung stands under it; null before bandwidth is measured. */
export function rooflineFigure(
  results: readonly RungResult[],
  { limits, shape, threads }: RooflineOf,
): Figure | null {
  const rungs = ladderAt(results, shape).filter(hasTimes);
  const [first] = rungs;
  const roofs = roofsOf(limits, threads);
  const [highest] = roofs;
  if (first === undefined || highest === undefined) return null;
  const intensity = intensityOf(first);
  const knees = roofs.map(({ knee }) => knee).filter(Number.isFinite);
  const ends = [Math.min(intensity, ...knees) * LEFT, Math.max(intensity, ...knees) * RIGHT] as const;
  const describe = (index: number, dataset: number): PointText | null => {
    const rung = rungs[dataset];
    if (rung !== undefined) return describeRung(rung, intensity, roofOf(rung, roofs));
    return roofs[dataset - rungs.length]?.describe(index) ?? null;
  };
  const bound = boundAt(intensity, highest);
  return {
    title: `Roofline at ${shapeText(shape)}`,
    summary: `${roofs.map(({ label }) => label).join("; ")}. ${bound} ${rungs.map(({ name, gflops }) => `${name} ${formatNumber(gflops)} GFLOP/s`).join("; ")}.`,
    note: bound,
    legend: [
      ...rungs.map((rung, dataset) => rungEntry(rung, rungMark(rung.rung), dataset)),
      ...roofs.map(({ label, dash }, index): LegendEntry => ({
        label,
        dash,
        series: 5,
        mark: "line",
        datasets: [rungs.length + index],
      })),
    ],
    describe,
    height: 24,
    table: () => ({
      columns: ["what", "threads", "FLOP/B", "GFLOP/s", "share of the roof"],
      rows: [
        ...rungs.map((rung) => {
          const roof = roofOf(rung, roofs).at(intensity);
          return [rung.name, rung.threads, intensity, rung.gflops, rung.gflops / roof];
        }),
        ...roofs.map((roof) => [roof.label, roof.threads, intensity, roof.at(intensity), 1]),
      ],
    }),
    build: (theme, options) => ({
      type: "line",
      data: {
        datasets: [
          ...rungs.map((rung) => dotOf(theme, rung, intensity)),
          ...roofs.map((roof) => ({
            data: roof.corners(ends).map((x) => ({ x, y: roof.at(x) })),
            borderColor: seriesColour(theme, 5),
            borderDash: seriesDash(roof.dash),
            borderWidth: 2,
            pointRadius: 0,
            pointHitRadius: theme.rem * 0.5,
          })),
        ],
      },
      plugins: [
        pointLabels(
          theme,
          rungs.map(({ rung, name }, dataset) => ({
            dataset,
            index: 0,
            text: name,
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
            suggestedMin: Math.min(...rungs.map(({ gflops }) => gflops)) / 2,
            suggestedMax: Math.max(highest.at(ends[1]), ...rungs.map(({ gflops }) => gflops)) * 2,
          },
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

function dotOf(theme: ChartTheme, { rung, gflops }: RungResult, intensity: number) {
  const colour = seriesColour(theme, rungSeries(rung).series);
  const look =
    rungMark(rung) === "dot"
      ? { pointBackgroundColor: colour, pointBorderColor: theme.surface, pointBorderWidth: 1 }
      : { pointStyle: "triangle", pointBackgroundColor: "transparent", pointBorderColor: colour };
  return {
    data: [{ x: intensity, y: gflops }],
    pointRadius: theme.rem * (rungMark(rung) === "dot" ? 0.28 : 0.36),
    pointHoverRadius: theme.rem * 0.45,
    pointBorderWidth: 2,
    ...look,
  };
}

/** A rung on one worker stands under one worker's roof. */
function roofOf({ threads }: RungResult, roofs: readonly Roof[]): Roof {
  const [highest, ...others] = roofs;
  const own = others.find((roof) => roof.threads === threads) ?? highest;
  if (own === undefined) throw new RangeError("roofOf: expected at least one roof, got none");
  return own;
}

function describeRung(rung: RungResult, intensity: number, roof: Roof): PointText {
  const share = rung.gflops / roof.at(intensity);
  return {
    title: rung.name,
    lines: [
      `${formatNumber(rung.gflops)} GFLOP/s at ${formatNumber(intensity)} FLOP/B`,
      `${formatPercent(share)} of the roof there${share > 1 ? ": the matrices are in a cache" : ""}`,
    ],
  };
}

function boundAt(intensity: number, { knee }: Roof): string {
  const here = `at ${formatNumber(intensity)} FLOP/B`;
  if (!Number.isFinite(knee)) return `${here}; the peak of this machine was not measured`;
  return intensity < knee
    ? `${here} memory is the limit; above the slope a rung has its matrices in a cache`
    : `${here} arithmetic is the limit`;
}
