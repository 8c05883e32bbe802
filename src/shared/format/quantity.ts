import type { QuantityValue } from "../runs/run-records.ts";
import { formatGiven, formatNumber, fullPrecision, scaleFor } from "./number.ts";

/** How a named value of a cell, a config or a summary is written in text. */
export function formatQuantity(value: QuantityValue, factor = 1, { given = false } = {}): string {
  if (typeof value === "number") return given ? formatGiven(value * factor) : formatNumber(value * factor);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return `[${value.map((item) => formatNumber(item * factor)).join(", ")}]`;
}

/** The same with every digit and in the recorded unit, for hovering and copying. */
export function exactQuantity(value: QuantityValue, unit: string): string {
  const text = Array.isArray(value) ? `[${value.map(fullPrecision).join(", ")}]` : String(value);
  return unit === "" ? text : `${text} ${unit}`;
}

export interface QuantityRow {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly expected: { readonly text: string; readonly exact: string } | null;
  readonly measured: { readonly text: string; readonly exact: string } | null;
}

/** One row a quantity, both numbers under the same prefix; names without a description are shown by their key. */
export function quantityRows(
  quantities: readonly { readonly key: string; readonly label: string; readonly unit: string }[],
  expected: Readonly<Record<string, QuantityValue>>,
  measured: Readonly<Record<string, QuantityValue>>,
): readonly QuantityRow[] {
  const known = new Set(quantities.map(({ key }) => key));
  const extra = [...new Set([...Object.keys(expected), ...Object.keys(measured)])]
    .filter((key) => !known.has(key))
    .map((key) => ({ key, label: key, unit: "" }));
  return [...quantities, ...extra].map(({ key, label, unit }) => {
    const values = [expected[key], measured[key]];
    const scale = scaleFor(
      values.filter((value) => typeof value === "number"),
      unit,
    );
    const side = (value: QuantityValue | undefined, given: boolean) =>
      value === undefined
        ? null
        : { text: formatQuantity(value, scale.factor, { given }), exact: exactQuantity(value, unit) };
    return {
      key,
      label,
      unit: scale.unit,
      expected: side(expected[key], true),
      measured: side(measured[key], false),
    };
  });
}
