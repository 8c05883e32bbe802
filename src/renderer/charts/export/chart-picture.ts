import type { Chart } from "chart.js";
import type { ChartTheme } from "../kit/chart-theme.ts";
import type { Figure, PointText } from "../kit/figure.ts";
import { PICTURE_SCALE, pictureOf } from "./picture.ts";

interface PictureOf {
  readonly figure: Figure;
  readonly theme: ChartTheme;
  /** Entries of the legend that are switched off. */
  readonly hidden: ReadonlySet<string>;
  /** Values that were pinned, by their numbers in the drawing. */
  readonly pinned: readonly PointText[];
}

/** The chart as it stands, zoom and pins included, as the bytes of a PNG. @throws {Error} As `pictureOf()`. */
export function chartPicture(
  chart: Chart,
  { figure, theme, hidden, pinned }: PictureOf,
): Promise<Uint8Array<ArrayBuffer>> {
  return pictureOf({
    title: figure.title,
    note: figure.note ?? "",
    legend: figure.legend.filter(({ label }) => !hidden.has(label)),
    drawing: drawnLarger(chart),
    foot: pinned.map(({ title, lines }, index) => `${index + 1}  ${title}: ${lines.join("; ")}`),
    theme,
  });
}

/** Drawn once more with more dots and put back before the page is painted: nobody sees it happen. */
function drawnLarger(chart: Chart): HTMLCanvasElement {
  const copy = document.createElement("canvas");
  try {
    chart.options.devicePixelRatio = PICTURE_SCALE;
    redraw(chart);
    copy.width = chart.canvas.width;
    copy.height = chart.canvas.height;
    copy.getContext("2d")?.drawImage(chart.canvas, 0, 0);
  } finally {
    delete chart.options.devicePixelRatio;
    redraw(chart);
  }
  return copy;
}

function redraw(chart: Chart): void {
  chart.resize();
  chart.update("none");
  chart.draw();
}
