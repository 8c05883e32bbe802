import * as v from "valibot";
import { measuredNumberSchema } from "../runs/run-records.ts";

const bytesSchema = v.custom<Uint8Array>((value) => value instanceof Uint8Array, "must be bytes");
const floatsSchema = v.custom<Float32Array>((value) => value instanceof Float32Array, "must be floats");

/** Which weights of a training: at its end, of the lowest validation loss, or where it was cut short. */
export const weightsChoiceSchema = v.picklist(["final", "best", "latest"]);
export type WeightsChoice = v.InferOutput<typeof weightsChoiceSchema>;

/** A validation image that the network gets wrong, or a new one. */
export const mistakeSchema = v.object({
  /** Row of the split, from 0. */
  row: v.number(),
  label: v.number(),
  predicted: v.number(),
  /** Share that the softmax gives the right class; NaN without classes. */
  probability: measuredNumberSchema,
  loss: measuredNumberSchema,
  /** 28 × 28 grey values. */
  pixels: bytesSchema,
});
export type Mistake = v.InferOutput<typeof mistakeSchema>;

/** What a network has learned, seen on the validation rows; on the training rows where it has no others. */
export const learnedSchema = v.object({
  runId: v.string(),
  weights: weightsChoiceSchema,
  step: v.number(),
  split: v.picklist(["train", "valid"]),
  rows: v.number(),
  /** Rows of each class by predicted class. */
  confusion: v.array(v.array(v.number())),
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
