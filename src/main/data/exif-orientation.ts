const ORIENTATION_TAG = 0x0112;
const LITTLE_ENDIAN = 0x4949;
const [HEADER_BYTES, COUNT_BYTES, ENTRY_BYTES, VALUE_AT] = [8, 2, 12, 8];

/**
 * How a camera was held: 1 for upright to 8, and 1 where it is not said.
 *
 * @param tiff What stands in an Exif segment behind its name, "Exif" and two zeros.
 * @see CIPA DC-008 (Exif 2.32), 4.6.4: Orientation
 */
export function exifOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (view.byteLength < HEADER_BYTES) return 1;
  const little = view.getUint16(0) === LITTLE_ENDIAN;
  const directory = view.getUint32(4, little);
  if (directory + COUNT_BYTES > view.byteLength) return 1;
  const entries = view.getUint16(directory, little);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + COUNT_BYTES + ENTRY_BYTES * entry;
    if (at + ENTRY_BYTES > view.byteLength) return 1;
    if (view.getUint16(at, little) !== ORIENTATION_TAG) continue;
    const orientation = view.getUint16(at + VALUE_AT, little);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

/** Pixels of four bytes, row by row. */
interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const SIDEWAYS = new Set([5, 6, 7, 8]);
const FROM_THE_RIGHT = new Set([2, 3, 7, 8]);
const FROM_BELOW = new Set([3, 4, 6, 7]);

/** The image as it is seen: for 6, whose first row is the right side, pixel (x, y) is (y, height − 1 − x) of what is stored. */
export function upright(stored: Pixels, orientation: number): Pixels {
  if (orientation === 1) return stored;
  const sideways = SIDEWAYS.has(orientation);
  const [width, height] = sideways ? [stored.height, stored.width] : [stored.width, stored.height];
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [along, down] = sideways ? [y, x] : [x, y];
      const column = FROM_THE_RIGHT.has(orientation) ? stored.width - 1 - along : along;
      const row = FROM_BELOW.has(orientation) ? stored.height - 1 - down : down;
      const from = 4 * (row * stored.width + column);
      data.set(stored.data.subarray(from, from + 4), 4 * (y * width + x));
    }
  }
  return { data, width, height };
}
