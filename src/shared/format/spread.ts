import { formatNumber, scaleFor } from "./number.ts";

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
