import { EPOCH_METRICS } from "../experiments/training.ts";
import type { QuantityValue } from "../runs/run-records.ts";
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

/** What single words of a key do not say. */
const NAMES: ReadonlyMap<string, string> = new Map([
  [EPOCH_METRICS.train, "training loss"],
  [EPOCH_METRICS.trainAccuracy, "training accuracy"],
  [EPOCH_METRICS.trainTopK, "training top-5 accuracy"],
  [EPOCH_METRICS.trainR2, "training R²"],
  [EPOCH_METRICS.trainMae, "training mean absolute error"],
  [EPOCH_METRICS.valid, "validation loss"],
  [EPOCH_METRICS.validAccuracy, "validation accuracy"],
  [EPOCH_METRICS.validTopK, "validation top-5 accuracy"],
  [EPOCH_METRICS.validR2, "validation R²"],
  [EPOCH_METRICS.validMae, "validation mean absolute error"],
  ["finalTrainLoss", "training loss at the end"],
  ["finalValidLoss", "validation loss at the end"],
  ["forecastTensors", "memory of tensors, forecast"],
  ["peakTensors", "memory of tensors, at most"],
  ["rssBefore", "memory of the process, before"],
  ["peakRss", "memory of the process, at most"],
  ["mainDelayMedian", "delay of the main process, median"],
  ["mainDelayP99", "delay of the main process, 99th percentile"],
  ["mainDelayLongest", "delay of the main process, longest"],
  ["gflops", "GFLOP/s"],
]);

/** What a metric is called: "validLoss" is the validation loss. */
export const metricLabel = (name: string): string => NAMES.get(name) ?? name;

/** "weightDecay" → "weight decay"; abbreviations in capitals stay. */
function words(key: string): string {
  const known = NAMES.get(key);
  if (known !== undefined) return known;
  return key.replaceAll(/([a-z\d])([A-Z])(?=[a-z\d])/g, (_all, before: string, capital: string) => {
    return `${before} ${capital.toLowerCase()}`;
  });
}
