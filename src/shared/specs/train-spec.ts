import * as v from "valibot";
import { issuesWords } from "../ipc/issue-words.ts";
import { asItWasRun } from "./as-it-was-run.ts";
import type { TrainLayerSpec } from "./layer-spec.ts";
import { networkSpecEntries, holdsBatchNorm, networkMisfit } from "./network-spec.ts";
import { wholeNumber } from "./number-schemas.ts";

const share = (what: string) =>
  v.pipe(
    v.number(`${what} must be a number`),
    v.minValue(0, `${what} must be at least 0`),
    v.maxValue(1, `${what} must be at most 1`),
  );
/** As torch's decay rates: 1 would never let go of what it began with, and divide by 1 − 1. */
const decayRate = (what: string) =>
  v.pipe(
    share(what),
    v.check((value) => value < 1, `${what} must be below 1`),
  );
const notNegative = (what: string) =>
  v.pipe(
    v.number(`${what} must be a number`),
    v.finite(`${what} must be finite`),
    v.minValue(0, `${what} must be at least 0`),
  );
const positive = (what: string) =>
  v.pipe(
    v.number(`${what} must be a number`),
    v.finite(`${what} must be finite`),
    v.check((value) => value > 0, `${what} must be above 0`),
  );
const lr = positive("learning rate");
const weightDecay = v.optional(notNegative("weight decay"), 0);
const adamEntries = {
  lr,
  beta1: v.optional(decayRate("beta1"), 0.9),
  beta2: v.optional(decayRate("beta2"), 0.999),
  eps: v.optional(positive("eps"), 1e-8),
};

/** Names, defaults and limits as in torch.optim: what its constructors refuse is refused here. */
export const optimizerSchema = v.variant("name", [
  v.strictObject({
    name: v.literal("sgd"),
    lr,
    momentum: v.optional(share("momentum"), 0),
    nesterov: v.optional(v.boolean("nesterov must be true or false"), false),
    weightDecay,
  }),
  v.strictObject({ name: v.literal("adam"), ...adamEntries, weightDecay }),
  v.strictObject({ name: v.literal("adamw"), ...adamEntries, weightDecay: v.optional(weightDecay, 0.01) }),
  v.strictObject({
    name: v.literal("rmsprop"),
    lr,
    alpha: v.optional(share("alpha"), 0.99),
    eps: v.optional(positive("eps"), 1e-8),
    weightDecay,
  }),
  v.strictObject({
    name: v.literal("adagrad"),
    lr,
    lrDecay: v.optional(notNegative("lrDecay"), 0),
    initialAccumulatorValue: v.optional(notNegative("initialAccumulatorValue"), 0),
    eps: v.optional(positive("eps"), 1e-10),
    weightDecay,
  }),
]);

const warmupSteps = v.optional(wholeNumber("warm-up steps", 0, 1_000_000), 0);
export const scheduleSchema = v.variant("name", [
  v.strictObject({ name: v.literal("constant"), warmupSteps }),
  v.strictObject({
    name: v.literal("step"),
    warmupSteps,
    every: wholeNumber("every", 1, 10_000_000),
    gamma: positive("gamma"),
  }),
  v.strictObject({ name: v.literal("cosine"), warmupSteps }),
  v.strictObject({ name: v.literal("oneCycle"), warmupSteps }),
]);

interface StepCounts {
  readonly data: { readonly rows: number };
  readonly batchSize: number;
  readonly dropLast: boolean;
  readonly epochs?: number | undefined;
  readonly steps?: number | undefined;
}

/** Why batch norm cannot train on these batches, or "": the variance of one row is 0. */
export function batchNormMisfit(spec: StepCounts & { readonly layers: readonly TrainLayerSpec[] }): string {
  if (!holdsBatchNorm(spec.layers)) return "";
  const { data, batchSize, dropLast } = spec;
  const { perEpoch, total } = stepsOf(spec);
  const expected = "batch norm expects more than 1 value per channel when it trains";
  if (batchSize === 1) return `${expected}; the batch size is 1: make it at least 2`;
  const lastIsOne = data.rows % batchSize === 1 && !dropLast;
  return lastIsOne && total >= perEpoch
    ? `${expected}; the last batch of ${data.rows} rows in batches of ${batchSize} has 1 row: ` +
        "change the batch size or the rows, or leave the last batch out with dropLast"
    : "";
}

/** Without `validRows` in a spec. */
export const DEFAULT_VALID_ROWS = 10_000;

