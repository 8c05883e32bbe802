/** Arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Sample standard deviation (n − 1), as torch's `std()`; NaN of fewer than two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  if (values.length < 2) return NaN;
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - centre) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * The value below which a share `q` of the values lies, interpolated linearly between its two neighbours, as numpy's
 * default does; NaN of nothing.
 *
 * @throws {RangeError} If q is not in [0, 1].
 */
export function quantile(values: ArrayLike<number>, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`quantile: expected q in [0, 1], got ${q}`);
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/** The middle value; the mean of the two middle ones of an even number. */
export const median = (values: ArrayLike<number>): number => quantile(values, 0.5);

/** Distance between the lower and the upper quartile: the spread that one slow sample does not move. */
export const interquartileRange = (values: ArrayLike<number>): number =>
  quantile(values, 0.75) - quantile(values, 0.25);

/** Median of the distances to the median. */
export function medianAbsoluteDeviation(values: ArrayLike<number>): number {
  const centre = median(values);
  return median(Float64Array.from(values, (value) => Math.abs(value - centre)));
}

/** Values farther than this many interquartile ranges beyond the quartiles are outliers. */
const FENCE = 1.5;

/**
 * The range [lo, hi] outside which a value is an outlier: 1.5 interquartile ranges beyond the quartiles.
 *
 * @see Tukey, "Exploratory Data Analysis" (1977)
 */
export function outlierFences(values: ArrayLike<number>): { lo: number; hi: number } {
  const reach = FENCE * interquartileRange(values);
  return { lo: quantile(values, 0.25) - reach, hi: quantile(values, 0.75) + reach };
}
