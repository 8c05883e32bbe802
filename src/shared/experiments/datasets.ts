import * as v from "valibot";
import { atMost } from "../runs/run-changes.ts";
import { measuredNumberSchema } from "../runs/run-records.ts";

/** Largest file that is taken: what a call may carry, with room to spare. Larger CSVs are taken as .csv.gz. */
export const MOST_IMPORT_BYTES = 100_000_000;
export const IMAGE_NORMALISATIONS = {
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
  normalisation: v.picklist(Object.keys(IMAGE_NORMALISATIONS) as (keyof typeof IMAGE_NORMALISATIONS)[]),
});
export type ImportChoice = v.InferOutput<typeof importChoiceSchema>;
