import type { Plugin } from "chart.js";
import type { ChartTheme } from "../kit/chart-theme.ts";

export interface LevelMark {
  /** Where on the x axis. */
  readonly x: number;
  readonly text: string;
}

/** Dashed vertical lines with their names at the top, one below the other where they would meet. */
export function levelMarks(theme: ChartTheme, marks: readonly LevelMark[]): Plugin {
  return {
    id: "levelMarks",
    beforeDatasetsDraw: ({ ctx, chartArea, scales }) => {
      const axis = scales["x"];
      if (axis === undefined) return;
      ctx.save();
      ctx.strokeStyle = theme.axis;
      ctx.fillStyle = theme.muted;
      ctx.font = `${theme.fontSize}px ${theme.fontFamily}`;
      ctx.textBaseline = "top";
      ctx.setLineDash([4, 4]);
      let [takenUntil, row] = [-Infinity, 0];
      for (const { x, text } of [...marks].sort((a, b) => a.x - b.x)) {
        const at = axis.getPixelForValue(x);
        if (at < chartArea.left || at > chartArea.right) continue;
        ctx.beginPath();
        ctx.moveTo(at, chartArea.top);
        ctx.lineTo(at, chartArea.bottom);
        ctx.stroke();
        const width = ctx.measureText(text).width + theme.rem * 0.5;
        const left = at + width > chartArea.right ? at - width : at + theme.rem * 0.25;
        row = left < takenUntil ? row + 1 : 0;
        takenUntil = left + width;
        ctx.fillText(text, left, chartArea.top + theme.rem * 0.125 + row * theme.fontSize * 1.3);
      }
      ctx.restore();
    },
  };
}
