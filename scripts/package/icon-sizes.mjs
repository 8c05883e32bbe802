import fs from "node:fs";
import path from "node:path";
import { PNG } from "pngjs";

/** Of the freedesktop icon theme. */
export const ICON_SIZES = [16, 22, 24, 32, 48, 64, 128, 256, 512];

/**
 * Writes an icon in all sizes that desktops ask for: `SIZExSIZE/apps/NAME.png`.
 *
 * @param {string} source PNG of 512 × 512.
 * @param {string} themeDir
 * @param {string} name
 */
export function writeIcons(source, themeDir, name) {
  const picture = PNG.sync.read(fs.readFileSync(source));
  for (const size of ICON_SIZES) {
    const file = path.join(themeDir, `${size}x${size}`, "apps", `${name}.png`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, PNG.sync.write(shrunk(picture, size)));
  }
}

/**
 * Each pixel is the mean of the area it covers, weighted by coverage; colours are weighted by their opacity.
 *
 * @param {PNG} picture Square.
 * @param {number} size
 */
export function shrunk(picture, size) {
  const target = new PNG({ width: size, height: size });
  const step = picture.width / size;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const sums = areaSums(picture, { x: x * step, y: y * step, step });
      const at = 4 * (y * size + x);
      for (let channel = 0; channel < 3; channel++) {
        target.data[at + channel] = sums.alpha === 0 ? 0 : Math.round(sums.colours[channel] / sums.alpha);
      }
      target.data[at + 3] = Math.round(sums.alpha / (step * step));
    }
  }
  return target;
}

/** @param {PNG} picture @param {{ x: number, y: number, step: number }} area */
function areaSums(picture, { x, y, step }) {
  const colours = [0, 0, 0];
  let alpha = 0;
  for (let row = Math.floor(y); row < y + step; row++) {
    const height = Math.min(row + 1, y + step) - Math.max(row, y);
    for (let column = Math.floor(x); column < x + step; column++) {
      const at = 4 * (row * picture.width + column);
      const weight = height * (Math.min(column + 1, x + step) - Math.max(column, x)) * picture.data[at + 3];
      alpha += weight;
      for (let channel = 0; channel < 3; channel++) colours[channel] += weight * picture.data[at + channel];
    }
  }
  return { colours, alpha };
}
