import type { Plugin } from "chart.js";
import type { ChartTheme } from "../kit/chart-theme.ts";

export interface PointLabel {
  readonly dataset: number;
  readonly index: number;
  readonly text: string;
  readonly colour: string;
}

/** Short texts under and right of points on a rising line, which leaves room there. */
export function labelsBelow(theme: ChartTheme, labels: readonly PointLabel[]): Plugin {
  return {
    id: "labelsBelow",
    afterDatasetsDraw: (chart) => {
      const { ctx } = chart;
      ctx.save();
      ctx.font = `${theme.fontSize}px ${theme.fontFamily}`;
      ctx.textBaseline = "top";
      for (const { dataset, index, text, colour } of labels) {
        const element = chart.getDatasetMeta(dataset).data[index];
        if (element === undefined || !chart.isDatasetVisible(dataset)) continue;
        ctx.fillStyle = colour;
        ctx.fillText(text, element.x + theme.rem * 0.35, element.y + theme.rem * 0.35);
      }
      ctx.restore();
    },
  };
}

/** Names beside points, to their right, pushed apart where two would overlap and joined to their point by a hair. */
export function pointLabels(theme: ChartTheme, labels: readonly PointLabel[]): Plugin {
  return {
    id: "pointLabels",
    afterDatasetsDraw: (chart) => {
      const { ctx, chartArea } = chart;
      const line = theme.fontSize * 1.2;
      const placed = labels.flatMap(({ dataset, index, text, colour }) => {
        const element = chart.isDatasetVisible(dataset)
          ? chart.getDatasetMeta(dataset).data[index]
          : undefined;
        if (element === undefined || Number.isNaN(element.y)) return [];
        const inside = element.x >= chartArea.left - 1 && element.x <= chartArea.right + 1;
        return inside && element.y >= chartArea.top - 1 && element.y <= chartArea.bottom + 1
          ? [{ text, colour, x: element.x, y: element.y }]
          : [];
      });
      placed.sort((a, b) => a.y - b.y);
      ctx.save();
      ctx.font = `${theme.fontSize}px ${theme.fontFamily}`;
      ctx.textBaseline = "middle";
      ctx.lineWidth = 1;
      let below = -Infinity;
      placed.forEach(({ text, colour, x, y }, index) => {
        // Room is kept for those that follow, so that the last one does not fall off the chart.
        const lowest = chartArea.bottom - (placed.length - 1 - index) * line;
        const free = Math.min(lowest, Math.max(y, below + line));
        below = free;
        const left = x + theme.rem * 0.9;
        ctx.strokeStyle = theme.axis;
        ctx.beginPath();
        ctx.moveTo(x + theme.rem * 0.35, y);
        ctx.lineTo(left - theme.rem * 0.15, free);
        ctx.stroke();
        ctx.fillStyle = colour;
        ctx.fillText(text, left, free);
      });
      ctx.restore();
    },
  };
}
