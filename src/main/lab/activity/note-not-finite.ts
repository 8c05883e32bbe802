import type { Quantities } from "../../../shared/runs/run-records.ts";

type Named = readonly [name: string, value: unknown];

const namesOf = (results: readonly Named[]): string[] =>
  results.flatMap(([name, value]) => (typeof value === "number" && !Number.isFinite(value) ? [name] : []));

/**
 * `notFinite` among a run's key numbers: which of them, and of the `results` beside them, are NaN or infinite. Runs are
 * found by it (`is:notFinite`). Without it where all are numbers.
 */
export function noteNotFinite(numbers: Quantities, results: readonly Named[] = []): Quantities {
  const { notFinite: known = "", ...own } = numbers;
  const names = new Set([
    ...namesOf([...Object.entries(own), ...results]),
    ...(known === "" ? [] : String(known).split(", ")),
  ]);
  return names.size === 0 ? own : { ...own, notFinite: [...names].join(", ") };
}
