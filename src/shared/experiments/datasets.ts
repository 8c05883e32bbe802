import * as v from "valibot";
import { atMost } from "../runs/run-changes.ts";
import { measuredNumberSchema } from "../runs/run-records.ts";

/** Largest file that is taken: what a call may carry, with room to spare. Larger CSVs are taken as .csv.gz. */
export const MOST_IMPORT_BYTES = 100_000_000;
export const NORMALISATIONS = {
  meanStd: "mean 0 and standard deviation 1, by the training rows",
  unit: "grey values from 0 to 1",
} as const;

const bytesSchema = v.custom<Uint8Array>((value) => value instanceof Uint8Array, "must be bytes");

/** Files as the window read them: an IDX pair (.gz or not), two .npy, or one CSV (.gz or not). */
export const importFilesSchema = v.pipe(
  v.array(v.object({ name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)), bytes: bytesSchema })),
  v.minLength(1, "choose one file, or images and labels"),
  v.maxLength(2, "choose one file, or images and labels"),
);

/** What is in the files, before they are taken. */
export const importPreviewSchema = v.object({
  rows: v.number(),
  /** How many rows each class has, 0 … 9. */
  classCounts: v.array(v.number()),
  mean: measuredNumberSchema,
  std: measuredNumberSchema,
  min: measuredNumberSchema,
  max: measuredNumberSchema,
  nanCount: v.number(),
  /** The first images, 784 grey values each, with their labels. */
  images: v.array(v.object({ label: v.number(), pixels: bytesSchema })),
  /** What was understood: which column holds the label, how values became grey values. */
  notes: v.array(v.string()),
  /** Why it cannot be taken, or "". */
  refusal: v.string(),
});
export type ImportPreview = v.InferOutput<typeof importPreviewSchema>;

/** How previewed files become a data set. */
export const importChoiceSchema = v.object({
  title: v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1, "the data needs a name"),
    atMost("a data set's name", 60),
  ),
  validRows: v.pipe(
    v.number("validation rows must be a number"),
    v.integer("validation rows must be a whole number"),
    v.minValue(0, "validation rows must be at least 0"),
  ),
  /** Mixes the rows by a fixed seed before the last ones become the validation rows. */
  shuffle: v.boolean(),
  normalisation: v.picklist(Object.keys(NORMALISATIONS) as (keyof typeof NORMALISATIONS)[]),
});
export type ImportChoice = v.InferOutput<typeof importChoiceSchema>;

const rowCount = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(10_000_000));

/** A data set that can be trained on: 28 × 28 images of ten classes. */
export const datasetSchema = v.object({
  /** What a spec's `data.name` says, and the name of the folder that holds it. */
  id: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,60}$/, "is not the name of a data set")),
  title: v.string(),
  trainRows: v.pipe(rowCount, v.minValue(1)),
  validRows: rowCount,
  normalisation: importChoiceSchema.entries.normalisation,
});
export type Dataset = v.InferOutput<typeof datasetSchema>;

export const MNIST_DATASET: Dataset = {
  id: "mnist",
  title: "MNIST",
  trainRows: 50_000,
  validRows: 10_000,
  normalisation: "meanStd",
};
