import * as v from "valibot";

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
});
export type StepProfile = v.InferOutput<typeof stepProfileSchema>;
