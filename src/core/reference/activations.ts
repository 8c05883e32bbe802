import type { Activation } from "../ops/activation.ts";

/** Below this the series is short; above it the continued fraction is. */
const SERIES_LIMIT = 2.5;

/** erf(x) = 2/√π Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)), for small |x|. */
function errorSeries(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** erfc(x) = e^(−x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), for large x. */
function complementaryErrorFraction(x: number): number {
  let fraction = x;
  for (let n = 60; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

/** erf(x) in float64, to about 1e-15. */
export const errorFunction = (x: number): number =>
  Math.abs(x) < SERIES_LIMIT ? errorSeries(x) : Math.sign(x) * (1 - complementaryErrorFraction(Math.abs(x)));

/** Φ(x), the standard normal distribution, to about 1e-15. @see Abramowitz and Stegun, 7.1.5 and 7.1.14 */
export function normalDistribution(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const upperTail = z < SERIES_LIMIT ? (1 - errorSeries(z)) / 2 : complementaryErrorFraction(z) / 2;
  return x > 0 ? 1 - upperTail : upperTail;
}

/** φ(x), the density of the standard normal distribution. */
export const normalDensity = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

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
  }
}

/** σ(x + d) − σ(x) = σ(x + d) σ(−x) (1 − e^(−d)); far steps do not cancel. */
const sigmoidMove = (x: number, d: number): number =>
  Math.abs(d) > 1 ? sigmoid(x + d) - sigmoid(x) : sigmoid(x + d) * sigmoid(-x) * -Math.expm1(-d);

/** Nodes and weights of Gauss and Legendre for three points on [0, 1]. */
const QUADRATURE = [
  [0.5 - Math.sqrt(0.15), 5 / 18],
  [0.5, 8 / 18],
  [0.5 + Math.sqrt(0.15), 5 / 18],
] as const;
/** Steps up to this are integrated: the error is then below 1e-12 of the result. */
const SHORT_STEP = 0.01;

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
      if (Math.abs(d) * Math.max(1, Math.abs(x)) > SHORT_STEP) {
        // (x + d) Φ(x + d) − x Φ(x): far from 0 both Φ are equal, and x however large has no part in it.
        return d * normalDistribution(x + d) + x * (normalDistribution(x + d) - normalDistribution(x));
      }
      return QUADRATURE.reduce(
        (sum, [at, weight]) => sum + weight * d * activationSlope(activation, x + at * d),
        0,
      );
    case "softplus":
      // log((1 + eˣ⁺ᵈ) / (1 + eˣ)), across the threshold too: the 2e-9 between its sides are no slope.
      return Math.abs(d) > 1
        ? activate(activation, x + d) - activate(activation, x)
        : Math.log1p(sigmoid(x) * Math.expm1(d));
  }
}
