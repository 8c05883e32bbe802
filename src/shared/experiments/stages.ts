import * as v from "valibot";
import { asItWasRun } from "../specs/as-it-was-run.ts";
import { machineConditionsSchema } from "../runs/machine-conditions.ts";
import { threadsSchema } from "../specs/threads.ts";
import { machineSchema, measuredNumberSchema as measured } from "../runs/run-records.ts";
import { wholeNumber } from "../specs/number-schemas.ts";

/**
 * The ways in which the notebook's backward pass is written; `module-unfused` is the third carried out op by op, to
 * show what fusion gains.
 */
export const STAGE_IDS = [
  "functions",
  "layer-classes",
  "module",
  "module-unfused",
  "autograd",
  "tfjs",
] as const;
export const stageIdSchema = v.picklist(STAGE_IDS);
export type StageId = v.InferOutput<typeof stageIdSchema>;

export const stagesSettingsSchema = v.object({
  seed: wholeNumber("seed", 0, 0xffffffff),
  /** Training rows: the first `rows` of the 50,000. */
  rows: wholeNumber("rows", 1, 50_000),
  threads: threadsSchema,
  /** Timed calls a stage and pass, after warm-up. */
  samples: wholeNumber("samples", 5, 200),
});
export type StagesSettings = v.InferOutput<typeof stagesSettingsSchema>;

/** The notebook's list of layers that the base class does not see: what parameters() finds in two models. */
export const registrationLessonSchema = v.object({
  /** Models of the same layers, and the shapes of the parameters that each one's parameters() gives. */
  models: v.array(v.object({ name: v.string(), code: v.string(), parameters: v.array(v.array(v.number())) })),
  /** The base class's parameters(), which finds them. */
  code: v.string(),
  source: v.string(),
});
export type RegistrationLesson = v.InferOutput<typeof registrationLessonSchema>;

/** What a stage is, before anything runs. */
export const stageDescriptionSchema = v.object({
  id: stageIdSchema,
  /** "1" to "5"; "3b" without fusion. */
  number: v.string(),
  name: v.string(),
  /** The idea in two sentences. */
  idea: v.string(),
  /** The code that runs, cut from its source file. */
  code: v.string(),
  source: v.string(),
  /** Why it cannot run here, or "". */
  unavailable: v.string(),
  /** With the stage that has modules of its own. */
  lesson: v.nullable(registrationLessonSchema),
});
export type StageDescription = v.InferOutput<typeof stageDescriptionSchema>;

/** Times of one pass. */
export const passReportSchema = v.object({
  medianMs: measured,
  iqrMs: measured,
  /** After the warm-up calls. */
  samplesMs: v.array(measured),
  /** Processor time of all threads, a call. */
  cpuMs: measured,
});
export type PassReport = v.InferOutput<typeof passReportSchema>;

export const stageResultSchema = v.object({
  id: stageIdSchema,
  status: v.picklist(["measured", "unavailable", "cancelled", "failed"]),
  loss: measured,
  forward: passReportSchema,
  backward: passReportSchema,
  /** Forward and backward in one go: nothing in between reads the clock, and blocks of rows go through both. */
  both: passReportSchema,
  /** Allocated at the same time, without data and weights; NaN where it is not known. */
  peakBytes: measured,
  /** Ops in the program, forward and backward; NaN where it is not known. */
  ops: measured,
  /** Steps between barriers that the plan made of them; NaN where there is no plan. */
  groups: measured,
  note: v.string(),
});
export type StageResult = v.InferOutput<typeof stageResultSchema>;

/** One gradient of two stages. */
export const stagePairSchema = v.object({
  first: stageIdSchema,
  second: stageIdSchema,
  tensor: v.picklist(["x", "w1", "b1", "w2", "b2"]),
  /** Within rtol 1e-3, atol 1e-5. */
  allclose: v.boolean(),
  maxAbs: measured,
  relMax: measured,
  relNorm: measured,
  /** allclose, and relMax and relNorm at most their limits; 1e-5 for the relNorm of x, else 1e-3. */
  equal: v.boolean(),
});
export type StagePair = v.InferOutput<typeof stagePairSchema>;

/** How many times as long one stage takes as another. */
export const stageGainSchema = v.object({
  slower: stageIdSchema,
  faster: stageIdSchema,
  pass: v.picklist(["forward", "backward", "both"]),
  ratio: measured,
  /** Holds 95 % of the ratios of medians of samples drawn again. */
  low: measured,
  high: measured,
});
export type StageGain = v.InferOutput<typeof stageGainSchema>;

export const stagesReportSchema = v.object({
  settings: asItWasRun(stagesSettingsSchema),
  results: v.array(stageResultSchema),
  pairs: v.array(stagePairSchema),
  gains: v.array(stageGainSchema),
  /** Units at the relu's kink within rounding, where both of two gradients count as right. */
  kinks: v.number(),
  notes: v.array(v.string()),
  /** Null while the stages run, and in runs of older versions. */
  conditions: v.optional(v.nullable(machineConditionsSchema), null),
});
export type StagesReport = v.InferOutput<typeof stagesReportSchema>;

export const stagesRecordSchema = v.object({
  runId: v.string(),
  machine: machineSchema,
  report: stagesReportSchema,
});
export type StagesRecord = v.InferOutput<typeof stagesRecordSchema>;
