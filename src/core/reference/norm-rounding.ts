import { SMALLEST_FLOAT32, sumRounding, UNIT_ROUNDOFF } from "./float32-arithmetic.ts";
import type { Moments, NormReference } from "./network-pass.ts";

/** Bounds of what a norm makes of the values that it takes together. */
export interface NormErrors {
  /** Of (x − mean) / deviation. */
  readonly normalised: Float64Array;
  /** Of the deviation, relative to it. */
  readonly deviation: number;
}

/** Bounds of all values of a batch, and of its norms: by position, one a column of a batch norm, one a row of a layer norm. */
export interface BatchErrors {
  /** By row: of the input, which is exact, then of every layer's output. */
  readonly values: Float64Array[][];
  readonly norms: (readonly NormErrors[])[];
}

/** By feature of row `n`. */
export const normalisedErrors = (
  layer: NormReference,
  norms: readonly NormErrors[],
  n: number,
): Float64Array =>
  layer.type === "layerNorm"
    ? norms[n].normalised
    : Float64Array.from(norms, ({ normalised }) => normalised[n]);

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** What float32 may round on the way to normalised values, from the bounds of x. */
export function normErrors(x: Float64Array, xErrors: Float64Array, { mean, deviation }: Moments): NormErrors {
  const each = sumRounding(x.length);
  const centred = x.map((value) => value - mean);
  const meanError =
    meanOf(xErrors) +
    UNIT_ROUNDOFF * Math.abs(mean) +
    each * meanOf(x.map((value) => Math.abs(value - x[0])));
  const centredErrors = centred.map((value, j) => xErrors[j] + meanError + UNIT_ROUNDOFF * Math.abs(value));
  const varianceError =
    meanOf(centred.map((value, j) => 2 * Math.abs(value) * centredErrors[j] + centredErrors[j] ** 2)) +
    each * meanOf(centred.map((value) => value ** 2));
  const share = varianceError / deviation ** 2;
  // Half the variance's relative error while that is small; a deviation that may vanish has none that holds.
  const relative =
    (share < 0.5 ? share / 2 / (1 - share) : 1 / Math.max(1 - share, 1e-6)) + 3 * UNIT_ROUNDOFF;
  return {
    deviation: relative,
    normalised: centredErrors.map(
      (error, j) =>
        (error * (1 + relative)) / deviation +
        (Math.abs(centred[j]) / deviation) * (relative + UNIT_ROUNDOFF) +
        SMALLEST_FLOAT32,
    ),
  };
}

/** What float32 may round of `throughMoments`, from the bounds of dn and of the normalised values. */
export function throughMomentsErrors(
  dn: ArrayLike<number>,
  dnErrors: Float64Array,
  normalised: Float64Array,
  errors: NormErrors,
  deviation: number,
): Float64Array {
  const n = dnErrors.length;
  const each = sumRounding(n);
  let [mean, along, meanError, alongError] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const size = Math.abs(dn[i]);
    mean += dn[i] / n;
    along += (dn[i] * normalised[i]) / n;
    meanError += (dnErrors[i] + each * size) / n;
    alongError +=
      (dnErrors[i] * Math.abs(normalised[i]) +
        (size + dnErrors[i]) * errors.normalised[i] +
        each * size * Math.abs(normalised[i])) /
      n;
  }
  return dnErrors.map((error, i) => {
    const x = Math.abs(normalised[i]);
    const sizes = Math.abs(dn[i]) + Math.abs(mean) + x * Math.abs(along);
    const inside =
      error +
      meanError +
      x * alongError +
      errors.normalised[i] * (Math.abs(along) + alongError) +
      4 * UNIT_ROUNDOFF * sizes;
    const value = Math.abs(dn[i] - mean - normalised[i] * along);
    return (
      (inside * (1 + errors.deviation)) / deviation +
      (value / deviation) * (errors.deviation + 3 * UNIT_ROUNDOFF) +
      SMALLEST_FLOAT32
    );
  });
}
