import { DataFormatError } from "../../core/errors.ts";
import { messageLine } from "../../core/thrown.ts";
import { exifOrientation, upright } from "./exif-orientation.ts";
import { readRegularFile } from "./regular-file.ts";

const MOST_FILE_BYTES = 64 << 20;
const MOST_SIDE = 4_096;

/** An image of bytes: channels 1 for grey, 3 for red, green, blue; channel innermost. */
export interface DecodedImage {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly values: Uint8Array;
  /** Whether it let something through, which became black. */
  readonly transparent: boolean;
  /** Whether it lies on its side or mirrored in the file, as its Exif says, and was set upright. */
  readonly turned: boolean;
}

/** The size that a PNG claims, before anything is unpacked for it. */
const pngSize = (bytes: Buffer): readonly [number, number] => [
  bytes.readUInt32BE(16),
  bytes.readUInt32BE(20),
];

/** Red, green, blue, alpha over black, as one channel where all are grey. */
function withoutAlpha(rgba: Uint8Array, width: number, height: number): Omit<DecodedImage, "turned"> {
  const pixels = width * height;
  let [grey, transparent] = [true, false];
  const values = new Uint8Array(3 * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const alpha = (rgba[4 * pixel + 3] ?? 255) / 255;
    if (alpha < 1) transparent = true;
    const [red = 0, green = 0, blue = 0] = [0, 1, 2].map((channel) =>
      Math.round((rgba[4 * pixel + channel] ?? 0) * alpha),
    );
    values.set([red, green, blue], 3 * pixel);
    if (red !== green || green !== blue) grey = false;
  }
  if (!grey) return { height, width, channels: 3, values, transparent };
  return {
    height,
    width,
    channels: 1,
    transparent,
    values: Uint8Array.from({ length: pixels }, (_, pixel) => values[3 * pixel] ?? 0),
  };
}

/** Reads a PNG or JPEG by its content, whatever it is called; a camera's that was held sideways as it is seen. @throws {DataFormatError} */
export async function readImage(path: string): Promise<DecodedImage> {
  const bytes = await readRegularFile(path, MOST_FILE_BYTES);
  const isPng = bytes.length > 24 && bytes.readUInt32BE(0) === 0x89504e47;
  const isJpeg = bytes.length > 4 && bytes[0] === 0xff && bytes[1] === 0xd8;
  if (!isPng && !isJpeg)
    throw new DataFormatError(
      path,
      0,
      "a PNG or JPEG image",
      bytes.length === 0 ? "an empty file" : "another kind of file",
    );
  try {
    if (isJpeg) {
      const limits = {
        useTArray: true,
        maxResolutionInMP: 16,
        maxMemoryUsageInMB: 512,
        formatAsRGBA: true,
      } as const;
      const { decode } = await import("jpeg-js");
      const decoded = decode(bytes, limits);
      const exif: unknown = Reflect.get(decoded, "exifBuffer");
      // It begins with the second zero behind "Exif".
      const orientation = exif instanceof Uint8Array ? exifOrientation(exif.subarray(1)) : 1;
      const { data, width, height } = upright(decoded, orientation);
      return { ...withoutAlpha(data, width, height), turned: orientation !== 1 };
    }
    const [claimedWidth, claimedHeight] = pngSize(bytes);
    if (claimedWidth > MOST_SIDE || claimedHeight > MOST_SIDE) {
      throw new RangeError(
        `${claimedWidth} × ${claimedHeight} pixels; at most ${MOST_SIDE} a side are taken`,
      );
    }
    const { PNG } = await import("pngjs");
    const { data, width, height } = PNG.sync.read(bytes);
    return { ...withoutAlpha(data, width, height), turned: false };
  } catch (error) {
    throw new DataFormatError(path, 0, `a sound ${isPng ? "PNG" : "JPEG"}`, messageLine(error));
  }
}
