import type { ChartDataset } from "chart.js";
import { STATISTIC_NAMES } from "../../../shared/experiments/training.ts";
import type { DrawnCurve } from "../../../shared/runs/run-curves.ts";
import { lossRange } from "../../charts/figures/loss-range.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour, seriesDash, type ChartTheme } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import type { TextTable } from "../../format/delimited-text.ts";
import { metricLabel } from "../../../shared/format/named-quantity.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import { openRun } from "../../store/open-run.ts";
import { AXIS_TITLES, placesOf, type CurveAxis } from "./curve-axis.ts";
import type { RunLook } from "./run-look.ts";

interface CurvesFigure {
  readonly metric: string;
  readonly looks: readonly RunLook[];
  readonly curves: readonly DrawnCurve[];
  /** The runs' learning rates, which the axis may be. */
  readonly rates: readonly DrawnCurve[];
  readonly axis: CurveAxis;
  /** Draws the smoothed line over the recorded one, which stays behind it. */
  readonly smooth: boolean;
  /** Every point of these curves, and of the rates where they are the axis. */
  readonly readWhole: () => Promise<readonly DrawnCurve[]>;
}

interface Line {
  readonly look: RunLook;
  readonly curve: DrawnCurve;
  readonly xs: Float64Array;
  /** Index of a point that is marked; −1 without one. */
  readonly dot: number;
}

