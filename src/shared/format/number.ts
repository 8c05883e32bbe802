import { groupDigits, grouped } from "../../core/grouped.ts";

const DIGITS = 4;
const MINUS = "−";
/** Below this and from LARGEST on, a power of ten reads better than zeros. */
const SMALLEST = 1e-4;
const LARGEST = 1e7;
/** Counts are read as counts: 39,200,000 pixels. */
const LARGEST_COUNT = 1e10;

const PREFIXES = [
  { factor: 1e12, symbol: "T" },
  { factor: 1e9, symbol: "G" },
  { factor: 1e6, symbol: "M" },
  { factor: 1e3, symbol: "k" },
  { factor: 1, symbol: "" },
  { factor: 1e-3, symbol: "m" },
  { factor: 1e-6, symbol: "µ" },
  { factor: 1e-9, symbol: "n" },
] as const;

export type Scale = { readonly factor: number; readonly unit: string };

/** Four significant digits, thousands grouped, a true minus sign: −0.005851, 33.09, 50,000, 1.234e−9. */
export function formatNumber(value: number, digits = DIGITS): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${MINUS}∞`;
  if (value === 0) return "0";
  const sign = value < 0 ? MINUS : "";
  return sign + formatMagnitude(Math.abs(value), digits);
}

function formatMagnitude(magnitude: number, digits: number): string {
  if (Number.isInteger(magnitude) && magnitude < LARGEST_COUNT) return grouped(magnitude);
  const rounded = Number(magnitude.toPrecision(digits));
  if (rounded < SMALLEST || rounded >= LARGEST) {
    return rounded
      .toExponential(digits - 1)
      .replace("e+", "e")
      .replace("e-", `e${MINUS}`);
  }
  const exponent = Math.floor(Math.log10(rounded) + 1e-9);
  const decimals = Math.max(0, digits - 1 - exponent);
  return groupDigits(rounded.toFixed(decimals));
}

/** As `formatNumber`, without digits that the source never had: 36.2 stays 36.2. */
export function formatGiven(value: number, digits = DIGITS): string {
  const text = formatNumber(value, digits);
  return text.replace(/\.(\d*?)0*(?=e|$)/, (_all, kept: string) => (kept === "" ? "" : `.${kept}`));
}

/** Every digit that the number has, for hovering and copying. */
export function fullPrecision(value: number): string {
  return String(value);
}

/** A sentence that main wrote, its powers of ten with the minus sign of all other numbers: 1e-7 as 1e−7. */
export const withMinusSigns = (sentence: string): string => sentence.replaceAll(/(?<=\de)-(?=\d)/g, MINUS);

/** The SI prefix under which the largest of the values reads best; units that take none keep factor 1. */
export function scaleFor(values: readonly number[], unit: string): Scale {
  const [base, factorOfUnit] = unit === "ms" ? ["s", 1e-3] : [unit, 1];
  if (base !== "s" && base !== "B") return { factor: 1, unit };
  const largest = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs)) * factorOfUnit;
  if (largest === 0) return { factor: 1, unit };
  const smallest = base === "B" ? 1 : 0;
  const prefix = PREFIXES.find(({ factor }) => factor >= smallest && largest >= factor) ?? PREFIXES.at(-1);
  return prefix === undefined
    ? { factor: 1, unit }
    : { factor: factorOfUnit / prefix.factor, unit: `${prefix.symbol}${base}` };
}

/** One value with its unit under the best prefix: "7.840 GB", "36.20 ms". */
export function formatWithUnit(value: number, unit: string): string {
  const scale = scaleFor([value], unit);
  return unit === "" ? formatNumber(value) : `${formatNumber(value * scale.factor)} ${scale.unit}`;
}

export const formatBytes = (bytes: number): string => formatWithUnit(bytes, "B");

/** "76.2 %": shares and progress. */
export function formatPercent(share: number, digits = 3): string {
  return `${formatNumber(Number((share * 100).toPrecision(digits)), digits)} %`;
}
