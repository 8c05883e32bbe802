import * as v from "valibot";
import { INSTRUCTION_SETS } from "../engine/instruction-sets.ts";
import { sweepSpecSchema } from "../specs/sweep-spec.ts";
import { givenWeightsSchema } from "./training.ts";

const text = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(1_000));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/**
 * What a sweep asks of a cluster. Only what is given is passed on to Slurm: no default is forced on a cluster that
 * refuses it.
 */
export const clusterOptionsSchema = v.object({
  partition: v.optional(text),
  account: v.optional(text),
  qos: v.optional(text),
  /** As sbatch takes it: minutes, or [days-]hours:minutes:seconds. */
  time: v.optional(text),
  cpusPerTask: v.optional(count),
  mem: v.optional(text),
  constraint: v.optional(text),
  /** Tasks that run at once, at most. */
  arrayLimit: v.optional(count),
  /** Options that go to sbatch as they are, each "--name" or "--name=value". */
  sbatchOptions: v.optional(v.array(text), []),
  /** Trainings a task; worked out where nothing is said. */
  chunk: v.optional(count),
  /** Node on a compute node; "node" on its path where nothing is said. */
  node: v.optional(text),
  /** Lines of a shell before it: 'module load nodejs/24'. */
  setup: v.optional(v.pipe(v.string(), v.maxLength(10_000))),
  /** Points a series that come back, at most; all of up to 1,000 trainings, else 500. */
  points: v.optional(count),
  /** Threads of a training; they decide the last bits of its losses. `cpusPerTask`, else 1. */
  threads: v.optional(count),
  kernels: v.optional(v.picklist(INSTRUCTION_SETS)),
  /** A login node, as ssh takes it. Without one Slurm is on this machine's path. */
  host: v.optional(v.pipe(text, v.regex(/^[^-\s][^\s]*$/, "expected a host as ssh takes it"))),
  /** Seconds between two states of a training that are kept in the sweep's folder. */
  saveEvery: v.optional(v.pipe(v.number(), v.minValue(1)), 60),
});
export type ClusterOptions = v.InferOutput<typeof clusterOptionsSchema>;

/** How a training of a sweep stands; see docs/cluster.md. */
export const TRAINING_STATES = [
  "collected",
  "done",
  "running",
  "waiting",
  "failed",
  "lost",
  "unknown",
] as const;
export const trainingStateNameSchema = v.picklist(TRAINING_STATES);
export type TrainingStateName = v.InferOutput<typeof trainingStateNameSchema>;

export const sweptTrainingSchema = v.object({
  index: v.number(),
  /** The run's id, the same wherever it is trained with these kernels and threads. */
  run: v.string(),
  /** "optimizer.lr 0.1, seed 2". */
  note: v.string(),
  state: trainingStateNameSchema,
  /** Why, in words; "" where nothing need be said. */
  reason: v.string(),
  node: v.string(),
  step: v.nullable(v.number()),
  of: v.nullable(v.number()),
  loss: v.nullable(v.number()),
  /** Of one that is done or collected: the same spec diverges again, so that is its result. */
  diverged: v.boolean(),
  /** Of one that has failed or is lost: what is there of it, a state that can be collected, or one that is. */
  left: v.picklist(["nothing", "kept", "collected"]),
});
export type SweptTraining = v.InferOutput<typeof sweptTrainingSchema>;

export const clusterSweepStatusSchema = v.object({
  dir: v.string(),
  name: v.string(),
  id: v.string(),
  createdAt: v.string(),
  host: v.nullable(v.string()),
  /** When this was found out, ISO 8601 UTC. */
  at: v.string(),
  /** Why Slurm was not heard, or "". */
  problem: v.string(),
  /** When Slurm was last heard, ISO 8601 UTC; null where it never was. */
  heardAt: v.nullable(v.string()),
  counts: v.object({
    collected: v.number(),
    done: v.number(),
    running: v.number(),
    waiting: v.number(),
    failed: v.number(),
    lost: v.number(),
    unknown: v.number(),
  }),
  /** Trainings that are done, or have failed or are lost and left something, and are not in the database. */
  toCollect: v.number(),
  trainings: v.array(sweptTrainingSchema),
});
export type ClusterSweepStatus = v.InferOutput<typeof clusterSweepStatusSchema>;

/** Whether nothing waits or runs any more, as far as is known. */
export const isOver = ({ counts }: Pick<ClusterSweepStatus, "counts">): boolean =>
  counts.running + counts.waiting + counts.unknown === 0;

/** What a collection has done. */
export const collectedSweepSchema = v.object({
  /** Runs that were not there, or were there unfinished. */
  added: v.array(v.string()),
  /** Of these, what trainings that have failed or are lost had. */
  unfinished: v.array(v.string()),
  /** There already, finished. */
  skipped: v.array(v.string()),
  /** Skipped, and in the trash. */
  inTrash: v.array(v.string()),
  /** Bundles that could not be read, each with why. Their trainings count as lost. */
  damaged: v.array(v.object({ index: v.number(), file: v.string(), reason: v.string() })),
  /** Where states were left for another time: why Slurm was not heard. Or "". */
  problem: v.string(),
});
export type CollectedSweep = v.InferOutput<typeof collectedSweepSchema>;

/** What submitting has done. */
export const submittedSweepSchema = v.object({
  dir: v.string(),
  trainings: v.number(),
  tasks: v.number(),
  /** Trainings that are submitted now; none where all are done or queued. */
  submitted: v.number(),
  job: v.nullable(v.string()),
  /** The command that submits, or would have; null where there is nothing to submit. */
  command: v.nullable(v.string()),
});
export type SubmittedSweep = v.InferOutput<typeof submittedSweepSchema>;

/** Whether there is a Slurm; `cluster` is its name, or null, and then `why` says what is missing. */
export const clusterFoundSchema = v.object({ cluster: v.nullable(v.string()), why: v.string() });
export type ClusterFound = v.InferOutput<typeof clusterFoundSchema>;

/** A sweep that was submitted from the window. */
export const knownSweepSchema = v.object({
  id: v.string(),
  name: v.string(),
  createdAt: v.string(),
  trainings: v.number(),
  dir: v.string(),
  host: v.nullable(v.string()),
  /** What is done is taken by itself, while the app is open. */
  collectsByItself: v.boolean(),
});
export type KnownSweep = v.InferOutput<typeof knownSweepSchema>;

export const scriptPreviewRequestSchema = v.object({
  options: clusterOptionsSchema,
  trainings: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
});
export type ScriptPreviewRequest = v.InferOutput<typeof scriptPreviewRequestSchema>;

/** A sweep of the window; where its folder goes, main asks. */
export const windowSweepRequestSchema = v.object({
  sweep: sweepSpecSchema,
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(100)),
  options: clusterOptionsSchema,
  prepareOnly: v.boolean(),
  /** Of all its trainings. */
  weights: givenWeightsSchema,
});
export type WindowSweepRequest = v.InferOutput<typeof windowSweepRequestSchema>;
