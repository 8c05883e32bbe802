import type { CellOutput } from "../../../shared/live/cell-output.ts";
import { encodePng } from "./encode-png.ts";

type Picture = Extract<CellOutput, { kind: "image" | "heat" }>;

const IMAGES_A_ROW = 16;
const GAP = 2;
const BLUE = [33, 102, 172] as const;
const WHITE = [247, 247, 247] as const;
const RED = [178, 24, 43] as const;
const NOT_FINITE = [255, 0, 255] as const;

const mixed = (a: readonly number[], b: readonly number[], share: number): readonly number[] =>
  a.map((channel, at) => Math.round(channel + ((b[at] ?? 0) - channel) * share));

/** Blue below zero, red above, white at zero; where all have one sign, from white on. */
function heatColour(value: number, most: number): readonly number[] {
  if (!Number.isFinite(value)) return NOT_FINITE;
  const share = most > 0 ? Math.min(1, Math.abs(value) / most) : 0;
  return mixed(WHITE, value < 0 ? BLUE : RED, share);
}

/** What `image` and `heat` show, one pixel an element, as PNG. */
export function picturePng(output: Picture): {
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
} {
  if (output.kind === "heat") {
    const { rows: height, columns: width, values, lo, hi } = output;
    const most = Math.max(Math.abs(lo), Math.abs(hi));
    const pixels = Uint8Array.from(values.flatMap((value) => heatColour(value, most)));
    return { png: encodePng(pixels, { width, height }), width, height };
  }
  const { images, lo, hi } = output;
  const [rows, columns] = [images[0]?.rows ?? 1, images[0]?.columns ?? 1];
  const across = Math.min(IMAGES_A_ROW, Math.max(1, images.length));
  const down = Math.ceil(Math.max(1, images.length) / across);
  const [width, height] = [across * (columns + GAP) - GAP, down * (rows + GAP) - GAP];
  const pixels = new Uint8Array(width * height).fill(128);
  images.forEach(({ values }, index) => {
    const [left, top] = [(index % across) * (columns + GAP), Math.floor(index / across) * (rows + GAP)];
    values.forEach((value, at) => {
      const share = hi > lo ? (value - lo) / (hi - lo) : 0;
      const x = left + (at % columns);
      const y = top + Math.floor(at / columns);
      if (x < width && y < height) pixels[y * width + x] = Math.round(255 * Math.min(1, Math.max(0, share)));
    });
  });
  return { png: encodePng(pixels, { width, height }), width, height };
}
