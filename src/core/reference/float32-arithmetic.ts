import { ownFunctions } from "../expression/own-activation.ts";
import { roundingOf } from "../expression/rounding-of.ts";
import type { Activation, OwnActivation } from "../ops/activation.ts";
import { normalDensity, normalDistribution } from "./error-function.ts";
import type { ElementwiseLayer } from "./network-pass.ts";

/** u: a float32 operation is off by at most this, relative to its result. */
export const UNIT_ROUNDOFF = 2 ** -24;
/** Below this products fade away in steps. */
export const SMALLEST_FLOAT32 = 2 ** -149;
/** Below this an exponential is 0. */
const SMALLEST_NORMAL = 2 ** -126;
export const LARGEST_FLOAT32 = 3.4028234663852886e38;

/**
 * How whoever computed in float32 rounds beyond single operations: by the engine's kernels, or by TensorFlow.js, which
 * takes slopes from outputs (y (1 − y), 1 − y²) and the error function from a table's formula.
 */
export type Float32Arithmetic = "engine" | "tfjs";

/**
 * Rounding of a sum of `terms` products as a multiple of Σ|term|. Each addition rounds the sum so far: with terms of one
 * sign the errors have a deviation of u √terms / 3 together, of either sign they have less; this is three of them.
 */
export const sumRounding = (terms: number): number => (2 + Math.sqrt(terms)) * UNIT_ROUNDOFF;

interface OwnRounding {
  readonly value: (z: number, dy: number) => number;
  readonly slope: (z: number, dy: number) => number;
}
const ownRoundings = new WeakMap<OwnActivation, OwnRounding>();

/** Bounds for an own activation: its slope is computed as its writer has it, or as it is derived. */
function ownRounding(activation: OwnActivation): OwnRounding {
  const known = ownRoundings.get(activation);
  if (known !== undefined) return known;
  const { forward, backward, derivative } = ownFunctions(activation);
  const [given, derived] = [roundingOf(backward), roundingOf(derivative)];
  const made = {
    value: roundingOf(forward),
    slope: (z: number) => Math.max(given(z, 1), derived(z, 1)),
  };
  ownRoundings.set(activation, made);
  return made;
}

/** The error of y = f(x) for an x without one. */
export function valueRounding(
  arithmetic: Float32Arithmetic,
  layer: ElementwiseLayer,
  x: number,
  y: number,
): number {
  const relative = UNIT_ROUNDOFF * Math.abs(y);
  if (layer.type === "relu") return layer.shift === 0 ? 0 : relative;
  switch (layer.activation.kind) {
    case "leakyRelu":
      return relative;
    case "tanh":
    case "sigmoid":
      return 8 * relative + SMALLEST_NORMAL;
    case "gelu":
      // TensorFlow.js has the error function to 1.5e-7 (Abramowitz and Stegun, 7.1.26), and rounding in its polynomial.
      if (arithmetic === "tfjs") return 8 * relative + 4e-7 * Math.abs(x);
      // exp(−x²/2) magnifies the rounding of its argument.
      return (8 + (x < 0 ? x * x : 0)) * relative + SMALLEST_NORMAL * (1 + Math.abs(x));
    case "softplus":
      // TensorFlow.js adds 1 to the exponential before it takes the logarithm, which small ones do not survive.
      return 8 * relative + (arithmetic === "tfjs" ? 4 * UNIT_ROUNDOFF : SMALLEST_NORMAL);
    case "own":
      return ownRounding(layer.activation).value(x, 0);
  }
}

function activationSlopeRounding(
  arithmetic: Float32Arithmetic,
  activation: Activation,
  x: number,
  slope: number,
): number {
  const relative = UNIT_ROUNDOFF * Math.abs(slope);
  switch (activation.kind) {
    case "leakyRelu":
      return relative;
    case "tanh":
      return 12 * relative + (arithmetic === "tfjs" ? 20 * UNIT_ROUNDOFF : SMALLEST_NORMAL);
    case "sigmoid": {
      const fromOutput = (12 * UNIT_ROUNDOFF) / (1 + Math.exp(-x));
      return 12 * relative + (arithmetic === "tfjs" ? fromOutput : 0) + SMALLEST_NORMAL;
    }
    case "gelu": {
      const density = Math.abs(x) * normalDensity(x);
      const tail = normalDistribution(-Math.abs(x));
      const magnified = (8 + x * x) * (tail + density) * UNIT_ROUNDOFF;
      return magnified + (x > 0 ? 3 : 0) * UNIT_ROUNDOFF + (arithmetic === "tfjs" ? 6e-7 : SMALLEST_NORMAL);
    }
    // A sigmoid that is computed from x.
    case "softplus":
      return 12 * relative + SMALLEST_NORMAL;
    case "own":
      return ownRounding(activation).slope(x, 1);
  }
}

/** The error of the slope f′(x) for an x without one, on the right side of a kink. */
export const slopeRounding = (
  arithmetic: Float32Arithmetic,
  layer: ElementwiseLayer,
  x: number,
  slope: number,
): number => (layer.type === "relu" ? 0 : activationSlopeRounding(arithmetic, layer.activation, x, slope));

/**
 * The relative error of a softmax's share whose output lies `below` the largest: what rounding x − max does to its
 * exponential. TensorFlow.js goes through the logarithm of the share, which is rounded too.
 */
export const shareRounding = (arithmetic: Float32Arithmetic, below: number, classes: number): number =>
  UNIT_ROUNDOFF *
  (arithmetic === "engine" ? 8 + below + Math.sqrt(classes) : 12 + 3 * (below + Math.log(classes)));

/** exp(−87.33), which the engine's exponential never falls below: a share under it may be 0 or stand at it. */
export const SMALLEST_SHARE = 1.2e-38;
