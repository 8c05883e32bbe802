import type { RunComparison } from "../../../shared/runs/run-comparison.ts";
import type { RunValue } from "../../../shared/runs/run-table.ts";
import { metricLabel } from "../../../shared/format/named-quantity.ts";
import { columnLabel } from "../table/column-names.ts";

/** Something of which every run has a value: a setting, a result, a metric's last, lowest, highest. */
export interface Dimension {
  /** Its column in the table of runs: "config.lr", "summary.loss". */
  readonly key: string;
  /** What the tables call it. */
  readonly label: string;
  /** In the order of the runs. */
  readonly values: readonly RunValue[];
  readonly numeric: boolean;
  /** Settings come first in a drawing. */
  readonly setting: boolean;
}

const differs = (values: readonly RunValue[]): boolean =>
  new Set(values.map((value) => String(value))).size > 1;

function dimension(name: string, values: readonly RunValue[], setting: boolean): Dimension {
  const known = values.filter((value) => value !== null);
  // A setting and a result may have one name: the loss of a spec, and that of an imported run.
  const key = `${setting ? "config" : "summary"}.${name}`;
  return {
    key,
    label: columnLabel(key),
    values,
    setting,
    numeric: known.length > 0 && known.every((value) => typeof value === "number"),
  };
}

/** Everything that differs between the runs and can be an axis: texts of settings, numbers of results. */
export function dimensionsOf({ settings, results, metrics }: RunComparison): readonly Dimension[] {
  const all = [
    ...settings.map(({ key, values }) => dimension(key, values, true)),
    ...results.map(({ key, values }) => dimension(key, values, false)),
    ...metrics.flatMap(({ name, runs }) =>
      (["last", "min", "max"] as const).map((of) =>
        dimension(
          `${{ last: "last", min: "lowest", max: "highest" }[of]} ${metricLabel(name)}`,
          runs.map((run) => run?.[of] ?? null),
          false,
        ),
      ),
    ),
  ].filter(({ values, numeric, setting }) => differs(values) && (numeric || setting));
  const named = (label: string): number => all.filter((one) => one.label === label).length;
  return all.map((one) =>
    named(one.label) > 1 ? { ...one, label: `${one.label} (${one.setting ? "setting" : "result"})` } : one,
  );
}

/** Where a value lies between the ends of its axis, 0 to 1; null for none. Texts stand in the order of the alphabet. */
export function placeOn({ values, numeric }: Dimension, index: number): number | null {
  const value = values[index] ?? null;
  if (value === null || (typeof value === "number" && !Number.isFinite(value))) return null;
  if (numeric) {
    const numbers = values.filter(
      (value): value is number => typeof value === "number" && Number.isFinite(value),
    );
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    return high > low ? (Number(value) - low) / (high - low) : 0.5;
  }
  const texts = [...new Set(values.filter((text) => text !== null).map(String))].sort();
  return texts.length > 1 ? texts.indexOf(String(value)) / (texts.length - 1) : 0.5;
}
