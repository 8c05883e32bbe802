import * as v from "valibot";

/** Stored values that are drawn as no light and as full light. */
export const pixelRangeSchema = v.object({ low: v.number(), high: v.number() });
export type PixelRange = v.InferOutput<typeof pixelRangeSchema>;

const FULL_BYTE = 255;
/** Values from 0 on with one above this, and none above 255, are on the usual scale of bytes. */
const HALF_BYTE = 127;

/** The range that images are drawn on whose values go from `min` to `max`: one for all of a data set, so that a dark image stays dark. */
export function pixelRangeOf({ min, max }: { readonly min: number; readonly max: number }): PixelRange {
  if (min < 0) return { low: min, high: max };
  return { low: 0, high: max > HALF_BYTE && max <= FULL_BYTE ? FULL_BYTE : max };
}

/** Stored values as bytes to draw, 0 to 255; what lies beyond the range is cut off. */
export function pixelBytes(values: ArrayLike<number>, { low, high }: PixelRange): Uint8Array<ArrayBuffer> {
  const scale = high > low ? FULL_BYTE / (high - low) : 0;
  return new Uint8Array(Uint8ClampedArray.from(values, (value) => (value - low) * scale).buffer);
}

/** Drawn bytes as a data set would hold them: the other way than `pixelBytes`. */
export const storedPixels = (bytes: Uint8Array, { low, high }: PixelRange): Float64Array =>
  Float64Array.from(bytes, (byte) => low + (byte / FULL_BYTE) * (high - low));
