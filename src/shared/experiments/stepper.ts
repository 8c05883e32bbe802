import * as v from "valibot";
import { networkSpecSchema } from "../specs/network-spec.ts";
import { histogramSchema, measuredNumberSchema as measured } from "../runs/run-records.ts";
import { threadsSchema } from "../specs/threads.ts";

export const stepperSettingsSchema = v.object({
  network: networkSpecSchema,
  threads: threadsSchema,
});
export type StepperSettings = v.InferOutput<typeof stepperSettingsSchema>;

/** A tensor as it is after its step. */
export const tracedTensorSchema = v.object({
  id: v.string(),
  /** x, y, w1, z1, a1, L, dz1, dW1 … */
  name: v.string(),
  /** Of what it was made, "x @ w1 + b1"; "" for what is given. */
  formula: v.string(),
  role: v.picklist(["data", "parameter", "activation", "loss", "gradient"]),
  shape: v.array(v.number()),
  bytes: v.number(),
  mean: measured,
  std: measured,
  min: measured,
  max: measured,
  zeroShare: measured,
  histogram: histogramSchema,
  /** At most 32 × 64 values: all of a small tensor, else every so many-th row and column; `shown` says which. */
  values: v.object({
    rows: v.number(),
    columns: v.number(),
    values: v.array(measured),
    shown: v.picklist(["all values", "a sample"]),
  }),
});
export type TracedTensor = v.InferOutput<typeof tracedTensorSchema>;

/** One op of the forward or the backward pass. */
export const tracedStepSchema = v.object({
  /** 0-based, in order. */
  index: v.number(),
  pass: v.picklist(["forward", "loss", "backward"]),
  /** The op's name in the op table. */
  op: v.string(),
  /** "x @ w1", "bias added", in words a student reads. */
  title: v.string(),
  /** KaTeX. */
  formula: v.string(),
  /** One sentence: what it does and why it is there. */
  sentence: v.string(),
  inputs: v.array(v.string()),
  outputs: v.array(v.string()),
  /** Median of the timed calls, alone, without fusion. */
  ms: measured,
  /** Read and written. */
  bytes: v.number(),
  multiplyAdds: v.number(),
});
export type TracedStep = v.InferOutput<typeof tracedStepSchema>;

export const traceSchema = v.object({
  settings: stepperSettingsSchema,
  title: v.string(),
  loss: measured,
  /** In the arena at a time: as it was forecast, and as it was counted. */
  memory: v.object({ forecastBytes: v.number(), peakBytes: v.number() }),
  tensors: v.array(tracedTensorSchema),
  steps: v.array(tracedStepSchema),
  notes: v.array(v.string()),
});
export type Trace = v.InferOutput<typeof traceSchema>;
