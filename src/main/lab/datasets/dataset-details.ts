import type { Dataset } from "../../../shared/experiments/dataset.ts";
import type { DatasetDetails, FeatureSpread } from "../../../shared/experiments/dataset-details.ts";
import type { StoredDataset } from "../../../shared/experiments/stored-dataset.ts";
import { pixelBytes } from "../../../shared/experiments/pixel-range.ts";
import { targetWidth, type DataSource } from "./data-source.ts";
import { readPixelRange } from "./read-pixel-range.ts";

const SHOWN_ROWS = 20;
/** Of points, which are drawn. */
const SHOWN_POINTS = 500;
const SHOWN_IMAGES = 40;
const SHOWN_FEATURES = 60;
const BINS = 20;
/** Rows that histograms are made of. */
const MOST_COUNTED = 20_000;

/** How one of `width` columns is spread over rows. */
function spreadOf(values: ArrayLike<number>, width: number, column: number, name: string): FeatureSpread {
  const rows = Math.floor(values.length / width);
  let [min, max, mean] = [Infinity, -Infinity, 0];
  for (let row = 0; row < rows; row++) {
    const value = values[row * width + column] ?? NaN;
    if (value < min) min = value;
    if (value > max) max = value;
    mean += (value - mean) / (row + 1);
  }
  const counts = new Array<number>(BINS).fill(0);
  for (let row = 0; row < rows; row++) {
    const place = max > min ? (((values[row * width + column] ?? NaN) - min) / (max - min)) * BINS : 0;
    const bin = Math.min(BINS - 1, Math.floor(place));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { name, min, max, mean, counts };
}

function targetText({ target }: Dataset, values: Float32Array): string {
  return target.kind === "classes"
    ? (target.names[values[0] ?? -1] ?? "")
    : Array.from(values, (value) => String(Number(value.toPrecision(6)))).join(", ");
}

/** What a data set's page shows: counts, spreads, first rows or images, of training and validation rows only. */
export async function datasetDetails(
  source: DataSource,
  stored: StoredDataset | undefined,
  used: Pick<DatasetDetails, "runs" | "testLooks">,
): Promise<DatasetDetails> {
  const { dataset } = source;
  const { features, featureNames, target, trainRows, validRows, layout } = dataset;
  const width = targetWidth(dataset);
  const targets = await source.targets(0, trainRows);
  const validTargets = validRows === 0 ? new Float32Array() : await source.targets(trainRows, validRows);
  const counted = Math.max(1, Math.min(trainRows, MOST_COUNTED, Math.floor((1 << 24) / features)));
  const values = await source.features(0, counted);
  const nameOf = (index: number): string => featureNames[index] ?? `value ${index + 1}`;
  const rowOf = (row: number) => values.subarray(row * features, (row + 1) * features);
  const targetOf = (row: number): string =>
    targetText(dataset, targets.subarray(row * width, (row + 1) * width));
  const range = await readPixelRange(source);
  const images =
    layout === null || range === null
      ? []
      : Array.from({ length: Math.min(SHOWN_IMAGES, counted) }, (_, row) => ({
          label: targetOf(row),
          layout,
          values: pixelBytes(rowOf(row), range),
        }));
  const countsOf = (labels: Float32Array): number[] => {
    const counts = new Array<number>(target.names.length).fill(0);
    for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
    return counts;
  };
  const [trainCounts, validCounts] =
    target.kind === "classes" ? [countsOf(targets), countsOf(validTargets)] : [[], []];
  return {
    dataset,
    files: stored?.files ?? [],
    notes: stored?.notes ?? [],
    importedAt: stored?.importedAt ?? "",
    sizeBytes: stored?.sizeBytes ?? 0,
    classes:
      target.kind === "classes"
        ? target.names.map((name, index) => ({
            name,
            trainRows: trainCounts[index] ?? 0,
            validRows: validCounts[index] ?? 0,
          }))
        : [],
    targets:
      target.kind === "numbers" ? target.names.map((name, k) => spreadOf(targets, width, k, name)) : [],
    spreads:
      layout === null
        ? Array.from({ length: Math.min(SHOWN_FEATURES, features) }, (_, i) =>
            spreadOf(values, features, i, nameOf(i)),
          )
        : [spreadOf(values, 1, 0, "pixels")],
    rows:
      layout === null
        ? Array.from({ length: Math.min(features === 2 ? SHOWN_POINTS : SHOWN_ROWS, counted) }, (_, row) => ({
            values: Array.from(rowOf(row).subarray(0, SHOWN_FEATURES)),
            target: targetOf(row),
          }))
        : [],
    images,
    ...used,
  };
}
