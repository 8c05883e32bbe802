import type { Chart, Plugin } from "chart.js";
import type { ChartTheme } from "../kit/chart-theme.ts";
import type { PointText } from "../kit/figure.ts";

/** A mark whose value stays written down. */
export interface Pin {
  readonly dataset: number;
  readonly index: number;
  /** Where it stands on the axes: a live chart counts its points anew each time it draws. */
  readonly x: number;
  readonly y: number;
  readonly text: PointText;
}

export const samePlace = (a: Pin, b: Pin): boolean => a.dataset === b.dataset && a.x === b.x && a.y === b.y;

/** The mark that is pointed at, to be pinned. */
export function pinAt(chart: Chart, dataset: number, index: number, text: PointText): Pin | null {
  const parsed: unknown = chart.getDatasetMeta(dataset)._parsed[index];
  if (typeof parsed !== "object" || parsed === null || !("x" in parsed) || !("y" in parsed)) return null;
  return { dataset, index, text, x: Number(parsed.x), y: Number(parsed.y) };
}

/** Rings with numbers around what is pinned; `byValue` where points change their index. */
export function pinMarks(theme: ChartTheme, pins: readonly Pin[], byValue: boolean): Plugin {
  return {
    id: "pinMarks",
    afterDatasetsDraw: (chart) => {
      const { ctx } = chart;
      ctx.save();
      ctx.font = `600 ${theme.fontSize}px ${theme.fontFamily}`;
      ctx.textBaseline = "middle";
      ctx.textAlign = "center";
      pins.forEach((pin, order) => {
        const at = placeOf(chart, pin, byValue);
        if (at === null || !isInside(chart, at)) return;
        const radius = theme.rem * 0.45;
        ctx.lineWidth = 2;
        ctx.strokeStyle = theme.ink;
        ctx.beginPath();
        ctx.arc(at.x, at.y, radius, 0, 2 * Math.PI);
        ctx.stroke();
        const side = at.x + radius * 3 > chart.width ? -1 : 1;
        const [x, y] = [at.x + side * radius * 1.9, at.y - radius * 1.1];
        ctx.fillStyle = theme.ink;
        ctx.beginPath();
        ctx.arc(x, y, radius, 0, 2 * Math.PI);
        ctx.fill();
        ctx.fillStyle = theme.surface;
        ctx.fillText(String(order + 1), x, y);
      });
      ctx.restore();
    },
  };
}

function placeOf(chart: Chart, pin: Pin, byValue: boolean): { x: number; y: number } | null {
  if (!chart.isDatasetVisible(pin.dataset)) return null;
  if (!byValue) return chart.getDatasetMeta(pin.dataset).data[pin.index] ?? null;
  const [x, y] = [chart.scales["x"], chart.scales["y"]];
  if (x === undefined || y === undefined) return null;
  return { x: x.getPixelForValue(pin.x), y: y.getPixelForValue(pin.y) };
}

function isInside({ chartArea }: Chart, { x, y }: { readonly x: number; readonly y: number }): boolean {
  const { left, right, top, bottom } = chartArea;
  return x >= left - 1 && x <= right + 1 && y >= top - 1 && y <= bottom + 1;
}
