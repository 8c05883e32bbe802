import type { RandomStream } from "../random/random-stream.ts";
import { scaledNormal } from "./scaled-normal.ts";

/**
 * W ~ N(0, 2 / fan): keeps the second moment of a signal through a linear layer and a relu, forwards with `fanIn`,
 * backwards with `fanOut`.
 *
 * The shape is (inFeatures, outFeatures). torch stores the transpose, so on a tensor in our layout its
 * `mode="fan_out"` is our `fanIn`.
 *
 * @see He, Zhang, Ren and Sun, "Delving deep into rectifiers" (2015); torch.nn.init.kaiming_normal_
 */
export function kaimingNormal(
  stream: RandomStream,
  shape: readonly [inFeatures: number, outFeatures: number],
  { fan }: { readonly fan: "fanIn" | "fanOut" },
): Float32Array {
  const [inFeatures, outFeatures] = shape;
  return scaledNormal(stream, shape, Math.sqrt(2 / (fan === "fanIn" ? inFeatures : outFeatures)));
}
