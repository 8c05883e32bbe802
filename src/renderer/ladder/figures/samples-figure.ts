import type { LadderSample, ProductShape, RungResult } from "../../../shared/experiments/ladder.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour, type ChartTheme } from "../../charts/kit/chart-theme.ts";
import type { Figure, LegendEntry, PointText } from "../../charts/kit/figure.ts";
import { formatDuration } from "../../../shared/format/duration.ts";
import { ladderAt, shapeText } from "../ladder-results.ts";
import { rungLabel } from "./rung-label.ts";

interface Dot {
  readonly rung: RungResult;
  readonly sample: LadderSample;
  /** 1-based among the rung's own. */
  readonly number: number;
  readonly x: number;
  readonly y: number;
}

const KINDS = [
  { label: "sample", mark: "dot", series: 0 },
  { label: "outlier", mark: "cross", series: 1 },
  { label: "cold call", mark: "triangle", series: 2 },
] as const;
const POINT_STYLE = { dot: "circle", cross: "crossRot", triangle: "triangle" } as const;
/** Share of a row's height over which its samples are spread, first above, last below. */
const ROW_SHARE = 0.6;

/** Every sample of every rung: a row a rung, from its first sample at the top of the row to its last. */
export function samplesFigure(results: readonly RungResult[], shape: ProductShape): Figure {
  const rungs = ladderAt(results, shape).filter(({ samples }) => samples.length > 0);
  const dots = rungs.flatMap(dotsOf);
  const kinds = KINDS.map((kind, index) => ({ ...kind, dots: dots.filter((dot) => kindOf(dot) === index) }));
  const legend = kinds.flatMap(({ label, mark, series, dots: own }, index): LegendEntry[] =>
    own.length === 0 ? [] : [{ label, mark, series, datasets: [index] }],
  );
  const describe = (index: number, dataset: number) => describeDot(kinds[dataset]?.dots[index]);
  return {
    title: `Samples at ${shapeText(shape)}`,
    summary: `${dots.length} samples of ${rungs.length} rungs at ${shapeText(shape)}, ${kinds[1]?.dots.length ?? 0} of them outliers.`,
    note: "in each row from the first sample at the top to the last",
    legend,
    describe,
    zoomAxes: ["x"],
    height: 3.5 + Math.max(1, rungs.length) * 2.1,
    log: { axis: "x", initially: true },
    table: () => ({
      columns: ["rung", "sample", "order", "ms", "cold", "outlier"],
      rows: dots.map(({ rung, number, sample }) => [
        rung.name,
        number,
        sample.order,
        sample.ms,
        sample.cold ? "yes" : "no",
        sample.outlier ? "yes" : "no",
      ]),
    }),
    build: (theme, options) => ({
      type: "scatter",
      data: {
        datasets: kinds.map(({ dots: own, series, mark }) => ({
          data: own.map(({ x, y }) => ({ x, y })),
          ...look(theme, series, mark),
        })),
      },
      options: {
        ...baseOptions(theme, options),
        animation: false,
        scales: {
          x: {
            ...numberAxis(theme, { title: "time of one product in ms", log: options.log }),
            suggestedMin: options.log ? Math.min(...dots.map(({ x }) => x)) * 0.8 : 0,
          },
          y: rowAxis(theme, rungs.map(rungLabel)),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

function dotsOf(rung: RungResult, row: number): Dot[] {
  const ordered = rung.samples.filter(({ ms }) => ms > 0).toSorted((a, b) => a.order - b.order);
  return ordered.map((sample, index) => ({
    rung,
    sample,
    number: index + 1,
    x: sample.ms,
    y: row + ((index + 0.5) / ordered.length - 0.5) * ROW_SHARE,
  }));
}

const kindOf = ({ sample }: Dot): number => (sample.cold ? 2 : sample.outlier ? 1 : 0);

function look(theme: ChartTheme, series: number, mark: keyof typeof POINT_STYLE) {
  const colour = seriesColour(theme, series);
  return {
    pointStyle: POINT_STYLE[mark],
    pointRadius: theme.rem * (mark === "dot" ? 0.17 : 0.3),
    pointHoverRadius: theme.rem * 0.4,
    pointBackgroundColor: mark === "dot" ? colour : "transparent",
    pointBorderColor: colour,
    pointBorderWidth: mark === "dot" ? 0 : 2,
  };
}

/** Rows with names, the first on top. */
function rowAxis(theme: ChartTheme, labels: readonly string[]) {
  const axis = numberAxis(theme, { title: "", grid: false });
  return {
    ...axis,
    title: { display: false },
    reverse: true,
    min: -0.5,
    max: labels.length - 0.5,
    grid: { ...axis.grid, display: true },
    ticks: {
      ...axis.ticks,
      color: theme.ink,
      stepSize: 1,
      maxTicksLimit: labels.length + 2,
      autoSkip: false,
      callback: (value: number | string) => labels[Number(value)] ?? "",
    },
    // Ticks at the rows' middles, whatever the ends of the axis are.
    afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
      scale.ticks = labels.map((_, value) => ({ value }));
    },
  };
}

function describeDot(dot: Dot | undefined): PointText | null {
  if (dot === undefined) return null;
  const { rung, sample, number } = dot;
  const kind = sample.cold ? ", cold call" : sample.outlier ? ", outlier" : "";
  const calls = rung.callsPerSample > 1 && !sample.cold ? `mean of ${rung.callsPerSample} calls` : "one call";
  return {
    title: `${rung.name}, sample ${number}${kind}`,
    lines: [`${formatDuration(sample.ms)}, ${calls}`, `measured as number ${sample.order} of the ladder`],
  };
}
