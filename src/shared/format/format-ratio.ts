import type { Ratio } from "../experiments/ladder.ts";
import { formatNumber, fullPrecision } from "./number.ts";

const DIGITS = 3;

/** "12.3 × (11.9–12.8)": a ratio of medians with its 95 % interval. */
export function formatRatio({ value, lo, hi }: Ratio): string {
  const [at, from, to] = [value, lo, hi].map((number) => formatNumber(number, DIGITS));
  return `${at ?? ""} × (${from ?? ""}–${to ?? ""})`;
}

export function exactRatio({ value, lo, hi }: Ratio): string {
  return `${fullPrecision(value)}, 95 % interval ${fullPrecision(lo)} to ${fullPrecision(hi)}`;
}
