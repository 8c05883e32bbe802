import * as v from "valibot";
import { asItWasRun } from "../specs/as-it-was-run.ts";
import { initialisationSchema } from "../specs/layer-spec.ts";
import { networkSpecSchema } from "../specs/network-spec.ts";
import { histogramSchema, machineSchema, measuredNumberSchema as measured } from "../runs/run-records.ts";
import { threadsSchema } from "../specs/threads.ts";

export const initSettingsSchema = v.object({
  network: networkSpecSchema,
  /** Drawn beside the network's own schemes, on the same seed, for all linear layers; null for one side only. */
  otherwise: v.nullable(initialisationSchema),
  /** Also go backwards, for the statistics of gradients. */
  gradients: v.boolean(),
  threads: threadsSchema,
});
export type InitSettings = v.InferOutput<typeof initSettingsSchema>;

/** The activity of measuring a draw, which is over in a moment: nothing need wait for it. */
export const MEASURING_TITLE = "Initialisation";

/** What is seen in one tensor. */
export const tensorReportSchema = v.object({
  shape: v.array(v.number()),
  mean: measured,
  /** Sample standard deviation, n − 1. */
  std: measured,
  min: measured,
  max: measured,
  /** Share of elements that are exactly 0. */
  zeroShare: measured,
  /** Units that are above 0 in no row; null where the layer has no such notion. */
  neverActiveShare: v.nullable(measured),
  /** Share of elements at the ends of tanh or sigmoid; null for others. */
  saturatedShare: v.nullable(measured),
  nan: v.number(),
  infinite: v.number(),
  /** 60 bins over mean ± 4 std, or the range of a saturating function. */
  histogram: histogramSchema,
});
export type TensorReport = v.InferOutput<typeof tensorReportSchema>;

/** A traffic light with the rule it applies and where that is from. */
export const lightSchema = v.object({
  verdict: v.picklist(["good", "watch", "bad"]),
  /** In words with the number: "std 0.02 is below 0.1: the signal has almost vanished". */
  reason: v.string(),
  rule: v.string(),
  source: v.string(),
});
export type Light = v.InferOutput<typeof lightSchema>;

export const layerReportSchema = v.object({
  /** 1-based position in the network. */
  position: v.number(),
  /** "linear 784→50", "relu − 0.5". */
  label: v.string(),
  type: v.string(),
  activation: tensorReportSchema,
  /** Of the layer's output; null when not asked for. */
  gradient: v.nullable(tensorReportSchema),
  /** Standard deviation of the weights, for a linear layer. */
  weightStd: v.nullable(measured),
  light: lightSchema,
});
export type LayerReport = v.InferOutput<typeof layerReportSchema>;

/** One network drawn once. */
export const initSideSchema = v.object({
  /** "Kaiming normal, fan in". */
  title: v.string(),
  input: tensorReportSchema,
  layers: v.array(layerReportSchema),
  loss: measured,
  /** Drawing, forward, backward and statistics. */
  ms: measured,
});
export type InitSide = v.InferOutput<typeof initSideSchema>;

export const initReportSchema = v.object({
  settings: asItWasRun(initSettingsSchema),
  /** One side, or two on the same seed. */
  sides: v.array(initSideSchema),
  notes: v.array(v.string()),
});
export type InitReport = v.InferOutput<typeof initReportSchema>;

export const initRecordSchema = v.object({
  runId: v.string(),
  machine: machineSchema,
  report: initReportSchema,
});
export type InitRecord = v.InferOutput<typeof initRecordSchema>;

/** One of the notebook's four first layers: its settings and the number it printed. */
export const initPresetSchema = v.object({
  id: v.picklist(["cell-12", "cell-15", "cell-16", "cell-18"]),
  title: v.string(),
  /** What it shows, in a sentence. */
  sentence: v.string(),
  settings: initSettingsSchema,
  /** Position of the layer whose output the notebook prints. */
  position: v.number(),
  expected: v.object({ mean: v.number(), std: v.number() }),
});
export type InitPreset = v.InferOutput<typeof initPresetSchema>;

/** Mean and standard deviation of a preset's layer over 30 seeds. */
export const initBandSchema = v.object({
  id: v.string(),
  mean: v.object({ values: v.array(measured), lo: measured, hi: measured }),
  std: v.object({ values: v.array(measured), lo: measured, hi: measured }),
});
export type InitBand = v.InferOutput<typeof initBandSchema>;
