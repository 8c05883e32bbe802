import type { ChartOptions } from "chart.js";
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
      callback: (value: number | string, _index: number, ticks: readonly { readonly value: number }[]) =>
        log ? logTick(Number(value), ticks) : tickLabel(Number(value)),
    },
  };
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

/** A tick needs no more digits than its neighbours differ by. */
function tickLabel(value: number): string {
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e6 || magnitude < 1e-3) return powerOfTen(value);
  return Number(value.toPrecision(6)).toLocaleString("en-US", { maximumFractionDigits: 6 }).replace("-", "−");
}

/** 1e−5, 2.5e6: no zeros that say nothing. */
function powerOfTen(value: number): string {
  const [mantissa, exponent] = value.toExponential(2).split("e");
  return `${String(Number(mantissa))}e${String(Number(exponent))}`.replaceAll("-", "−");
}

/** Over more than this there is no room for 2 and 5 between the powers of ten. */
const MANY_DECADES = 2e4;
/** Part of a zoomed axis that a number needs to stand clear of the next. */
const ROOM = 1 / 8;

/** Zoomed into less than a decade, 1, 2 and 5 may all lie outside: there every tick with room is named. */
function logTick(value: number, ticks: readonly { readonly value: number }[]): string | null {
  const [from, to] = [ticks[0]?.value ?? 0, ticks.at(-1)?.value ?? Infinity];
  if (to / from >= 10) return logLabel(value, to / from > MANY_DECADES ? [1] : [1, 2, 5]);
  const shareOf = (tick: number) => Math.log(tick / from) / Math.log(to / from);
  let last = -Infinity;
  for (const tick of ticks) {
    if (shareOf(tick.value) - last < ROOM) continue;
    if (tick.value === value) return tickLabel(value);
    last = shareOf(tick.value);
  }
  return null;
}

/** On a log axis these multiples of the powers of ten are named. */
function logLabel(value: number, multiples: readonly number[]): string | null {
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const mantissa = value / 10 ** exponent;
  return multiples.some((named) => Math.abs(mantissa - named) < 1e-6) ? tickLabel(value) : null;
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
