import * as v from "valibot";

/** Classes of a data set at most, and features of one. */
export const MOST_CLASSES = 1_000;
export const MOST_FEATURES = 100_000;

/** Whether a value is finite as data sets hold it: 1e39 is infinite in float32. */
export const holdsInFloat32 = (value: number): boolean => Number.isFinite(Math.fround(value));

/** How stored values become the network's, fitted on the training rows only. */
export const NORMALISATIONS = {
  none: "none: values as they are",
  feature: "each feature to mean 0 and standard deviation 1",
  global: "all features together to mean 0 and standard deviation 1",
  unit: "from 0 to 1",
} as const;
export const normalisationSchema = v.picklist(Object.keys(NORMALISATIONS) as (keyof typeof NORMALISATIONS)[]);
export type Normalisation = v.InferOutput<typeof normalisationSchema>;

/** Parts of a data set. The test rows are looked at only when they are asked for, and each look is counted. */
export const SPLITS = ["train", "valid", "test"] as const;
export type Split = (typeof SPLITS)[number];

/** Image sizes: feature (row · width + column) · channels + channel. */
export const layoutSchema = v.object({
  height: v.pipe(v.number(), v.integer(), v.minValue(1)),
  width: v.pipe(v.number(), v.integer(), v.minValue(1)),
  channels: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4)),
});
export type Layout = v.InferOutput<typeof layoutSchema>;

const rowCount = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(100_000_000));

/**
 * What is to be predicted. Classes: y (rows,) holds indices of `names`. Numbers: y (rows,), or (rows, k) of k > 1, holds
 * (value − offset) · scale, so that a loss is not of the size of prices; value = y / scale + offset.
 */
export const targetSchema = v.variant("kind", [
  v.object({
    kind: v.literal("classes"),
    names: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(MOST_CLASSES)),
  }),
  v.object({
    kind: v.literal("numbers"),
    names: v.pipe(v.array(v.string()), v.minLength(1)),
    offsets: v.array(v.number()),
    scales: v.array(v.number()),
  }),
]);
export type Target = v.InferOutput<typeof targetSchema>;

/** A data set that can be trained on: features x (rows, features) and targets, in splits. */
export const datasetSchema = v.object({
  /** What a spec's `data.name` says. */
  id: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,60}$/, "is not the name of a data set")),
  title: v.string(),
  features: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_FEATURES)),
  /** Of images; null where features are columns. */
  layout: v.nullable(layoutSchema),
  /** One a feature, or empty where they have none (images, arrays). A category has one a value: "colour = red". */
  featureNames: v.array(v.string()),
  target: targetSchema,
  storage: v.picklist(["uint8", "float32"]),
  trainRows: v.pipe(rowCount, v.minValue(1)),
  validRows: rowCount,
  testRows: rowCount,
  normalisation: normalisationSchema,
  /** SHA-256 of all that a training sees of it: values, targets, splits, names of classes, normalisation. Empty where the id says it all. */
  contentHash: v.string(),
});
export type Dataset = v.InferOutput<typeof datasetSchema>;

/** What data sets are called by their ids; where several have one title, the end of the id tells them apart: "Iris · 1f0c8d2a". */
export function datasetTitles(
  datasets: readonly Pick<Dataset, "id" | "title">[],
): ReadonlyMap<string, string> {
  const all = new Map(datasets.map(({ id, title }) => [id, title]));
  const times = new Map<string, number>();
  for (const title of all.values()) times.set(title, (times.get(title) ?? 0) + 1);
  const called = ([id, title]: readonly [string, string]): readonly [string, string] => [
    id,
    (times.get(title) ?? 0) > 1 ? `${title} · ${id.slice(id.lastIndexOf("-") + 1)}` : title,
  ];
  return new Map([...all].map(called));
}

/** Rows of a split. */
export const rowsOf = ({ trainRows, validRows, testRows }: Dataset, split: Split): number =>
  ({ train: trainRows, valid: validRows, test: testRows })[split];

/** Outputs that a network needs for a data set: logits of the classes, or the numbers. */
export const outputsOf = ({ target }: Pick<Dataset, "target">): number => target.names.length;

export const MNIST_DATASET: Dataset = {
  id: "mnist",
  title: "MNIST",
  features: 784,
  layout: { height: 28, width: 28, channels: 1 },
  featureNames: [],
  target: { kind: "classes", names: Array.from({ length: 10 }, (_, digit) => String(digit)) },
  storage: "uint8",
  trainRows: 50_000,
  validRows: 10_000,
  testRows: 10_000,
  normalisation: "global",
  contentHash: "",
};
