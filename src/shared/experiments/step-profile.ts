import * as v from "valibot";
import { machineConditionsSchema } from "../runs/machine-conditions.ts";
import { machineSchema } from "../runs/run-records.ts";
import { asItWasRun } from "../specs/as-it-was-run.ts";
import { threadsSchema } from "../specs/threads.ts";
import { trainSpecSchema } from "../specs/train-spec.ts";

const microseconds = v.number();

/** Where the time of a training step goes, by op and worker: medians over all profiled steps. */
export const stepProfileSchema = v.object({
  /** "784-50-10". */
  network: v.string(),
  batchSize: v.number(),
  threads: v.number(),
  /** Steps without clocks beside the ops: median and quartiles of the time from one loss to the next. */
  plain: v.object({ steps: v.number(), medianUs: microseconds, lowUs: microseconds, highUs: microseconds }),
  /** The same steps with clocks, which cost some 50 ns a look: the median. */
  profiled: v.object({ steps: v.number(), medianUs: microseconds }),
  /** In the order in which they are carried out. */
  ops: v.array(
    v.object({
      op: v.string(),
      /** What it makes, for example "z1". */
      makes: v.string(),
      /** Ops of one group go through the same rows block by block; from 1. */
      group: v.number(),
      /** By worker: in the op, and before it at the barrier of its group. */
      workers: v.array(v.object({ us: microseconds, waitUs: microseconds })),
    }),
  ),
  /** By worker: what is left of the median step, between the ops. */
  restUs: v.array(microseconds),
  /** Null in runs of older versions. */
  conditions: v.optional(v.nullable(machineConditionsSchema), null),
});
export type StepProfile = v.InferOutput<typeof stepProfileSchema>;

export const profileOrderSchema = v.object({ spec: trainSpecSchema, threads: threadsSchema });

/** What a run of a profile has found: the training whose step it was, and its profile. */
export const profileReportSchema = v.object({
  spec: asItWasRun(trainSpecSchema),
  profile: stepProfileSchema,
});

export const profileRecordSchema = v.object({
  runId: v.string(),
  machine: machineSchema,
  report: profileReportSchema,
});
export type ProfileRecord = v.InferOutput<typeof profileRecordSchema>;
