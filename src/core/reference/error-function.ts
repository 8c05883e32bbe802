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
