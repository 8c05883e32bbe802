import type { Chart, Plugin } from "chart.js";
import type { ChartTheme } from "../kit/chart-theme.ts";

/** What stands on a bar besides its length: single samples, an interval, and a tick at the centre. */
export interface BarMarks {
  readonly samples: readonly number[];
  readonly interval: readonly [low: number, high: number] | null;
  readonly centre: number | null;
}

/**
 * Draws marks on horizontal bars; `marks[dataset][index]` belongs to that bar. Marks are in ink on coloured bars; where
 * there are no bars (`colours`), the marks carry the colour.
 */
export function spreadPlugin(
  theme: ChartTheme,
  marks: readonly (readonly BarMarks[])[],
  colours: readonly string[] = [],
): Plugin {
  return {
    id: "spread",
    afterDatasetsDraw: (chart) => {
      const { ctx } = chart;
      ctx.save();
      ctx.fillStyle = theme.surface;
      marks.forEach((dataset, datasetIndex) => {
        if (!chart.isDatasetVisible(datasetIndex)) return;
        ctx.strokeStyle = colours[datasetIndex] ?? theme.ink;
        dataset.forEach((mark, index) => drawMarks(chart, theme, mark, datasetIndex, index));
      });
      ctx.restore();
    },
  };
}

function drawMarks(
  chart: Chart,
  theme: ChartTheme,
  mark: BarMarks,
  datasetIndex: number,
  index: number,
): void {
  const bar = chart.getDatasetMeta(datasetIndex).data[index];
  const axis = chart.scales["x"];
  if (bar === undefined || axis === undefined) return;
  const { ctx } = chart;
  const { y } = bar.getProps(["y"], true);
  if (typeof y !== "number" || Number.isNaN(y)) return;
  const at = (value: number) => axis.getPixelForValue(value);
  const cap = theme.rem * 0.25;
  ctx.lineWidth = 1.5;
  if (mark.interval !== null) {
    const [low, high] = mark.interval.map(at);
    if (low !== undefined && high !== undefined) {
      ctx.beginPath();
      ctx.moveTo(low, y);
      ctx.lineTo(high, y);
      for (const end of [low, high]) {
        ctx.moveTo(end, y - cap);
        ctx.lineTo(end, y + cap);
      }
      ctx.stroke();
    }
  }
  if (mark.centre !== null) {
    ctx.lineWidth = 2.5;
    ctx.beginPath();
    ctx.moveTo(at(mark.centre), y - cap * 1.6);
    ctx.lineTo(at(mark.centre), y + cap * 1.6);
    ctx.stroke();
  }
  ctx.lineWidth = 1.25;
  for (const sample of mark.samples) {
    ctx.beginPath();
    ctx.arc(at(sample), y, theme.rem * 0.17, 0, 2 * Math.PI);
    ctx.fill();
    ctx.stroke();
  }
}
