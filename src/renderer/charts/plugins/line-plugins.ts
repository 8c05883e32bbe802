import type { Chart, ChartArea, Plugin } from "chart.js";
import { lineAt, neighboursOf } from "../kit/line-between.ts";
import type { NonFinite, Point } from "../kit/min-max-buffer.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import type { ChartTheme } from "../kit/chart-theme.ts";

/**
 * Writes each line's name at the right edge, at the height at which the line leaves the drawing or ends, pushed apart
 * where two would overlap; a line that is out of sight there is not named.
 */
export function endLabels(
  theme: ChartTheme,
  labels: readonly (string | null)[],
  colours: readonly string[],
): Plugin {
  return {
    id: "endLabels",
    afterDatasetsDraw: (chart) => {
      const { ctx, chartArea } = chart;
      const lineHeight = theme.fontSize * 1.25;
      const placed: { text: string; y: number; colour: string }[] = [];
      labels.forEach((text, index) => {
        const y = heightAtTheEnd(chart.getDatasetMeta(index).data, chartArea);
        if (text === null || y === null || !chart.isDatasetVisible(index)) return;
        placed.push({ text, y, colour: colours[index] ?? theme.ink });
      });
      placed.sort((a, b) => a.y - b.y);
      let below = -Infinity;
      ctx.save();
      ctx.font = `${theme.fontSize}px ${theme.fontFamily}`;
      ctx.textBaseline = "middle";
      for (const { text, y, colour } of placed) {
        const free = Math.max(y, below + lineHeight);
        below = free;
        ctx.fillStyle = colour;
        ctx.fillText(text, chartArea.right + theme.rem * 0.5, free);
      }
      ctx.restore();
    },
  };
}

function heightAtTheEnd(line: readonly Point[], { left, right, top, bottom }: ChartArea): number | null {
  const [only, ...others] = line;
  // A name at the right edge does not say that it belongs to a point far to the left.
  if (only !== undefined && others.length === 0 && only.x < right - 1) return null;
  const around = neighboursOf(line, right);
  const last = line.at(-1);
  const y =
    around !== null
      ? lineAt(around, right)
      : last !== undefined && last.x >= left && last.x <= right
        ? last.y
        : NaN;
  return y >= top && y <= bottom ? y : null;
}

/** Marks where a value became NaN or infinite: the line has a gap there and the top edge says why. */
export function nonFiniteMarks(theme: ChartTheme, colour: string, marks: () => readonly NonFinite[]): Plugin {
  return {
    id: "nonFinite",
    afterDatasetsDraw: (chart) => {
      const axis = chart.scales["x"];
      if (axis === undefined) return;
      marks().forEach((mark, index) => {
        const x = axis.getPixelForValue(mark.x);
        if (x < chart.chartArea.left || x > chart.chartArea.right) return;
        drawMark(chart, theme, colour, mark, x, index);
      });
    },
  };
}

function drawMark(
  { ctx, chartArea }: Chart,
  theme: ChartTheme,
  colour: string,
  mark: NonFinite,
  x: number,
  row: number,
): void {
  const y = chartArea.top + theme.fontSize * (0.8 + row * 1.4);
  const text = `${mark.kind} at step ${formatNumber(mark.x)}`;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.setLineDash([3, 3]);
  ctx.beginPath();
  ctx.moveTo(x, chartArea.top);
  ctx.lineTo(x, chartArea.bottom);
  ctx.stroke();
  ctx.font = `600 ${theme.fontSize}px ${theme.fontFamily}`;
  ctx.textBaseline = "middle";
  const fits = x + ctx.measureText(text).width + theme.rem < chartArea.right;
  ctx.textAlign = fits ? "left" : "right";
  ctx.fillText(text, fits ? x + theme.rem * 0.4 : x - theme.rem * 0.4, y);
  ctx.restore();
}

/** Something that happened at one place of the x axis. */
export interface EventMark {
  readonly x: number;
  readonly text: string;
}

/** A quiet upright line with its words where a rate was changed, a run paused or gone on with. */
export function eventMarks(theme: ChartTheme, marks: () => readonly EventMark[]): Plugin {
  return {
    id: "events",
    afterDatasetsDraw: ({ ctx, chartArea, scales }) => {
      const axis = scales["x"];
      if (axis === undefined) return;
      ctx.save();
      ctx.strokeStyle = theme.muted;
      ctx.fillStyle = theme.muted;
      ctx.font = `${theme.fontSize}px ${theme.fontFamily}`;
      ctx.textBaseline = "bottom";
      ctx.setLineDash([2, 3]);
      marks().forEach(({ x: value, text }, index) => {
        const x = axis.getPixelForValue(value);
        if (!(x >= chartArea.left && x <= chartArea.right)) return;
        ctx.beginPath();
        ctx.moveTo(x, chartArea.top);
        ctx.lineTo(x, chartArea.bottom);
        ctx.stroke();
        const width = ctx.measureText(text).width + theme.rem;
        const fits = x + width < chartArea.right || x - width < chartArea.left;
        ctx.textAlign = fits ? "left" : "right";
        const y = chartArea.bottom - theme.fontSize * (0.2 + (index % 3) * 1.2);
        ctx.fillText(text, fits ? x + theme.rem * 0.25 : x - theme.rem * 0.25, y);
      });
      ctx.restore();
    },
  };
}
