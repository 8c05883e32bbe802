import { normal } from "../random/normal.ts";
import type { RandomStream } from "../random/random-stream.ts";

/** `randn(inFeatures, outFeatures) · scale` as float32; scaled in float64, rounded once. */
export const scaledNormal = (
  stream: RandomStream,
  [inFeatures, outFeatures]: readonly [inFeatures: number, outFeatures: number],
  scale: number,
): Float32Array => Float32Array.from(normal(stream, inFeatures * outFeatures), (value) => value * scale);
