import * as v from "valibot";
import { layoutSchema } from "./dataset.ts";
import { pixelRangeSchema } from "./pixel-range.ts";
import { measuredNumberSchema } from "../runs/run-records.ts";

const bytesSchema = v.custom<Uint8Array>((value) => value instanceof Uint8Array, "must be bytes");
const floatsSchema = v.custom<Float32Array>((value) => value instanceof Float32Array, "must be floats");
/** Features of a row as they are stored. */
const valuesSchema = v.union([bytesSchema, floatsSchema]);

/** Weights that every training can have: at its end, where it was cut short, of the lowest validation loss. */
export const NAMED_WEIGHTS = ["final", "latest", "best"] as const;
/** Which weights of a training: one of those, or what was kept after a step on its way. */
export type WeightsChoice = (typeof NAMED_WEIGHTS)[number] | `kept-${number}`;

const KEPT = /^kept-(0|[1-9]\d{0,14})$/;
/** The step of kept weights; null of others. */
export function keptStep(weights: string): number | null {
  const [, step] = KEPT.exec(weights) ?? [];
  return step === undefined ? null : Number(step);
}

export const weightsChoiceSchema = v.custom<WeightsChoice>(
  (value) =>
    typeof value === "string" &&
    ((NAMED_WEIGHTS as readonly string[]).includes(value) || keptStep(value) !== null),
  `weights are ${NAMED_WEIGHTS.join(", ")} or kept-STEP`,
);

/** A validation row whose class the network gets wrong. */
export const mistakeSchema = v.object({
  /** Row of the split, from 0. */
  row: v.number(),
  label: v.number(),
  predicted: v.number(),
  /** Share that the softmax gives the right class; NaN without classes. */
  probability: measuredNumberSchema,
  loss: measuredNumberSchema,
  /** As stored. */
  features: valuesSchema,
});
export type Mistake = v.InferOutput<typeof mistakeSchema>;

/** Rows of one class that were taken for one class. */
export const confusionCellSchema = v.object({
  label: v.number(),
  predicted: v.number(),
  count: v.number(),
  /** The first of them. */
  rows: v.array(v.number()),
});
export type ConfusionCell = v.InferOutput<typeof confusionCellSchema>;

/** Whether of the rows that were given a probability so many are right. */
export const calibrationSchema = v.object({
  /** Tenths of the probability of the class that was said. */
  bins: v.array(
    v.object({ count: v.number(), probability: measuredNumberSchema, accuracy: measuredNumberSchema }),
  ),
  /** Mean |accuracy − probability| over the rows' bins: the expected calibration error. */
  error: measuredNumberSchema,
});
export type Calibration = v.InferOutput<typeof calibrationSchema>;

/** One number that is predicted, in the data's own units. */
export const regressionSchema = v.object({
  name: v.string(),
  r2: measuredNumberSchema,
  mae: measuredNumberSchema,
  rmse: measuredNumberSchema,
  points: v.array(
    v.object({ row: v.number(), wanted: measuredNumberSchema, predicted: measuredNumberSchema }),
  ),
  /** Predicted less true. */
  residuals: v.object({ lo: v.number(), hi: v.number(), counts: v.array(v.number()) }),
});
export type Regression = v.InferOutput<typeof regressionSchema>;

/** What a network makes of a plane, for data of two features; row by row from the top. */
export const unitPicturesSchema = v.object({
  side: v.number(),
  /** Corners, as the network sees its features. */
  lo: v.tuple([v.number(), v.number()]),
  hi: v.tuple([v.number(), v.number()]),
  /** Training rows: x, y and target, one after another. */
  points: floatsSchema,
  /** The class that is said; null for numbers. */
  classes: v.nullable(bytesSchema),
  /** Its probability, or the number from lowest to highest, 0 to 255. */
  shares: bytesSchema,
  units: v.array(
    v.object({ title: v.string(), lo: measuredNumberSchema, hi: measuredNumberSchema, values: bytesSchema }),
  ),
});
export type UnitPictures = v.InferOutput<typeof unitPicturesSchema>;

/** How much worse a network is when one feature says nothing. */
export const importanceSchema = v.object({
  loss: measuredNumberSchema,
  rows: v.number(),
  /** The largest first; by how much the loss grows when the feature's values are mixed among the rows. */
  features: v.array(v.object({ name: v.string(), rise: measuredNumberSchema })),
});
export type Importance = v.InferOutput<typeof importanceSchema>;

/** A row with what its own gradient says of it. */
export const exampleSchema = v.object({
  row: v.number(),
  features: valuesSchema,
  /** d loss / d x of this row: x.g, one a feature. */
  saliency: floatsSchema,
  outputs: v.array(measuredNumberSchema),
  probabilities: v.array(measuredNumberSchema),
  /** As the network has them. */
  targets: v.array(measuredNumberSchema),
});
export type Example = v.InferOutput<typeof exampleSchema>;

/** What a network has learned, seen on the validation rows; on the training rows where it has no others. */
export const learnedSchema = v.object({
  runId: v.string(),
  weights: weightsChoiceSchema,
  step: v.number(),
  split: v.picklist(["train", "valid"]),
  rows: v.number(),
  layout: v.nullable(layoutSchema),
  /** That rows which are images are drawn on. */
  pixelRange: v.nullable(pixelRangeSchema),
  featureNames: v.array(v.string()),
  /** Of the data; empty where it has numbers. */
  classNames: v.array(v.string()),
  /** Rows of each class by predicted class, of classes; cells without a row are not listed. */
  confusion: v.array(confusionCellSchema),
  /** Rows whose class was found. */
  right: v.number(),
  calibration: v.nullable(calibrationSchema),
  /** One a number that is predicted. */
  regressions: v.array(regressionSchema),
  pictures: v.nullable(unitPicturesSchema),
  /** The largest losses first. */
  mistakes: v.array(mistakeSchema),
  /** Weights of the first layer's units, as many as are shown; each as long as an image. */
  firstLayer: v.array(floatsSchema),
  firstLayerUnits: v.number(),
  /** The last hidden layer's values of some rows on their two principal axes. */
  embedding: v.nullable(
    v.object({
      points: v.array(v.object({ x: v.number(), y: v.number(), label: v.number() })),
      /** Shares of the variance on the two axes. */
      explained: v.tuple([v.number(), v.number()]),
    }),
  ),
  /** Why there is no embedding, or "". */
  embeddingNote: v.string(),
});
export type Learned = v.InferOutput<typeof learnedSchema>;

/** What a network makes of one image. */
export const predictionSchema = v.object({
  /** Of each class; empty for a regression. */
  probabilities: v.array(measuredNumberSchema),
  /** The network's output itself. */
  outputs: v.array(measuredNumberSchema),
  /** Values of each layer with an activation, in order. */
  activations: v.array(v.object({ title: v.string(), values: v.array(measuredNumberSchema) })),
});
export type Prediction = v.InferOutput<typeof predictionSchema>;

/** One drawn image: 28 × 28 grey values, 0 to 255. */
export const drawnImageSchema = v.pipe(
  v.instance(Uint8Array),
  v.check(({ length }) => length === 784, "784 pixels"),
);
