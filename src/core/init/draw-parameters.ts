import {
  linearLayers,
  parameterNames,
  parameterShapes,
  type LinearLayer,
  type Network,
} from "../network/network.ts";
import { normal } from "../random/normal.ts";
import { randomStream, type RandomStream } from "../random/random-stream.ts";
import { uniform } from "../random/uniform.ts";
import { linearBias } from "./linear-bias.ts";
import { orthogonal } from "./orthogonal.ts";

/** How the weights of a linear layer are drawn; see `deviationOf` for the formulas. */
export type Scheme =
  | "normal"
  | "scaledNormal"
  | "xavierNormal"
  | "xavierUniform"
  | "kaimingNormal"
  | "kaimingNormalFanOut"
  | "kaimingUniform"
  | "kaimingUniformFanOut"
  | "torchLinear"
  | "orthogonal"
  | "lsuv"
  | "zeros"
  | "constant";

export const CONSTANT_WEIGHT = 0.01;
/** The first of the streams that weights are drawn from; a layer takes one for its weights and one for its biases. */
const FIRST_STREAM = 100;
/** √12 · deviation is the width of a uniform distribution: the bound is √3 deviations. */
const BOUND = Math.sqrt(3);

/**
 * Standard deviation of the weights W (in, out), fan in = in, fan out = out:
 *
 * - `normal`: 1
 * - `scaledNormal`: 1 / √in
 * - Xavier: √(2 / (in + out)) (Glorot and Bengio, 2010)
 * - Kaiming: √(2 / fan) (He, Zhang, Ren and Sun, 2015)
 * - `torchLinear`: 1 / √(3 in): Kaiming uniform with a = √5 (torch.nn.Linear.reset_parameters)
 *
 * All of them times the layer's gain: Xavier with 5/3 for tanh, as `torch.nn.init.xavier_normal_(w, gain=5/3)`; with
 * `normal` the gain is the standard deviation itself.
 *
 * torch stores Wᵀ, so on a tensor of our shape its fan_out is our fan in. Null for schemes that are not drawn element
 * by element.
 */
export function deviationOf(scheme: Scheme, fanIn: number, fanOut: number): number | null {
  switch (scheme) {
    case "normal":
      return 1;
    case "scaledNormal":
      return 1 / Math.sqrt(fanIn);
    case "xavierNormal":
    case "xavierUniform":
      return Math.sqrt(2 / (fanIn + fanOut));
    case "kaimingNormal":
    case "kaimingUniform":
      return Math.sqrt(2 / fanIn);
    case "kaimingNormalFanOut":
    case "kaimingUniformFanOut":
      return Math.sqrt(2 / fanOut);
    case "torchLinear":
      return 1 / Math.sqrt(3 * fanIn);
    case "orthogonal":
    case "lsuv":
    case "zeros":
    case "constant":
      return null;
  }
}

const UNIFORM: ReadonlySet<Scheme> = new Set([
  "xavierUniform",
  "kaimingUniform",
  "kaimingUniformFanOut",
  "torchLinear",
]);

/** W (in, out) as float32; drawn in float64, scaled by the gain too, rounded once. `lsuv` begins orthogonal. */
function drawWeights(
  stream: RandomStream,
  scheme: Scheme,
  { in: fanIn, out: fanOut, gain = 1 }: LinearLayer,
): Float32Array {
  const ungained = deviationOf(scheme, fanIn, fanOut);
  const deviation = ungained === null ? null : gain * ungained;
  const size = fanIn * fanOut;
  if (deviation !== null) {
    return UNIFORM.has(scheme)
      ? Float32Array.from(uniform(stream, size, -BOUND * deviation, BOUND * deviation))
      : Float32Array.from(normal(stream, size), (value) => value * deviation);
  }
  if (scheme === "orthogonal" || scheme === "lsuv") {
    return orthogonal(stream, fanIn, fanOut).map((value) => gain * value);
  }
  return new Float32Array(size).fill(scheme === "constant" ? gain * CONSTANT_WEIGHT : 0);
}

/**
 * The parameters w1, b1, w2, b2, … of a network, one scheme a linear layer. Every layer has streams of its own, so the
 * same seed gives the same draws whatever the other layers are, and two normal schemes differ by a factor only. Biases
 * are zero, except with `torchLinear`; gains of norms are 1, running averages those of a standard normal distribution.
 *
 * @throws {RangeError} If there are not as many schemes as linear layers.
 */
export function drawParameters(
  network: Network,
  schemes: readonly Scheme[],
  seed: number,
): Record<string, Float32Array> {
  const layers = linearLayers(network);
  if (schemes.length !== layers.length) {
    throw new RangeError(`drawParameters: expected ${layers.length} schemes, got ${schemes.length}`);
  }
  const given = parameterShapes(network).flatMap(({ name, shape, begin }) => {
    if (begin === null) return [];
    const size = shape.reduce((product, length) => product * length, 1);
    return [[name, Float32Array.from({ length: size }, (_, i) => begin(i))] as const];
  });
  return Object.fromEntries([
    ...given,
    ...layers.flatMap((layer, index) => {
      const { weight, bias } = parameterNames(index);
      const stream = randomStream(seed, FIRST_STREAM + 2 * index);
      const scheme = schemes[index];
      const biases =
        scheme === "torchLinear"
          ? linearBias(randomStream(seed, FIRST_STREAM + 2 * index + 1), layer.in, layer.out)
          : new Float32Array(layer.out);
      return [
        [weight, drawWeights(stream, scheme, layer)],
        [bias, biases],
      ] as const;
    }),
  ]);
}
