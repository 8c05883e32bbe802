import * as v from "valibot";
import type { MetricName } from "../../core/network/metrics.ts";
import { forecastSchema } from "./forecast.ts";
import { trainSpecSchema } from "../specs/train-spec.ts";
import { threadsSchema } from "../specs/threads.ts";

/** Trainings that the window's queue takes at once. */
export const MOST_QUEUED = 1_000;

/** Names of the metrics that a step records; all but the loss every few steps only. */
export const STATISTIC_NAMES = {
  loss: "loss",
  lr: "lr",
  gradientNorm: "gradient norm",
  /** Of the activation layer number `index`, from 1. */
  activation: (index: number) => ({
    mean: `activation ${index} mean`,
    std: `activation ${index} std`,
    /** Share of units that no row of the batch made active. */
    dead: `activation ${index} dead`,
  }),
  /** ‖Δw‖ / ‖w‖ of one weight matrix in one step. */
  updateRatio: (parameter: string) => `update ratio ${parameter}`,
} as const;

/** Asked for like a metric, but computed from the times of the steps: their speed without what is evaluated between them. */
export const STEP_SPEED = "steps per second";

/** Names of the metrics of whole sets, after each epoch. */
export const EPOCH_METRICS = {
  train: "trainLoss",
  trainAccuracy: "trainAccuracy",
  trainTopK: "trainTop5Accuracy",
  trainR2: "trainR2",
  trainMae: "trainMae",
  valid: "validLoss",
  validAccuracy: "validAccuracy",
  validTopK: "validTop5Accuracy",
  validR2: "validR2",
  validMae: "validMae",
} as const;

const EPOCH_NAMES = {
  accuracy: "Accuracy",
  topK: "TopK",
  r2: "R2",
  mae: "Mae",
} as const satisfies Record<MetricName, string>;
/** What a metric of one of both sets is recorded as. */
export const epochMetric = (set: "train" | "valid", name: MetricName): string =>
  EPOCH_METRICS[`${set}${EPOCH_NAMES[name]}`];

/** What a training will need, said before it starts; how many steps and metric points it will record at most. */
export const trainingForecastSchema = v.object({
  ...forecastSchema.entries,
  steps: v.number(),
  points: v.number(),
  /** Of the points, in the database and its backup. */
  diskBytes: v.number(),
});
export type TrainingForecast = v.InferOutput<typeof trainingForecastSchema>;

/** Bins of the activations' heat maps; what lies outside is not drawn. */
export const ACTIVATION_BINS = { lo: -4, hi: 12, bins: 64 } as const;

/** Between these an update of a weight matrix is neither too small to learn from nor too large to be safe. */
export const HEALTHY_UPDATE_RATIO = { lo: 1e-4, wanted: 1e-3, hi: 1e-2 } as const;

/** Content of a .safetensors file whose weights a training begins with. */
export const givenWeightsSchema = v.optional(
  v.custom<Uint8Array>((value) => value instanceof Uint8Array, "must be the bytes of a file"),
);

/** What the window starts: `again` runs a spec once more that has its run already. */
export const trainingRequestSchema = v.object({
  spec: trainSpecSchema,
  threads: threadsSchema,
  again: v.optional(v.boolean(), false),
  weights: givenWeightsSchema,
});

/** What may be asked of the training that is on. */
export const trainingControlSchema = v.variant("action", [
  v.object({ action: v.literal("pause") }),
  v.object({ action: v.literal("resume") }),
  v.object({
    action: v.literal("lr"),
    lr: v.pipe(v.number(), v.finite(), v.minValue(Number.MIN_VALUE, "the learning rate must be above 0")),
  }),
]);
export type TrainingControl = v.InferOutput<typeof trainingControlSchema>;

/** How the training that is on stands; null when none is. */
export const trainingStateSchema = v.nullable(
  v.object({
    runId: v.string(),
    paused: v.boolean(),
    /** Of the next step. */
    lr: v.number(),
    step: v.number(),
    totalSteps: v.number(),
    stepsPerEpoch: v.number(),
  }),
);
export type TrainingState = v.InferOutput<typeof trainingStateSchema>;

/** How the activations are spread at one step: counts in ACTIVATION_BINS for each activation layer. */
export const activationHistogramSchema = v.object({
  step: v.number(),
  layers: v.array(v.array(v.number())),
});
export type ActivationHistogram = v.InferOutput<typeof activationHistogramSchema>;

/** What a training in the queue is asked for with. */
export const queuedRequestSchema = v.pick(trainingRequestSchema, ["spec", "threads"]);
export type QueuedRequest = v.InferOutput<typeof queuedRequestSchema>;

/** A training that waits for its turn. */
export const queuedTrainingSchema = v.object({
  id: v.string(),
  title: v.string(),
  note: v.string(),
  queuedAt: v.string(),
  /** `held` until a person lets it go on: an earlier session has left it, or it did not start. */
  state: v.picklist(["waits", "held", "unreadable"]),
  /** Why it did not start or cannot be read, or "". */
  reason: v.string(),
});
export type QueuedTraining = v.InferOutput<typeof queuedTrainingSchema>;

/** What a training leaves behind besides metrics: the heat maps of its activations. */
export const trainingReportSchema = v.object({ histograms: v.array(activationHistogramSchema) });
export type TrainingReport = v.InferOutput<typeof trainingReportSchema>;
