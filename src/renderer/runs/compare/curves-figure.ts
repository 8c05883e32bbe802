import type { ChartDataset } from "chart.js";
import type { DrawnCurve } from "../../../shared/runs/run-curves.ts";
import { baseOptions, numberAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour, seriesDash, type ChartTheme } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import type { TextTable } from "../../format/delimited-text.ts";
import { metricLabel } from "../../format/named-quantity.ts";
import { formatNumber } from "../../format/number.ts";
import { openRun } from "../../store/open-run.ts";
import type { RunLook } from "./run-look.ts";

export type CurveAxis = "step" | "time";

const TITLES: Readonly<Record<CurveAxis, string>> = { step: "step", time: "seconds of training" };

interface CurvesFigure {
  readonly metric: string;
  readonly looks: readonly RunLook[];
  readonly curves: readonly DrawnCurve[];
  readonly axis: CurveAxis;
  /** Draws the smoothed line over the recorded one, which stays behind it. */
  readonly smooth: boolean;
  /** Every point of these curves. */
  readonly readWhole: () => Promise<readonly DrawnCurve[]>;
}

interface Line {
  readonly look: RunLook;
  readonly curve: DrawnCurve;
  readonly xs: Float64Array;
}

/** One metric of several runs on the same axes. */
export function curvesFigure({ metric, looks, curves, axis, smooth, readWhole }: CurvesFigure): Figure {
  const lines = looks.flatMap((look): Line[] => {
    const curve = curves.find((candidate) => candidate.runId === look.run.id);
    return curve === undefined
      ? []
      : [{ look, curve, xs: axis === "step" ? curve.steps : curve.wallMs.map((ms) => ms / 1000) }];
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
      title: `step ${formatNumber(step)}${axis === "time" ? `, ${formatNumber(line.xs[index] ?? NaN)} s` : ""}: ${line.look.label}`,
      lines: others.map(
        ({ label, value, isExact }) =>
          `${label === line.look.label ? "▸ " : ""}${label} ${isExact ? "" : "≈ "}${formatNumber(value)}`,
      ),
    };
  };
  const title = metricLabel(metric);
  return {
    title,
    summary: `${title}: ${lines
      .map(({ look, curve }) => `${look.label} ends at ${formatNumber(curve.values.at(-1) ?? NaN)}`)
      .join("; ")}.`,
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
    log: { axis: "y", initially: false },
    table: () =>
      tableOf(
        metric,
        lines.map(({ curve }) => curve),
      ),
    wholeTable: async () => tableOf(metric, await readWhole()),
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
          x: numberAxis(theme, { title: TITLES[axis], grid: false }),
          y: numberAxis(theme, { title, log: options.log }),
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

function datasetOf(
  { look, xs }: Line,
  values: Float64Array,
  theme: ChartTheme,
  faint: boolean,
): ChartDataset {
  const colour = seriesColour(theme, look.colour);
  return {
    label: look.label,
    data: Array.from(xs, (x, i) => ({ x, y: values[i] ?? NaN })),
    borderColor: faint ? `${colour}40` : colour,
    backgroundColor: theme.surface,
    borderDash: seriesDash(look.dash),
    borderWidth: faint ? 1 : 1.5,
    pointRadius: xs.length < 40 ? theme.rem * 0.125 : 0,
    spanGaps: false,
  };
}

const tableOf = (metric: string, curves: readonly DrawnCurve[]): TextTable => ({
  columns: ["run", "step", "seconds", metric],
  rows: curves.flatMap(({ runId, steps, wallMs, values }) =>
    Array.from(steps, (step, i) => [runId, step, (wallMs[i] ?? NaN) / 1000, values[i] ?? NaN]),
  ),
});

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
