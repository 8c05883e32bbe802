import * as v from "valibot";
import { datasetSchema } from "./dataset.ts";
import { dialectSchema } from "./data-import.ts";

/** How columns became features, so that other files can be read the same way; null for arrays and images. */
export const recipeSchema = v.object({
  dialect: v.nullable(dialectSchema),
  encodings: v.array(
    v.object({ column: v.number(), name: v.string(), categories: v.nullable(v.array(v.string())) }),
  ),
  labels: v.array(v.string()),
  /** Of the whole table; older descriptions do not say. */
  columns: v.optional(v.number()),
  /** What a missing feature is filled with; empty where rows with one are left out or refused. */
  fills: v.array(v.number()),
});
export type Recipe = v.InferOutput<typeof recipeSchema>;

/** A data set as it is described in the database and beside its files. */
export const storedDatasetSchema = v.object({
  dataset: datasetSchema,
  /** x = (value − offset) · scale, one for all features or one each. */
  scaling: v.object({ offsets: v.array(v.number()), scales: v.array(v.number()) }),
  recipe: v.nullable(recipeSchema),
  /** Names of the files that it came from. */
  files: v.array(v.string()),
  notes: v.array(v.string()),
  /** ISO 8601 UTC. */
  importedAt: v.string(),
  sizeBytes: v.number(),
});
export type StoredDataset = v.InferOutput<typeof storedDatasetSchema>;
