/** Digits before the point in groups of three: "1234567.25" as "1,234,567.25". */
export function groupDigits(decimal: string): string {
  const [whole = "", ...fraction] = decimal.split(".");
  return [whole.replace(/\B(?=(?:\d{3})+$)/g, ","), ...fraction].join(".");
}

/**
 * A number with all its digits, in groups: 50,000. `toLocaleString` rounds to three decimals, and takes a process 15 ms for
 * its first number, which most count at their start.
 */
export const grouped = (value: number): string => groupDigits(String(value));

/** Significant digits without a power of ten where a number is large: 0.500, 12.3, 2,780. */
export const significant = (value: number, digits: number): string =>
  Math.abs(value) < 10 ** digits ? value.toPrecision(digits) : grouped(Number(value.toPrecision(digits)));
