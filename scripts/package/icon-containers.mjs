import { PNG } from "pngjs";
import { shrunk } from "./icon-sizes.mjs";

/** In pixels; what Explorer, the taskbar and its previews take. */
export const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];

/** Apple's names of the pictures in an .icns, with their edge in pixels; the last four are for fine screens. */
const ICNS_ENTRIES = /** @type {const} */ ([
  ["icp4", 16],
  ["icp5", 32],
  ["ic07", 128],
  ["ic08", 256],
  ["ic09", 512],
  ["ic11", 32],
  ["ic12", 64],
  ["ic13", 256],
  ["ic14", 512],
]);

/** @param {PNG} picture Square. @param {number} size */
export const pngOf = (picture, size) => PNG.sync.write(shrunk(picture, size));

/**
 * An icon of Windows: a directory, then one PNG a size.
 *
 * @param {PNG} picture Square, 256 pixels or more.
 */
export function icoFile(picture) {
  const images = ICO_SIZES.map((size) => pngOf(picture, size));
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  images.forEach((image, index) => {
    const at = 6 + 16 * index;
    // 0 says 256.
    header.writeUInt8(ICO_SIZES[index] % 256, at);
    header.writeUInt8(ICO_SIZES[index] % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(image.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += image.length;
  });
  return Buffer.concat([header, ...images]);
}

/**
 * An icon of macOS: a head, then one PNG an entry, each with its name and length.
 *
 * @param {PNG} picture Square, 512 pixels or more.
 */
export function icnsFile(picture) {
  const entries = ICNS_ENTRIES.map(([name, size]) => chunk(name, pngOf(picture, size)));
  return chunk("icns", Buffer.concat(entries));
}

/** @param {string} name Four letters. @param {Buffer} content */
function chunk(name, content) {
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  head.writeUInt32BE(head.length + content.length, 4);
  return Buffer.concat([head, content]);
}
