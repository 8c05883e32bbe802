const SIDE = 28;
/** MNIST's digits fit into a box of this size. */
const BOX = 20;

/**
 * A drawing as MNIST has its digits: scaled into a box of 20 × 20 pixels, its centre of mass in the middle of 28 × 28.
 *
 * @see LeCun, Cortes and Burges, "The MNIST database of handwritten digits"
 */
export function centred(pixels: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let [left, right, top, bottom] = [SIDE, -1, SIDE, -1];
  pixels.forEach((value, i) => {
    if (value === 0) return;
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    [left, right, top, bottom] = [
      Math.min(left, x),
      Math.max(right, x),
      Math.min(top, y),
      Math.max(bottom, y),
    ];
  });
  if (right < 0) return pixels.slice();
  const scale = BOX / Math.max(right - left + 1, bottom - top + 1);
  /** The drawing at a place between pixels. */
  const at = (x: number, y: number): number => {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const value = (c: number, r: number): number =>
      c >= 0 && c < SIDE && r >= 0 && r < SIDE ? (pixels[r * SIDE + c] ?? 0) : 0;
    const [dx, dy] = [x - column, y - row];
    return (
      value(column, row) * (1 - dx) * (1 - dy) +
      value(column + 1, row) * dx * (1 - dy) +
      value(column, row + 1) * (1 - dx) * dy +
      value(column + 1, row + 1) * dx * dy
    );
  };
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  const scaled = (shiftX: number, shiftY: number): Uint8Array<ArrayBuffer> =>
    Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
      const x = ((i % SIDE) - (SIDE - 1) / 2 - shiftX) / scale + middle.x;
      const y = (Math.floor(i / SIDE) - (SIDE - 1) / 2 - shiftY) / scale + middle.y;
      return Math.round(at(x, y));
    });
  const first = scaled(0, 0);
  let [mass, massX, massY] = [0, 0, 0];
  first.forEach((value, i) => {
    mass += value;
    massX += value * (i % SIDE);
    massY += value * Math.floor(i / SIDE);
  });
  if (mass === 0) return first;
  const centre = (SIDE - 1) / 2;
  return scaled(Math.round(centre - massX / mass), Math.round(centre - massY / mass));
}
