import { seriesColour, type ChartTheme } from "../kit/chart-theme.ts";
import type { LegendEntry } from "../kit/figure.ts";
import { legendMark, MARK_HEIGHT, MARK_WIDTH } from "../kit/legend-mark.ts";

/** Dots of a picture to a pixel of the page, each way: sharp on paper and on a projector. */
export const PICTURE_SCALE = 2;

interface PictureParts {
  readonly title: string;
  readonly note: string;
  readonly legend: readonly LegendEntry[];
  /** At `PICTURE_SCALE`. */
  readonly drawing: HTMLCanvasElement;
  /** Lines under the drawing. */
  readonly foot: readonly string[];
  readonly theme: ChartTheme;
}

/**
 * A drawing with its title, note, legend and what else belongs to it, on the page's ground.
 *
 * @returns the bytes of a PNG, `PICTURE_SCALE` times as wide and high as on the page.
 * @throws {Error} If this window has no canvas or the picture is too large for it.
 */
export async function pictureOf(parts: PictureParts): Promise<Uint8Array<ArrayBuffer>> {
  const { title, legend, drawing, theme } = parts;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (context === null) {
    throw new Error("The picture was not made: this window has no 2-D canvas. Save the CSV instead.");
  }
  const { rem, fontSize } = theme;
  const [width, height] = [drawing.width / PICTURE_SCALE, drawing.height / PICTURE_SCALE];
  const lineHeight = rem * 1.25;
  const titleFont = `600 ${fontSize * 1.2}px ${theme.fontFamily}`;
  const textFont = `${fontSize}px ${theme.fontFamily}`;
  context.font = textFont;
  const note = wrapped(context, parts.note, width);
  const foot = parts.foot.flatMap((text) => wrapped(context, text, width));
  const places = legendPlaces(context, legend, { width, lineHeight, gap: rem * 0.5 });
  const legendHeight = legend.length === 0 ? 0 : (places.at(-1)?.y ?? 0) + lineHeight + rem * 0.25;
  const head = lineHeight * (1.25 + note.length) + legendHeight;

  canvas.width = Math.round((width + 2 * rem) * PICTURE_SCALE);
  canvas.height = Math.round((height + head + lineHeight * foot.length + 2 * rem) * PICTURE_SCALE);
  context.scale(PICTURE_SCALE, PICTURE_SCALE);
  context.fillStyle = theme.surface;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(rem, rem);
  context.textBaseline = "middle";
  context.fillStyle = theme.ink;
  context.font = titleFont;
  context.fillText(title, 0, lineHeight / 2);
  context.font = textFont;
  context.fillStyle = theme.muted;
  note.forEach((line, i) => context.fillText(line, 0, lineHeight * (i + 1.75)));
  const legendTop = lineHeight * (1.25 + note.length);
  legend.forEach((entry, i) => {
    const { x, y } = places[i] ?? { x: 0, y: 0 };
    drawEntry(context, entry, { x, y: legendTop + y + lineHeight / 2, theme });
  });
  context.drawImage(drawing, 0, head, width, height);
  context.fillStyle = theme.muted;
  foot.forEach((line, i) => context.fillText(line, 0, head + height + lineHeight * (i + 0.5)));

  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) {
    throw new Error(`"${title}" was not drawn as a picture: it is too large for this window.`);
  }
  return new Uint8Array(await blob.arrayBuffer());
}

/** The text in lines that fit; a single word that does not stays whole. */
export function wrapped(
  context: Pick<CanvasRenderingContext2D, "measureText">,
  text: string,
  width: number,
): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((candidate) => candidate !== "")) {
    const last = lines.at(-1);
    if (last !== undefined && context.measureText(`${last} ${word}`).width <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

interface LegendBox {
  readonly width: number;
  readonly lineHeight: number;
  readonly gap: number;
}

/** Entries beside each other, and in a new row where the next does not fit. */
export function legendPlaces(
  context: Pick<CanvasRenderingContext2D, "measureText">,
  legend: readonly LegendEntry[],
  { width, lineHeight, gap }: LegendBox,
): readonly { readonly x: number; readonly y: number }[] {
  let [x, y] = [0, 0];
  return legend.map(({ label }) => {
    const length = MARK_WIDTH + gap + context.measureText(label).width;
    if (x > 0 && x + length > width) [x, y] = [0, y + lineHeight];
    const place = { x, y };
    x += length + 2 * gap;
    return place;
  });
}

function drawEntry(
  context: CanvasRenderingContext2D,
  entry: LegendEntry,
  { x, y, theme }: { readonly x: number; readonly y: number; readonly theme: ChartTheme },
): void {
  const { path, filled, dash } = legendMark(entry);
  const colour = seriesColour(theme, entry.series);
  context.save();
  context.translate(x, y - MARK_HEIGHT / 2);
  context.lineWidth = 2;
  context.setLineDash([...dash]);
  context.strokeStyle = colour;
  context.fillStyle = colour;
  if (filled) context.fill(new Path2D(path));
  else context.stroke(new Path2D(path));
  context.restore();
  context.fillStyle = theme.ink;
  context.fillText(entry.label, x + MARK_WIDTH + theme.rem * 0.5, y);
}
