import type { ChartOptions, Scale } from "chart.js";
import { logTicks, tickText } from "./axis-ticks.ts";
import type { ChartTheme } from "./chart-theme.ts";
import type { Describe, FigureOptions } from "./figure.ts";

interface TooltipPlace {
  readonly dataIndex: number;
  readonly datasetIndex: number;
}

/** What every chart shares: size from its box, no legend (it is HTML), no animation under reduced motion. */
export function baseOptions(theme: ChartTheme, { animate }: FigureOptions): ChartOptions {
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: animate ? { duration: 120 } : false,
    font: { family: theme.fontFamily, size: theme.fontSize },
    color: theme.ink,
    layout: { padding: { top: theme.rem * 0.25, right: theme.rem * 0.5 } },
  };
}

interface AxisText {
  readonly title: string;
  readonly log?: boolean;
  readonly grid?: boolean;
}

/** A numeric axis with its title; a logarithmic one says so. */
export function numberAxis(theme: ChartTheme, { title, log = false, grid = true }: AxisText) {
  return {
    type: log ? ("logarithmic" as const) : ("linear" as const),
    title: axisTitle(theme, log ? `${title}, log scale` : title),
    grid: { color: theme.grid, display: grid, drawTicks: false },
    border: { color: theme.axis },
    ticks: {
      color: theme.muted,
      font: { family: theme.fontFamily, size: theme.fontSize },
      padding: theme.rem * 0.25,
      maxTicksLimit: log ? 40 : 7,
      maxRotation: 0,
      // The ends of a part that is zoomed into are no round numbers.
      includeBounds: false,
      callback: (_value: number | string, index: number, ticks: readonly { readonly value: number }[]) =>
        tickText(index, ticks),
    },
    // Chart.js puts both ends of what is zoomed into among a logarithmic axis's ticks, round or not.
    ...(log ? { afterBuildTicks: putLogTicks } : {}),
  };
}

/** Powers of ten stay where not all have room. */
function putLogTicks(scale: Scale): void {
  scale.ticks = logTicks(scale.min, scale.max).map((value) => ({
    value,
    major: value.toExponential().startsWith("1e"),
  }));
}

/** An axis of names. */
export function categoryAxis(theme: ChartTheme, title: string | null) {
  return {
    type: "category" as const,
    title: title === null ? { display: false } : axisTitle(theme, title),
    grid: { display: false },
    border: { color: theme.axis },
    ticks: {
      color: theme.ink,
      font: { family: theme.fontFamily, size: theme.fontSize },
      padding: theme.rem * 0.25,
      autoSkip: false,
      maxRotation: 0,
    },
  };
}

function axisTitle(theme: ChartTheme, text: string) {
  return {
    display: true,
    text,
    color: theme.muted,
    font: { family: theme.fontFamily, size: theme.fontSize },
    padding: { top: theme.rem * 0.25, bottom: 0 },
  };
}

/** A quiet tooltip in inverted colours that says what `describe` says. */
export function tooltip(theme: ChartTheme, describe: Describe) {
  return {
    enabled: true,
    animation: false as const,
    backgroundColor: theme.ink,
    titleColor: theme.surface,
    bodyColor: theme.surface,
    titleFont: { family: theme.fontFamily, size: theme.fontSize, weight: "bold" as const },
    bodyFont: { family: theme.fontFamily, size: theme.fontSize },
    cornerRadius: 4,
    padding: theme.rem * 0.5,
    displayColors: false,
    callbacks: {
      title: (items: readonly TooltipPlace[]) =>
        items[0] === undefined ? "" : (describe(items[0].dataIndex, items[0].datasetIndex)?.title ?? ""),
      label: (item: TooltipPlace) => [...(describe(item.dataIndex, item.datasetIndex)?.lines ?? [])],
    },
  };
}
