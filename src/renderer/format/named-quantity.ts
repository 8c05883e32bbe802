import type { QuantityValue } from "../../shared/runs/run-records.ts";
import { formatDuration } from "./duration.ts";
import { formatBytes } from "./number.ts";
import { exactQuantity, formatQuantity } from "./quantity.ts";

export interface NamedQuantity {
  readonly label: string;
  readonly text: string;
  readonly exact: string;
}

const SUFFIXES: readonly {
  readonly suffix: string;
  readonly unit: string;
  readonly format: (value: number) => string;
}[] = [
  { suffix: "Ms", unit: "ms", format: formatDuration },
  { suffix: "Bytes", unit: "B", format: formatBytes },
];

/**
 * A config or summary entry for people: "backwardMs: 121" is read as "backward", "121.0 ms". `given` values were
 * typed, not measured, and get no digits that nobody typed.
 */
export function namedQuantity(key: string, value: QuantityValue, { given = false } = {}): NamedQuantity {
  const known = SUFFIXES.find(({ suffix }) => key.endsWith(suffix) && key.length > suffix.length);
  if (known === undefined || typeof value !== "number") {
    return { label: words(key), text: formatQuantity(value, 1, { given }), exact: exactQuantity(value, "") };
  }
  return {
    label: words(key.slice(0, -known.suffix.length)),
    text: known.format(value),
    exact: exactQuantity(value, known.unit),
  };
}

/** "trainLoss" → "train loss"; abbreviations in capitals stay. */
function words(key: string): string {
  return key.replaceAll(/([a-z\d])([A-Z])(?=[a-z\d])/g, (_all, before: string, capital: string) => {
    return `${before} ${capital.toLowerCase()}`;
  });
}
