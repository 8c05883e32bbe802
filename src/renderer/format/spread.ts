import { formatNumber, scaleFor } from "./number.ts";

/** The middle of the values; NaN for none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Half the interquartile range: a spread that one outlier does not move. */
export function halfIqr(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / 2;
}

/** Linear interpolation between the order statistics (type 7, as numpy's default). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)];
  const high = sorted[Math.ceil(position)];
  if (low === undefined || high === undefined) return NaN;
  return low === high ? low : low + (high - low) * (position - Math.floor(position));
}

/** "12.3 ± 0.4 ms": the spread to one or two digits, the median to the same decimal place. */
export function formatSpread(centre: number, spread: number, unit: string): string {
  const { factor, unit: shown } = scaleFor([centre], unit);
  const [middle, around] = [centre * factor, spread * factor];
  const suffix = shown === "" ? "" : ` ${shown}`;
  if (!Number.isFinite(around) || around === 0) return `${formatNumber(middle)}${suffix}`;
  const digits = 2;
  const decimals = Math.min(6, Math.max(0, digits - 1 - Math.floor(Math.log10(around))));
  const text = (value: number) => value.toFixed(decimals).replace("-", "−");
  return `${text(middle)} ± ${text(around)}${suffix}`;
}
