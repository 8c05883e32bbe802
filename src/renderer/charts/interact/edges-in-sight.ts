import type { ChartConfiguration, ChartDataset, Scale } from "chart.js";
import { lineAt, neighboursOf } from "../kit/line-between.ts";
import type { Point } from "../kit/min-max-buffer.ts";

/**
 * Lets the y axis of a chart of lines that is zoomed along x hold what the lines are at its edges, too: Chart.js counts the
 * points in sight alone, and lines to points beyond would leave the drawing above or below.
 */
export function keepEdgesInSight({ type, options }: ChartConfiguration): void {
  const y = options?.scales?.["y"];
  if (type === "line" && y !== undefined) Object.assign(y, { afterDataLimits: holdEdges });
}

function holdEdges(y: Scale): void {
  const x = y.chart.scales["x"];
  if (x === undefined) return;
  const shown = x.getUserBounds();
  const edges = [...(shown.minDefined ? [shown.min] : []), ...(shown.maxDefined ? [shown.max] : [])];
  const values = y.chart.data.datasets.flatMap((dataset, index) =>
    y.chart.isDatasetVisible(index)
      ? edges.flatMap((edge) => valueAt(pointsOf(dataset), edge, { x, y }))
      : [],
  );
  const { minDefined, maxDefined } = y.getUserBounds();
  if (!minDefined) y.min = Math.min(y.min, ...values);
  if (!maxDefined) y.max = Math.max(y.max, ...values);
}

const pointsOf = ({ data }: ChartDataset): readonly Point[] =>
  data.flatMap((point) =>
    typeof point === "object" && point !== null && "x" in point
      ? [{ x: point.x ?? NaN, y: point.y ?? NaN }]
      : [],
  );

/** None, or one: what is straight on the screen is so in logarithms where an axis has these. */
function valueAt(
  points: readonly Point[],
  edge: number,
  scales: { readonly x: Scale; readonly y: Scale },
): number[] {
  const around = neighboursOf(points, edge);
  if (around === null) return [];
  const warped = (value: number, { type }: Scale): number =>
    type === "logarithmic" ? Math.log(value) : value;
  const [before, after] = around.map((point) => ({
    x: warped(point.x, scales.x),
    y: warped(point.y, scales.y),
  }));
  if (before === undefined || after === undefined) return [];
  const value = lineAt([before, after], warped(edge, scales.x));
  if (!Number.isFinite(value)) return [];
  return [scales.y.type === "logarithmic" ? Math.exp(value) : value];
}
