import type { Chart } from "chart.js";

/** A point of a chart by its index: of a live chart only until it is drawn again. */
export interface Mark {
  readonly dataset: number;
  readonly index: number;
}

/** What was chosen by key in each chart, by its place on the x axis, which stays. */
const chosen = new WeakMap<Chart, { readonly dataset: number; readonly x: number }>();

/** Points at a mark until the pointer moves over the chart. */
export function chooseMark(chart: Chart, mark: Mark): void {
  pointAt(chart, mark);
  const x = valuesOf(chart, mark.dataset)[mark.index];
  if (x !== undefined) chosen.set(chart, { dataset: mark.dataset, x });
}

export const letGoOfMark = (chart: Chart): void => void chosen.delete(chart);

/** Points at what was chosen again, in points that are others now: at the nearest of its line. */
export function keepChosenMark(chart: Chart): void {
  const mark = chosen.get(chart);
  if (mark === undefined || !chart.isDatasetVisible(mark.dataset)) return;
  const distances = valuesOf(chart, mark.dataset).map((x) => Math.abs(x - mark.x));
  const index = distances.reduce((best, distance, i) => (distance < (distances[best] ?? NaN) ? i : best), 0);
  pointAt(chart, { dataset: mark.dataset, index });
}

/** Draws, and does not update: that would point where the pointer rests. */
function pointAt(chart: Chart, { dataset, index }: Mark): void {
  const element = chart.getDatasetMeta(dataset).data[index];
  if (element === undefined) return;
  const active = [{ datasetIndex: dataset, index }];
  chart.setActiveElements(active);
  chart.tooltip?.setActiveElements(active, { x: element.x, y: element.y });
  chart.draw();
}

/** Where the points of a line stand on the x axis. */
const valuesOf = (chart: Chart, dataset: number): number[] =>
  chart
    .getDatasetMeta(dataset)
    ._parsed.map((value: unknown) =>
      typeof value === "object" && value !== null && "x" in value ? Number(value.x) : NaN,
    );
