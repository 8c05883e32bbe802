import type { Chart } from "chart.js";
import { seriesColour, type ChartTheme } from "./chart-theme.ts";
import type { Figure, PointText } from "./figure.ts";

interface PictureOf {
  readonly figure: Figure;
  readonly theme: ChartTheme;
  /** Values that were pinned, by their numbers in the drawing. */
  readonly pinned: readonly PointText[];
}

/** The chart as it stands, with title, note and pinned values on the page's ground, as the bytes of a PNG. */
export async function chartPicture(
  chart: Chart,
  { figure, theme, pinned }: PictureOf,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = chart.canvas;
  const ratio = chart.currentDevicePixelRatio;
  const margin = Math.round(theme.rem * ratio);
  const lines = 1.5 + (figure.note === undefined ? 0 : 1.25) + (figure.legend.length === 0 ? 0 : 1.25);
  const head = Math.round(theme.rem * lines * ratio);
  const line = Math.round(theme.rem * 1.25 * ratio);
  const foot = line * pinned.length;
  const canvas = document.createElement("canvas");
  canvas.width = source.width + 2 * margin;
  canvas.height = source.height + head + foot + 2 * margin;
  const context = canvas.getContext("2d");
  if (context === null)
    throw new Error("The picture was not made: this window has no 2-D canvas. Save the CSV instead.");
  context.fillStyle = theme.surface;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = "top";
  context.fillStyle = theme.ink;
  context.font = `600 ${theme.fontSize * 1.2 * ratio}px ${theme.fontFamily}`;
  context.fillText(figure.title, margin, margin);
  context.fillStyle = theme.muted;
  context.font = `${theme.fontSize * ratio}px ${theme.fontFamily}`;
  if (figure.note !== undefined) context.fillText(figure.note, margin, margin + theme.rem * 1.35 * ratio);
  drawLegend(context, figure, theme, {
    left: margin,
    bottom: margin + head - theme.rem * 0.4 * ratio,
    ratio,
  });
  context.drawImage(source, margin, margin + head);
  pinned.forEach(({ title, lines: said }, index) => {
    const text = `${index + 1}  ${title}: ${said.join("; ")}`;
    context.fillText(text, margin, margin + head + source.height + line * (index + 0.8));
  });
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null)
    throw new Error(`"${figure.title}" was not saved: the picture is too large for this window.`);
  return new Uint8Array(await blob.arrayBuffer());
}

/** One row of names behind their colours; dashes are told apart in the drawing itself. */
function drawLegend(
  context: CanvasRenderingContext2D,
  figure: Figure,
  theme: ChartTheme,
  { left, bottom, ratio }: { readonly left: number; readonly bottom: number; readonly ratio: number },
): void {
  const rem = theme.rem * ratio;
  const [width, height, gap] = [rem * 1.25, rem * 0.6, rem * 0.4] as const;
  context.textBaseline = "alphabetic";
  let x = left;
  for (const { label, series, mark } of figure.legend) {
    const thickness = mark === "line" ? height / 4 : height;
    context.fillStyle = seriesColour(theme, series);
    context.fillRect(x, bottom - height / 2 - thickness / 2, width, thickness);
    context.fillStyle = theme.ink;
    context.fillText(label, x + width + gap, bottom);
    x += width + 3 * gap + context.measureText(label).width;
  }
}