/** A network with its data, and how it is trained: all that is needed to repeat the training. */
export const trainSpecSchema = v.pipe(
  v.strictObject({
    ...networkSpecEntries,
    optimizer: optimizerSchema,
    schedule: v.optional(scheduleSchema, { name: "constant", warmupSteps: 0 }),
    /** Longest norm of all gradients together; null for no clipping. */
    clipNorm: v.optional(v.nullable(positive("clip norm")), null),
    batchSize: wholeNumber("batch size", 1, 1_000_000),
    /** Either these or `steps`. */
    epochs: v.optional(wholeNumber("epochs", 1, 100_000)),
    steps: v.optional(wholeNumber("steps", 1, 100_000_000)),
    /** Rows in a new order each epoch, drawn by the seed; else as they lie. */
    shuffle: v.optional(v.boolean("shuffle must be true or false"), true),
    /** Leave out the rows that do not fill the last batch of an epoch. */
    dropLast: v.optional(v.boolean("dropLast must be true or false"), false),
    /** Rows of the validation split that are evaluated after each epoch; 0 for none. */
    validRows: v.optional(wholeNumber("validRows", 0, 1_000_000), DEFAULT_VALID_ROWS),
    /** Training images are moved by up to so many pixels each way, anew at each step. */
    augmentShift: v.optional(wholeNumber("augmentShift", 0, 10), 0),
    /** Statistics of all layers at every n-th step; 0 for never. */
    statisticsEvery: v.optional(wholeNumber("statisticsEvery", 0, 1_000_000), 10),
    /** Ends the training after so many epochs whose validation loss was not lower by `minDelta`. */
    earlyStop: v.optional(
      v.strictObject({
        patience: wholeNumber("patience", 1, 10_000),
        minDelta: v.optional(notNegative("minDelta"), 0),
      }),
    ),
    /** Ends the training when the validation loss (or, without one, the training loss) is this low. */
    stopAtLoss: v.optional(positive("stopAtLoss")),
    /** Ends the training at the end of the quarter of a second in which this time has passed. */
    stopAfterSeconds: v.optional(positive("stopAfterSeconds")),
    /** Checkpoints that stay, beside the latest and the best ones. */
    keepEveryMinutes: v.optional(positive("keepEveryMinutes")),
    /** Weights to begin with, instead of drawn ones: w1.npy, b1.npy, … after the prefix, or one .safetensors file. */
    weights: v.optional(
      v.union([
        v.strictObject({ dir: v.pipe(v.string(), v.minLength(1)), prefix: v.optional(v.string(), "") }),
        v.strictObject({ file: v.pipe(v.string(), v.minLength(1)) }),
      ]),
    ),
  }),
  v.check(
    (spec) => networkMisfit(spec) === "",
    ({ input }) => networkMisfit(input),
  ),
  v.check(
    ({ epochs, steps }) => (epochs === undefined) !== (steps === undefined),
    "give either epochs or steps",
  ),
  v.check(
    ({ earlyStop, validRows }) => earlyStop === undefined || validRows > 0,
    "earlyStop looks at the validation loss: validRows must be above 0",
  ),
  v.check(
    ({ batchSize, data, dropLast }) => !dropLast || batchSize <= data.rows,
    "with dropLast the batch size must be at most the number of rows",
  ),
  v.check(
    ({ optimizer }) => optimizer.name !== "sgd" || !optimizer.nesterov || optimizer.momentum > 0,
    "Nesterov momentum needs a momentum above 0",
  ),
  v.check(
    (spec) => batchNormMisfit(spec) === "",
    ({ input }) => batchNormMisfit(input),
  ),
);
export type TrainSpec = v.InferOutput<typeof trainSpecSchema>;

/**
 * A saved spec, read again: also one with values that are refused today, so that what was trained can be looked at;
 * `refusal` says why it cannot be trained any more, or "".
 *
 * @throws {v.ValiError} If it is no spec.
 */
export function readSavedTrainSpec(saved: unknown): { readonly spec: TrainSpec; readonly refusal: string } {
  const spec = v.parse(asItWasRun(trainSpecSchema), saved);
  const { issues } = v.safeParse(trainSpecSchema, saved);
  return { spec, refusal: issues === undefined ? "" : issuesWords(issues) };
}

/** Steps of one epoch, and of the whole training. */
export function stepsOf({ data, batchSize, dropLast, epochs, steps }: StepCounts): {
  readonly perEpoch: number;
  readonly total: number;
} {
  const perEpoch = dropLast ? Math.floor(data.rows / batchSize) : Math.ceil(data.rows / batchSize);
  return { perEpoch, total: steps ?? perEpoch * (epochs ?? 1) };
}
