import { encode } from "jpeg-js";
import { afterAll, describe, expect, it } from "vitest";
import { readImage } from "../../../../src/main/data/read-image.ts";
import { ImportFolder } from "../lab/datasets/import-folder.ts";

const folder = new ImportFolder();
afterAll(() => folder.remove());

/** An Exif segment that says how the camera was held, behind a tag of another kind. */
function exifOf(orientation: number, little: boolean): Buffer {
  const [entries, tiff] = [2, new DataView(new ArrayBuffer(8 + 2 + 2 * 12 + 4))];
  tiff.setUint16(0, little ? 0x4949 : 0x4d4d);
  tiff.setUint16(2, 42, little);
  tiff.setUint32(4, 8, little);
  tiff.setUint16(8, entries, little);
  for (const [entry, tag] of [0x0103, 0x0112].entries()) {
    const at = 10 + 12 * entry;
    tiff.setUint16(at, tag, little);
    tiff.setUint16(at + 2, 3, little);
    tiff.setUint32(at + 4, 1, little);
    tiff.setUint16(at + 8, tag === 0x0112 ? orientation : 6, little);
  }
  return Buffer.concat([Buffer.from("Exif\0\0"), new Uint8Array(tiff.buffer)]);
}

/** Its types do not know that the encoder takes an Exif segment. */
const photograph = (pixels: Parameters<typeof encode>[0] & { readonly exifBuffer: Buffer }): Uint8Array =>
  encode(pixels, 100).data;

describe("a JPEG", () => {
  // One grey a block of 8 × 8: 40 left and 200 right, its upper half 20 darker.
  const [width, height] = [16, 16];
  const data = Buffer.alloc(4 * width * height, 255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      data.fill((x < 8 ? 40 : 200) - (y < 8 ? 20 : 0), 4 * (y * width + x), 4 * (y * width + x) + 3);

  /** The greys at the corners: upper left, upper right, lower left, lower right. */
  it.each([
    [1, [20, 180, 40, 200]],
    [2, [180, 20, 200, 40]],
    [3, [200, 40, 180, 20]],
    [4, [40, 200, 20, 180]],
    [5, [20, 40, 180, 200]],
    [6, [40, 20, 200, 180]],
    [7, [200, 180, 40, 20]],
    [8, [180, 200, 20, 40]],
    [0, [20, 180, 40, 200]],
  ])("of a camera that was held as Exif's %i lies as it is seen", async (orientation, corners) => {
    for (const little of [true, false]) {
      const exifBuffer = exifOf(orientation, little);
      const jpeg = photograph({ width, height, data, exifBuffer });
      const { values, channels, turned } = await readImage(folder.write("photo.jpg", jpeg));
      expect([channels, turned]).toEqual([1, orientation > 1]);
      const last = width * height - 1;
      expect([0, width - 1, last - width + 1, last].map((at) => values[at])).toEqual(corners);
    }
  });

  it("that is progressive and of four inks is read in red, green and blue", async () => {
    // 8 × 8, magenta and yellow: written by Pillow 11.
    const inks =
      "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBET" +
      "FBUVFQwPFxgWFBgSFBUU/8IAFAgACAAIBEMRAE0RAFkRAEsRAP/EABQAAQAAAAAAAAAAAAAAAAAAAAj/2gAOBEMATQBZAEsA" +
      "AAABVJUKip//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAFDAAEFAn//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAFNAAEF" +
      "An//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAFZAAEFAn//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAFLAAEFAn//xAAU" +
      "EAEAAAAAAAAAAAAAAAAAAAAA/9oACAFDAAY/An//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAFNAAY/An//xAAUEAEAAAAA" +
      "AAAAAAAAAAAAAAAA/9oACAFZAAY/An//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAFLAAY/An//xAAUEAEAAAAAAAAAAAAA" +
      "AAAAAAAA/9oACAFDAAE/IX//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAFNAAE/IX//xAAUEAEAAAAAAAAAAAAAAAAAAAAA" +
      "/9oACAFZAAE/IX//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAFLAAE/IX//2gAOBEMATQBZAEsAAAAQ/wD/xAAUEAEAAAAA" +
      "AAAAAAAAAAAAAAAA/9oACAFDAAE/EH//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAFNAAE/EH//xAAUEAEAAAAAAAAAAAAA" +
      "AAAAAAAA/9oACAFZAAE/EH//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAFLAAE/EH//2Q==";
    const image = await readImage(folder.write("inks.jpg", Buffer.from(inks, "base64")));
    expect(image).toMatchObject({ width: 8, height: 8, channels: 3 });
    expect(new Set(image.values)).toEqual(new Set([255, 0]));
    expect([...image.values.subarray(0, 3)]).toEqual([255, 0, 0]);
  });

  it("of a camera that was held sideways has its sides changed", async () => {
    const wide = { width: 16, height: 8, data: data.subarray(0, 4 * 16 * 8), exifBuffer: exifOf(6, true) };
    const image = await readImage(folder.write("wide.jpg", photograph(wide)));
    expect(image).toMatchObject({ width: 8, height: 16 });
    expect([image.values[0], image.values.at(-1)]).toEqual([20, 180]);
  });
});
