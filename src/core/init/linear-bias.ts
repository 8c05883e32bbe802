import type { RandomStream } from "../random/random-stream.ts";
import { uniform } from "../random/uniform.ts";

/** b ~ U(−1/√inFeatures, 1/√inFeatures), `outFeatures` values. @see torch.nn.Linear.reset_parameters */
export function linearBias(stream: RandomStream, inFeatures: number, outFeatures: number): Float32Array {
  const bound = 1 / Math.sqrt(inFeatures);
  return Float32Array.from(uniform(stream, outFeatures, -bound, bound));
}
