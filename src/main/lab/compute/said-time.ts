/** A time as one says it: "3 µs", "1.2 s", "21 min". */
export function saidTime(ms: number): string {
  const said = (value: number, unit: string): string =>
    `${value >= 10 ? Math.round(value) : Number(value.toPrecision(2))} ${unit}`;
  if (ms < 1) return said(ms * 1000, "µs");
  if (ms < 1_000) return said(ms, "ms");
  if (ms < 90_000) return said(ms / 1_000, "s");
  if (ms < 90 * 60_000) return said(ms / 60_000, "min");
  return said(ms / 3_600_000, "h");
}
