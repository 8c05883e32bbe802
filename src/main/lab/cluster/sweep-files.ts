import * as v from "valibot";
import { clusterOptionsSchema } from "../../../shared/experiments/cluster-sweep.ts";
import { INSTRUCTION_SETS } from "../../../shared/engine/instruction-sets.ts";
import { sweepSpecSchema } from "../../../shared/specs/sweep-spec.ts";
import { trainSpecSchema } from "../../../shared/specs/train-spec.ts";

export const SWEEP_FORMAT = "backprop-lab-sweep";
export const SWEEP_VERSION = 1;

/** sweep.json: what all trainings of a sweep have in common. */
export const sweepOrderSchema = v.object({
  format: v.literal(SWEEP_FORMAT),
  version: v.literal(SWEEP_VERSION),
  /** A hash of all runs' ids, so of specs, code, data, threads and kernels. */
  id: v.string(),
  /** Its runs have it as their setting `sweep`. */
  name: v.string(),
  createdAt: v.string(),
  trainings: v.number(),
  chunk: v.number(),
  /** Of the Slurm job: no other sweep has it. */
  jobName: v.string(),
  threads: v.number(),
  kernels: v.picklist(INSTRUCTION_SETS),
  code: v.object({ appVersion: v.string(), kernelsHash: v.string() }),
  /** Points a series that come back, or null for all. */
  points: v.nullable(v.number()),
  /** What was learned comes back as well. */
  weights: v.boolean(),
  /** The folder as compute nodes see it. */
  dirOnCluster: v.string(),
  /** Imported data sets that come along. */
  datasets: v.array(v.string()),
  options: clusterOptionsSchema,
  sweep: sweepSpecSchema,
});
export type SweepOrder = v.InferOutput<typeof sweepOrderSchema>;

/** A line of plan.jsonl: one training. */
export const plannedTrainingSchema = v.object({
  index: v.number(),
  run: v.string(),
  choice: v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.null()])),
  note: v.string(),
  spec: trainSpecSchema,
  /** SHA-256 of the spec's JSON. */
  sha256: v.string(),
  /** A file in DIR with the weights to begin with, or null. */
  weights: v.nullable(v.string()),
});
export type PlannedTraining = v.InferOutput<typeof plannedTrainingSchema>;

/** What status and table need of a training: 10,000 specs are not checked again for it. */
export const planHeadSchema = v.pick(plannedTrainingSchema, ["index", "run", "note"]);
export type PlanHead = v.InferOutput<typeof planHeadSchema>;

/** A line of jobs.jsonl: before a submission, and after it. */
export const jobLineSchema = v.union([
  v.object({ submitting: v.string(), tasks: v.string(), at: v.string() }),
  v.object({ submitted: v.string(), job: v.string(), at: v.string() }),
  v.object({ refused: v.string(), message: v.string(), at: v.string() }),
]);
export type JobLine = v.InferOutput<typeof jobLineSchema>;

/** failed/0000.json */
export const failureSchema = v.object({
  reason: v.string(),
  /** The same spec fails again: its run is in done/ as well. */
  final: v.boolean(),
  attempt: v.string(),
  node: v.string(),
  at: v.string(),
});
export type Failure = v.InferOutput<typeof failureSchema>;

/** alive/TASK.json */
export const aliveSchema = v.object({
  task: v.number(),
  index: v.number(),
  step: v.nullable(v.number()),
  of: v.nullable(v.number()),
  loss: v.nullable(v.number()),
  node: v.string(),
  attempt: v.string(),
  at: v.string(),
});
export type Alive = v.InferOutput<typeof aliveSchema>;

/** A line of collected.jsonl. */
export const collectedLineSchema = v.object({
  index: v.number(),
  run: v.string(),
  database: v.string(),
  at: v.string(),
  /** Only what a training that was stopped had by then; those of earlier versions are all done. */
  unfinished: v.optional(v.boolean(), false),
});
export type CollectedLine = v.InferOutput<typeof collectedLineSchema>;

/** queue.json: what Slurm has said when it was last heard, for the time when it does not answer. */
export const seenQueueSchema = v.object({
  at: v.string(),
  queue: v.array(
    v.object({ job: v.string(), task: v.number(), state: v.string(), reason: v.string(), node: v.string() }),
  ),
});
export type SeenQueue = v.InferOutput<typeof seenQueueSchema>;

/** gone.json: since when Slurm has answered without a task, ISO 8601 UTC by task. */
export const goneSchema = v.record(v.string(), v.string());
export type Gone = v.InferOutput<typeof goneSchema>;
