import * as v from "valibot";
import { machineSchema, measuredNumberSchema } from "../runs/run-records.ts";
import { asItWasRun } from "../specs/as-it-was-run.ts";
import { trainSpecSchema } from "../specs/train-spec.ts";

/** Rates from the lowest to the highest, evenly in the logarithm, one a step, for each of so many seeds. */
export const LR_SEARCH = {
  lowestLr: 1e-6,
  highestLr: 10,
  steps: 200,
  /** One seed's curve is as much noise as loss; the middle of five is not. */
  seeds: 5,
} as const;

/** What the loss of one seed has come to while the learning rate rose. */
const seedVerdictSchema = v.object({
  seed: v.number(),
  /** How many of the steps come before the loss runs away. */
  steps: v.number(),
  /** Where the smoothed loss falls fastest; null when it falls no further than its noise. */
  suggested: v.nullable(v.number()),
  /** Why the search ended. */
  reason: v.string(),
  /** Whether it came to its end; what was cut short suggests nothing. */
  whole: v.boolean(),
});

/** The same with its curve, a point a step. */
export const seedSearchSchema = v.object({
  ...seedVerdictSchema.entries,
  points: v.array(v.object({ lr: v.number(), loss: measuredNumberSchema, smoothed: measuredNumberSchema })),
});
export type SeedSearch = v.InferOutput<typeof seedSearchSchema>;

/** What a search leaves beside its curves, which are metrics of its run: the spec's own seed comes first. */
export const lrSearchReportSchema = v.object({
  /** The training whose rate was searched. */
  spec: asItWasRun(trainSpecSchema),
  searches: v.array(seedVerdictSchema),
  /** The middle of what the seeds suggest; null where too few do. */
  suggested: v.nullable(v.number()),
  /** How that was come by, in words. */
  reason: v.string(),
});
export type LrSearchReport = v.InferOutput<typeof lrSearchReportSchema>;

export const lrSearchRecordSchema = v.object({
  runId: v.string(),
  machine: machineSchema,
  report: v.object({ ...lrSearchReportSchema.entries, searches: v.array(seedSearchSchema) }),
});
export type LrSearchRecord = v.InferOutput<typeof lrSearchRecordSchema>;
export type LrSearch = LrSearchRecord["report"];

/** What the losses of the seed number `index`, from 0, are recorded as: searches with other seeds are compared by place. */
export const seedMetrics = (index: number) => ({
  loss: `loss ${index + 1}`,
  smoothed: `smoothed loss ${index + 1}`,
});
