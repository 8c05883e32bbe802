import { expect, it } from "vitest";
import { centred } from "../../../../../src/renderer/train/learned/centre-digit.ts";

const SIDE = 28;

/** A filled rectangle. */
function drawing(left: number, top: number, width: number, height: number): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(SIDE * SIDE);
  for (let y = top; y < top + height; y++) pixels.fill(255, y * SIDE + left, y * SIDE + left + width);
  return pixels;
}

/** Centre of mass and box of what is not empty. */
function measure(pixels: Uint8Array): { x: number; y: number; width: number; height: number } {
  let [mass, x, y] = [0, 0, 0];
  const [columns, rows] = [new Set<number>(), new Set<number>()];
  pixels.forEach((value, i) => {
    mass += value;
    x += value * (i % SIDE);
    y += value * Math.floor(i / SIDE);
    if (value > 127) {
      columns.add(i % SIDE);
      rows.add(Math.floor(i / SIDE));
    }
  });
  return { x: x / mass, y: y / mass, width: columns.size, height: rows.size };
}

it.each([
  [2, 3, 4, 10],
  [20, 15, 6, 12],
  [0, 0, 28, 28],
])("centred() makes a drawing at %i, %i as large and as central as MNIST's digits", (...box) => {
  const { x, y, width, height } = measure(centred(drawing(...box)));
  expect(Math.abs(x - 13.5)).toBeLessThanOrEqual(1);
  expect(Math.abs(y - 13.5)).toBeLessThanOrEqual(1);
  expect(Math.max(width, height)).toBeGreaterThanOrEqual(18);
  expect(Math.max(width, height)).toBeLessThanOrEqual(21);
});

it("centred() leaves an empty drawing empty", () => {
  expect(centred(new Uint8Array(SIDE * SIDE)).every((value) => value === 0)).toBe(true);
});