/** One metric of several runs on the same axes. */
export function curvesFigure({
  metric,
  looks,
  curves,
  rates,
  axis,
  smooth,
  readWhole,
}: CurvesFigure): Figure {
  const lines = looks.flatMap((look): Line[] => {
    const curve = curves.find((candidate) => candidate.runId === look.run.id);
    if (curve === undefined) return [];
    const xs = placesOf(curve, axis, rates);
    return [{ look, curve, xs, dot: axis === "lr" ? suggestedAt(look, xs) : -1 }];
  });
  const lineOf = (dataset: number): Line | undefined => lines[dataset % lines.length];
  const describe = (index: number, dataset: number) => {
    const line = lineOf(dataset);
    if (line === undefined || index >= line.xs.length) return null;
    const step = line.curve.steps[index] ?? NaN;
    const others = lines
      .map(({ look, curve }) => ({ label: look.label, ...lastUntil(curve, step) }))
      .filter(({ value }) => !Number.isNaN(value))
      .sort((a, b) => b.value - a.value);
    return {
      title: `step ${formatNumber(step)}${placeText(axis, line.xs[index] ?? NaN)}${index === line.dot ? ", suggested" : ""}: ${line.look.label}`,
      lines: others.map(
        ({ label, value, isExact }) =>
          `${label === line.look.label ? "▸ " : ""}${label} ${isExact ? "" : "≈ "}${formatNumber(value)}`,
      ),
    };
  };
  const title = metricLabel(metric);
  const isSearch = axis === "lr";
  const range = isSearch ? rangeOf(lines) : {};
  return {
    title,
    summary: `${title}: ${lines.map((line) => lineText(line, axis)).join("; ")}.`,
    ...(isSearch ? { note: SEARCH_NOTE } : {}),
    legend: lines.map(({ look }, i) => ({
      label: look.label,
      series: look.colour,
      dash: look.dash,
      mark: "line" as const,
      datasets: smooth ? [i, i + lines.length] : [i],
    })),
    describe,
    open: (dataset) => {
      const line = lineOf(dataset);
      if (line !== undefined) openRun(line.look.run.id);
    },
    height: 18,
    keyZoomAxes: ["x"],
    log: isSearch ? { axis: "x", initially: true } : { axis: "y", initially: false },
    table: () => tableOf({ metric, axis, rates }, curves),
    wholeTable: async () => {
      const whole = await readWhole();
      const wholeRates = whole.filter((curve) => curve.metric === STATISTIC_NAMES.lr);
      return tableOf(
        { metric, axis, rates: wholeRates },
        whole.filter((curve) => curve.metric === metric),
      );
    },
    build: (theme, options) => ({
      type: "line",
      data: {
        datasets: [
          ...lines.map((line) => datasetOf(line, line.curve.values, theme, smooth)),
          ...(smooth
            ? lines.map((line) => datasetOf(line, line.curve.smoothed[0] ?? line.curve.values, theme, false))
            : []),
        ],
      },
      options: {
        ...baseOptions(theme, options),
        animation: false,
        parsing: false,
        normalized: true,
        interaction: { mode: "nearest", intersect: false, axis: "xy" },
        scales: {
          x: numberAxis(theme, { title: AXIS_TITLES[axis], grid: false, log: isSearch && options.log }),
          y: { ...numberAxis(theme, { title, log: !isSearch && options.log }), ...range },
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

function datasetOf(
  { look, xs, dot }: Line,
  values: Float64Array,
  theme: ChartTheme,
  faint: boolean,
): ChartDataset {
  const colour = seriesColour(theme, look.colour);
  const radius = xs.length < 40 ? theme.rem * 0.125 : 0;
  return {
    label: look.label,
    data: Array.from(xs, (x, i) => ({ x, y: values[i] ?? NaN })),
    borderColor: faint ? `${colour}40` : colour,
    backgroundColor: dot < 0 ? theme.surface : colour,
    borderDash: seriesDash(look.dash),
    borderWidth: faint ? 1 : 1.5,
    pointRadius:
      dot < 0 || faint
        ? radius
        : ({ dataIndex }: { readonly dataIndex: number }) =>
            dataIndex === dot ? theme.rem * 0.3125 : radius,
    spanGaps: false,
  };
}

/** "Number": the seeds of two searches are different ones. */
const SEARCH_NOTE =
  "the number is the seed's place in its search; dots: the rate that the search suggests; a loss that runs away goes over the edge";

/** What is lowest, where NaN and infinities do not count; −1 without a number. */
const lowestAt = (values: Float64Array): number =>
  values.reduce(
    (best, value, i) => (Number.isFinite(value) && !(value >= (values[best] ?? Infinity)) ? i : best),
    -1,
  );

/** After its lowest point a loss only runs away. */
const rangeOf = (lines: readonly Line[]): { min: number; max: number } => {
  const losses = lines.flatMap(({ curve: { values } }) => [...values.subarray(0, lowestAt(values) + 1)]);
  return lossRange(losses, losses);
};

/** The point nearest to the rate that its search suggests; −1 without one. */
function suggestedAt({ run }: RunLook, xs: Float64Array): number {
  const rate = run.summary["suggestedLr"];
  if (typeof rate !== "number") return -1;
  const distances = xs.map((x) => Math.abs(Math.log(x / rate)));
  return distances.indexOf(Math.min(...distances));
}

function placeText(axis: CurveAxis, place: number): string {
  if (axis === "time") return `, ${formatNumber(place)} s`;
  return axis === "lr" ? `, lr ${formatNumber(place)}` : "";
}

/** Where a line ends; one that runs away, where it is lowest. */
function lineText({ look, curve: { values }, xs }: Line, axis: CurveAxis): string {
  if (axis !== "lr") return `${look.label} ends at ${formatNumber(values.at(-1) ?? NaN)}`;
  const lowest = lowestAt(values);
  return `${look.label} is lowest, ${formatNumber(values[lowest] ?? NaN)}, at ${formatNumber(xs[lowest] ?? NaN)}`;
}

function tableOf(
  { metric, axis, rates }: Pick<CurvesFigure, "metric" | "axis" | "rates">,
  curves: readonly DrawnCurve[],
): TextTable {
  const isSearch = axis === "lr";
  return {
    columns: ["run", "step", "seconds", ...(isSearch ? [AXIS_TITLES.lr] : []), metric],
    rows: curves.flatMap((curve) => {
      const places = isSearch ? placesOf(curve, axis, rates) : null;
      return Array.from(curve.steps, (step, i) => [
        curve.runId,
        step,
        (curve.wallMs[i] ?? NaN) / 1000,
        ...(places === null ? [] : [places[i] ?? NaN]),
        curve.values[i] ?? NaN,
      ]);
    }),
  };
}

/**
 * The last drawn point at a step or before it; NaN before the first. It is exact at its own step, and where every point
 * is drawn: else one that is not drawn may lie between.
 */
function lastUntil(
  { steps, values, points }: DrawnCurve,
  step: number,
): { readonly value: number; readonly isExact: boolean } {
  const at = steps.findLastIndex((other) => other <= step);
  return { value: values[at] ?? NaN, isExact: steps[at] === step || points === steps.length };
}
