import * as v from "valibot";
import { INSTRUCTION_SETS } from "../engine/instruction-sets.ts";

export const instructionSetSchema = v.picklist(INSTRUCTION_SETS);

/** One set of kernels as tested and timed. */
export const kernelTimingSchema = v.object({
  instructionSet: instructionSetSchema,
  /** Why it must not be used; null when every result was right. */
  failure: v.nullable(v.string()),
  /** Of one thread; 0 for one that failed. */
  gflops: v.number(),
});
export type KernelTiming = v.InferOutput<typeof kernelTimingSchema>;

/** A large product in blocks for one size of the second-level cache. */
export const blockTimingSchema = v.object({
  cacheBytes: v.number(),
  /** Of one thread. */
  gflops: v.number(),
});

/** For which second-level cache work is cut into blocks, and why. */
const blocksEntries = {
  cacheBytes: v.number(),
  /** What a core has of it, as the system says; null where it says nothing. */
  systemCacheBytes: v.nullable(v.number()),
  /** Empty where nothing was timed: kernels in plain loops, or a tuning that was pinned. */
  blocks: v.array(blockTimingSchema),
};

/** What one tuning found out about this CPU on this runtime. */
export const tuningSchema = v.object({
  /** ISO 8601 UTC. */
  measuredAt: v.string(),
  /** Fused multiply-adds of one thread without touching memory, in GFLOP/s; null where the runtime has none. */
  peakGflops: v.nullable(v.number()),
  kernels: v.array(kernelTimingSchema),
  chosen: instructionSetSchema,
  ...blocksEntries,
});
export type Tuning = v.InferOutput<typeof tuningSchema>;

/** A tuning as people see it. */
export const tuningReportSchema = v.object({
  measuredAt: v.string(),
  /** Measured since this start of the app, taken from the database, or chosen by whoever started it. */
  source: v.picklist(["measured", "saved", "pinned"]),
  peakGflops: v.nullable(v.number()),
  /** Every set of kernels this build has, in the order in which they are preferred. */
  kernels: v.array(
    v.object({
      ...kernelTimingSchema.entries,
      /** Of the peak, 0 to 1; null when there is none or the kernels failed. */
      peakShare: v.nullable(v.number()),
      chosen: v.boolean(),
    }),
  ),
  ...blocksEntries,
});
export type TuningReport = v.InferOutput<typeof tuningReportSchema>;
