import type { ChartDataset } from "chart.js";
import type { RunValue } from "../../../shared/runs/run-table.ts";
import { baseOptions, categoryAxis, tooltip } from "../../charts/kit/chart-options.ts";
import { seriesColour, seriesDash, type ChartTheme } from "../../charts/kit/chart-theme.ts";
import type { Figure } from "../../charts/kit/figure.ts";
import { shownValue } from "../table/column-names.ts";
import { openRun } from "../../store/open-run.ts";
import { placeOn, type Dimension } from "./chosen-values.ts";
import type { RunLook } from "./run-look.ts";

/** Longer names of neighbouring axes would run into each other. */
const MOST_LETTERS = 18;

/** Parallel coordinates: one upright axis for each setting and result, from its least to its greatest; one line a run. */
export function parallelFigure(axes: readonly Dimension[], looks: readonly RunLook[]): Figure {
  const describe = (axis: number, run: number) => {
    const [look, here] = [looks[run], axes[axis]];
    if (look === undefined || here === undefined) return null;
    return {
      title: look.label,
      lines: axes.map(
        (axis) =>
          `${axis.key === here.key ? "▸ " : ""}${axis.label} ${shown(axis, axis.values[run] ?? null) || "–"}`,
      ),
    };
  };
  const ends = axes.map(endsOf);
  return {
    title: "Settings and results in parallel",
    summary: `Parallel coordinates of ${looks.length} runs over ${axes.map(({ label }) => label).join(", ")}.`,
    note: "one line a run; each axis from its least value below to its greatest above; a click on a point opens the run",
    legend: looks.map(({ label, colour, dash }, run) => ({
      label,
      series: colour,
      dash,
      mark: "line" as const,
      datasets: [run],
    })),
    describe,
    open: (run) => {
      const look = looks[run];
      if (look !== undefined) openRun(look.run.id);
    },
    zoomAxes: [],
    height: 20,
    table: () => ({
      columns: ["run", ...axes.map(({ label }) => label)],
      rows: looks.map((look, run) => [look.run.id, ...axes.map(({ values }) => cell(values[run] ?? null))]),
    }),
    build: (theme, options) => ({
      type: "line",
      data: { datasets: looks.map((look, run) => lineOf(look, axes, run, theme)) },
      options: {
        ...baseOptions(theme, options),
        animation: false,
        interaction: { mode: "nearest", intersect: false, axis: "xy" },
        scales: {
          x: { ...uprights(theme, true), position: "bottom", labels: ends.map(({ low }) => low) },
          above: {
            ...uprights(theme, false),
            position: "top",
            labels: axes.map(({ label }, i) => [short(label), ends[i]?.high ?? ""]),
          },
          y: { display: false, min: -0.05, max: 1.05 },
        },
        plugins: { tooltip: tooltip(theme, describe) },
      },
    }),
  };
}

const cell = (value: RunValue): string | number =>
  typeof value === "number" || typeof value === "string" ? value : String(value ?? "");

const uprights = (theme: ChartTheme, display: boolean) => ({
  ...categoryAxis(theme, null),
  bounds: "ticks" as const,
  border: { display: false },
  grid: { display, color: theme.axis, drawTicks: false },
});

const short = (label: string): string =>
  label.length > MOST_LETTERS ? `${label.slice(0, MOST_LETTERS - 1)}…` : label;

function lineOf(
  { label, colour, dash }: RunLook,
  axes: readonly Dimension[],
  run: number,
  theme: ChartTheme,
): ChartDataset {
  return {
    label,
    data: axes.map((axis) => placeOn(axis, run) ?? NaN),
    borderColor: seriesColour(theme, colour),
    backgroundColor: theme.surface,
    borderDash: seriesDash(dash),
    borderWidth: 1.5,
    pointRadius: theme.rem * 0.2,
    spanGaps: true,
  };
}

/** A setting as it was typed, a result with the digits of a measurement. */
const shown = ({ key }: Dimension, value: RunValue): string => shownValue(key, value).text;

function endsOf(axis: Dimension): { readonly low: string; readonly high: string } {
  const { values, numeric } = axis;
  if (!numeric) {
    const texts = [...new Set(values.filter((value) => value !== null).map(String))].sort();
    return { low: texts[0] ?? "", high: texts.at(-1) ?? "" };
  }
  const numbers = values.filter(
    (value): value is number => typeof value === "number" && Number.isFinite(value),
  );
  return { low: shown(axis, Math.min(...numbers)), high: shown(axis, Math.max(...numbers)) };
}
