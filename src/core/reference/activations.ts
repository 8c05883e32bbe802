import { ownFunctions } from "../expression/own-activation.ts";
import { QUADRATURE, SHORT_STEP } from "./quadrature.ts";
import type { Activation } from "../ops/activation.ts";
import { normalDensity, normalDistribution } from "./error-function.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Above this softplus is x, as torch has it: log(1 + eˣ) is larger by 2e-9 there, and less further on. */
const SOFTPLUS_THRESHOLD = 20;

/** f(x) in float64. */
export function activate(activation: Activation, x: number): number {
  switch (activation.kind) {
    case "leakyRelu":
      return x > 0 ? x : activation.slope * x;
    case "tanh":
      return Math.tanh(x);
    case "sigmoid":
      return sigmoid(x);
    case "gelu":
      return x * normalDistribution(x);
    case "softplus":
      return x > SOFTPLUS_THRESHOLD ? x : Math.log1p(Math.exp(x));
    case "own":
      return ownFunctions(activation).value(x);
  }
}

/** f′(x) in float64; at the kink of a leaky relu the left one, as torch has it. */
export function activationSlope(activation: Activation, x: number): number {
  switch (activation.kind) {
    case "leakyRelu":
      return x > 0 ? 1 : activation.slope;
    // As products: 1 − tanh² and 1 − σ lose all digits where they saturate.
    case "tanh":
      return 4 * sigmoid(2 * x) * sigmoid(-2 * x);
    case "sigmoid":
      return sigmoid(x) * sigmoid(-x);
    case "gelu":
      return normalDistribution(x) + x * normalDensity(x);
    case "softplus":
      return x > SOFTPLUS_THRESHOLD ? 1 : sigmoid(x);
    case "own":
      return ownFunctions(activation).slope(x);
  }
}

/** σ(x + d) − σ(x) = σ(x + d) σ(−x) (1 − e^(−d)); far steps do not cancel. */
const sigmoidMove = (x: number, d: number): number =>
  Math.abs(d) > 1 ? sigmoid(x + d) - sigmoid(x) : sigmoid(x + d) * sigmoid(-x) * -Math.expm1(-d);

const isShort = (x: number, d: number): boolean => Math.abs(d) * Math.max(1, Math.abs(x)) <= SHORT_STEP;

/** ∫ f′ from x to x + d. */
const integrated = (activation: Activation, x: number, d: number): number =>
  QUADRATURE.reduce((sum, [at, weight]) => sum + weight * d * activationSlope(activation, x + at * d), 0);

/** f(x + d) − f(x) without the cancellation of two nearly equal values, however small d is. */
export function activationMove(activation: Activation, x: number, d: number): number {
  switch (activation.kind) {
    case "leakyRelu":
      if (x > 0 === x + d > 0) return x > 0 ? d : activation.slope * d;
      return activate(activation, x + d) - activate(activation, x);
    case "tanh":
      return 2 * sigmoidMove(2 * x, 2 * d);
    case "sigmoid":
      return sigmoidMove(x, d);
    case "gelu":
      if (!isShort(x, d)) {
        // (x + d) Φ(x + d) − x Φ(x): far from 0 both Φ are equal, and x however large has no part in it.
        return d * normalDistribution(x + d) + x * (normalDistribution(x + d) - normalDistribution(x));
      }
      return integrated(activation, x, d);
    case "softplus":
      // log((1 + eˣ⁺ᵈ) / (1 + eˣ)), across the threshold too: the 2e-9 between its sides are no slope.
      return Math.abs(d) > 1
        ? activate(activation, x + d) - activate(activation, x)
        : Math.log1p(sigmoid(x) * Math.expm1(d));
    case "own":
      // A step over a kink at 0 is no integral of one slope; one away from it is.
      return isShort(x, d) && (x === 0 || x > 0 === x + d > 0)
        ? integrated(activation, x, d)
        : activate(activation, x + d) - activate(activation, x);
  }
}
