import type { Chart } from "chart.js";
import type { ChartTheme } from "./chart-theme.ts";
import type { Figure } from "./figure.ts";

/** The chart as it stands, with title and note on the page's ground, as the bytes of a PNG. */
export async function chartPicture(
  chart: Chart,
  figure: Figure,
  theme: ChartTheme,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = chart.canvas;
  const ratio = chart.currentDevicePixelRatio;
  const margin = Math.round(theme.rem * ratio);
  const head = Math.round(theme.rem * (figure.note === undefined ? 1.5 : 2.75) * ratio);
  const canvas = document.createElement("canvas");
  canvas.width = source.width + 2 * margin;
  canvas.height = source.height + head + 2 * margin;
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
  context.drawImage(source, margin, margin + head);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null)
    throw new Error(`"${figure.title}" was not saved: the picture is too large for this window.`);
  return new Uint8Array(await blob.arrayBuffer());
}
