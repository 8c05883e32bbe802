import * as v from "valibot";
import { measuredNumberSchema, timeSchema } from "../runs/run-records.ts";
import { datasetSchema } from "./dataset.ts";
import { weightsChoiceSchema } from "./learned.ts";
import { previewImageSchema } from "./data-import.ts";

/** How a feature's training rows are spread: `counts` of equal bins from `min` to `max`. */
export const featureSpreadSchema = v.object({
  name: v.string(),
  min: measuredNumberSchema,
  max: measuredNumberSchema,
  mean: measuredNumberSchema,
  counts: v.array(v.number()),
});
export type FeatureSpread = v.InferOutput<typeof featureSpreadSchema>;

/** A data set as its page shows it. Test rows are counted and not looked at. */
export const datasetDetailsSchema = v.object({
  dataset: datasetSchema,
  /** Names of the files that it came from; none for what the app has itself. */
  files: v.array(v.string()),
  notes: v.array(v.string()),
  /** ISO 8601 UTC, or "". */
  importedAt: v.string(),
  sizeBytes: v.number(),
  /** Of each class, its training and its validation rows. */
  classes: v.array(v.object({ name: v.string(), trainRows: v.number(), validRows: v.number() })),
  /** Of the targets that are numbers. */
  targets: v.array(featureSpreadSchema),
  /** Of the first features. */
  spreads: v.array(featureSpreadSchema),
  /** The first training rows: features as they are stored, then the target. */
  rows: v.array(v.object({ values: v.array(measuredNumberSchema), target: v.string() })),
  images: v.array(previewImageSchema),
  /** Runs trained on it. */
  runs: v.array(v.object({ id: v.string(), name: v.string() })),
  testLooks: v.number(),
});
export type DatasetDetails = v.InferOutput<typeof datasetDetailsSchema>;

/** The test rows of a training's data, before they are looked at. */
export const testRowsSchema = v.object({
  rows: v.number(),
  /** How often they were looked at, and with this run. */
  looks: v.number(),
  looksOfRun: v.number(),
  /** Why they cannot be looked at, or "". */
  refusal: v.string(),
});
export type TestRows = v.InferOutput<typeof testRowsSchema>;

/** What a network scores on the test rows, and how often they were looked at, this time included. */
export const testScoreSchema = v.object({
  runId: v.string(),
  weights: weightsChoiceSchema,
  /** When they were looked at. */
  at: timeSchema,
  dataset: v.string(),
  rows: v.number(),
  loss: measuredNumberSchema,
  /** Of classes. */
  accuracy: v.nullable(measuredNumberSchema),
  /** Of numbers, over all of them: 1 − Σ(y − ŷ)² / Σ(y − ȳ)², and the mean absolute error in their own units. */
  r2: v.nullable(measuredNumberSchema),
  mae: v.nullable(measuredNumberSchema),
  looks: v.number(),
  looksOfRun: v.number(),
});
export type TestScore = v.InferOutput<typeof testScoreSchema>;
