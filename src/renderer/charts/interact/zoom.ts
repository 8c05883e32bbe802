import type { Chart, ChartConfiguration, Scale } from "chart.js";

/** The part of each axis that is shown; an axis without an entry shows everything. */
export type Zoom = Readonly<Record<string, { readonly min: number; readonly max: number }>>;

export const NO_ZOOM: Zoom = {};

/** Which part of the x axis is shown, and on how many pixels of the page. */
export interface ShownStretch {
  readonly min: number;
  readonly max: number;
  readonly widthPx: number;
}

/** Two corners on the canvas, in pixels. */
export interface Rectangle {
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
}

/** A drag shorter than this along an axis leaves that axis as it is. */
const SHORTEST_PX = 10;

const DEFAULT_AXES: readonly string[] = ["x", "y"];

export function applyZoom(config: ChartConfiguration, zoom: Zoom): void {
  for (const [axis, range] of Object.entries(zoom)) {
    const scale = config.options?.scales?.[axis];
    if (scale !== undefined) Object.assign(scale, range);
  }
}

/** The values under a rectangle, or null where it is too small to mean anything. */
export function zoomTo(chart: Chart, { from, to }: Rectangle, axes = DEFAULT_AXES): Zoom | null {
  const ranges = numericScales(chart, axes).flatMap(([axis, scale]) => {
    const [a, b] = scale.isHorizontal() ? [from.x, to.x] : [from.y, to.y];
    if (Math.abs(a - b) < SHORTEST_PX) return [];
    return [[axis, valuesBetween(scale, a, b)] as const];
  });
  return ranges.length === 0 ? null : Object.fromEntries(ranges);
}

/** Shows `factor` of what each axis shows now, around the point; above 1 it shows more. */
export function zoomBy(
  chart: Chart,
  factor: number,
  { x, y }: { readonly x: number; readonly y: number },
  axes = DEFAULT_AXES,
): Zoom {
  return Object.fromEntries(
    numericScales(chart, axes).map(([axis, scale]) => {
      const [start, end, at] = scale.isHorizontal()
        ? [scale.left, scale.right, x]
        : [scale.top, scale.bottom, y];
      return [axis, valuesBetween(scale, at + (start - at) * factor, at + (end - at) * factor)];
    }),
  );
}

/** Shows what lies so many pixels further right and down; an axis that does not move is left out. */
export function panBy(
  chart: Chart,
  { x, y }: { readonly x: number; readonly y: number },
  axes = DEFAULT_AXES,
): Zoom {
  return Object.fromEntries(
    numericScales(chart, axes).flatMap(([axis, scale]) => {
      const [start, end, by] = scale.isHorizontal()
        ? [scale.left, scale.right, x]
        : [scale.top, scale.bottom, y];
      return by === 0 ? [] : [[axis, valuesBetween(scale, start + by, end + by)] as const];
    }),
  );
}

/** What is shown now of each axis. */
export const shownOf = (chart: Chart, axes = DEFAULT_AXES): Zoom =>
  Object.fromEntries(numericScales(chart, axes).map(([axis, { min, max }]) => [axis, { min, max }]));

/** Draws a part of the axes at once, without building the chart anew. */
export function drawZoom(chart: Chart, zoom: Zoom): void {
  for (const [axis, range] of Object.entries(zoom)) {
    const scale = chart.options.scales?.[axis];
    if (scale !== undefined) Object.assign(scale, range);
  }
  chart.update("none");
}

function numericScales(chart: Chart, axes: readonly string[]): [string, Scale][] {
  return axes.flatMap((axis) => {
    const scale = chart.scales[axis];
    const numeric = scale?.type === "linear" || scale?.type === "logarithmic";
    return scale !== undefined && numeric ? [[axis, scale] as [string, Scale]] : [];
  });
}

function valuesBetween(scale: Scale, a: number, b: number): { min: number; max: number } {
  const [one = NaN, other = NaN] = [scale.getValueForPixel(a), scale.getValueForPixel(b)];
  return { min: Math.min(one, other), max: Math.max(one, other) };
}
