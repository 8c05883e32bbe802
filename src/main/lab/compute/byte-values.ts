import { BYTE_VALUES, type ByteAffine } from "../../../core/ops/op.ts";

/** Pixels of MNIST and of images that earlier versions imported are bytes; the notebook's pickle holds them divided by 256. */
export const PIXEL_SCALE = 256;

/** What normalises a byte: (byte / divisor − offset) · scale. */
export interface ByteScaling {
  readonly divisor: number;
  readonly offset: number;
  readonly scale: number;
}

/** The float32 that each byte becomes: computed in float64 and rounded once. */
export const byteValues = ({ divisor, offset, scale }: ByteScaling): Float32Array =>
  Float32Array.from({ length: BYTE_VALUES }, (_, byte) => (byte / divisor - offset) * scale);

/** So many bits of the scale times a byte's eight are exact in float32's 24. */
const SCALE_BITS = 16;

/**
 * The same values as sums in float32: the larger part of scale and offset, on a grid on which products and sums are
 * exact, and what that leaves.
 *
 * @returns null if a value has other bits than `byteValues` gives it, as few do, or the offset is far beyond the scale.
 */
export function byteAffine(scaling: ByteScaling): ByteAffine | null {
  const [scale, offset] = [scaling.scale / scaling.divisor, -scaling.offset * scaling.scale];
  const grid = 2 ** (Math.floor(Math.log2(Math.abs(scale))) + 1 - SCALE_BITS);
  const onGrid = (value: number): number => Math.round(value / grid) * grid;
  const { fround } = Math;
  const affine = {
    scale: onGrid(scale),
    offset: onGrid(offset),
    scaleRest: fround(scale - onGrid(scale)),
    offsetRest: fround(offset - onGrid(offset)),
  };
  if (affine.scale !== fround(affine.scale) || affine.offset !== fround(affine.offset)) return null;
  const same = byteValues(scaling).every((value, byte) => {
    const large = fround(fround(byte * affine.scale) + affine.offset);
    const rest = fround(fround(byte * affine.scaleRest) + affine.offsetRest);
    return Object.is(value, fround(large + rest));
  });
  return same ? affine : null;
}

/** Neighbours are often equal, as in a black background: counts of so many tables take turns, so that none waits for the last. */
const TABLES = 4;

/** How often each byte occurs. */
export class ByteCounts {
  readonly #counts = new Float64Array(TABLES * BYTE_VALUES);

  add(bytes: Uint8Array | Float32Array): void {
    const [counts, size] = [this.#counts, BYTE_VALUES];
    for (let i = 0; i < bytes.length; i++) {
      const at = (i % TABLES) * size + (bytes[i] ?? NaN);
      counts[at] = (counts[at] ?? NaN) + 1;
    }
  }

  /** Mean and sample standard deviation (n − 1) of byte / divisor: of counts, so in whatever order the bytes came. */
  moments(divisor: number): { readonly mean: number; readonly std: number } {
    const counts = new Float64Array(BYTE_VALUES);
    for (const [at, times] of this.#counts.entries()) {
      counts[at % BYTE_VALUES] = (counts[at % BYTE_VALUES] ?? NaN) + times;
    }
    const count = counts.reduce((total, times) => total + times, 0);
    // Sums of whole numbers are exact.
    const sum = counts.reduce((total, times, byte) => total + times * byte, 0);
    const mean = sum / count / divisor;
    const squares = counts.reduce((total, times, byte) => total + times * (byte / divisor - mean) ** 2, 0);
    return { mean, std: Math.sqrt(squares / (count - 1)) };
  }
}
