import type { RandomStream } from "../random/random-stream.ts";
import { uniform } from "../random/uniform.ts";

/**
 * W ~ U(−bound, bound), bound = √(6 / ((1 + a²) fanIn)). With a = √5, torch's default for Linear, that is 1/√fanIn.
 *
 * The shape is (inFeatures, outFeatures); torch stores the transpose. @see torch.nn.init.kaiming_uniform_
 */
export function kaimingUniform(
  stream: RandomStream,
  [inFeatures, outFeatures]: readonly [inFeatures: number, outFeatures: number],
  { a }: { readonly a: number },
): Float32Array {
  const bound = Math.sqrt(6 / ((1 + a * a) * inFeatures));
  return Float32Array.from(uniform(stream, inFeatures * outFeatures, -bound, bound));
}
