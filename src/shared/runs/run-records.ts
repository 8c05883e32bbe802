import * as v from "valibot";
import { ownPartSchema } from "./own-part.ts";

/** A measured number. NaN and infinities are results too (a diverged loss), and `v.number()` refuses NaN. */
export const measuredNumberSchema = v.custom<number>(
  (value) => typeof value === "number",
  "must be a number",
);

/** A time as ISO 8601 UTC, as `Date.toISOString()` writes it: "2026-11-23T04:53:12.345Z". */
export const timeSchema = v.pipe(
  v.string(),
  v.check(
    (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text) && Number.isFinite(Date.parse(text)),
    "must be a time in UTC like 2026-11-23T04:53:12.345Z",
  ),
);

/** Rows, samples, steps: a whole number from 0 on. */
export const countSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** What a run was measured on. Two runs with different `id` are never compared without saying so. */
export const machineSchema = v.object({
  /** Hash of the fields below that change a measurement: CPU, cores, memory, OS, Electron, V8, kernel. */
  id: v.string(),
  hostname: v.string(),
  os: v.string(),
  cpuModel: v.string(),
  cpuCores: v.number(),
  memoryBytes: v.number(),
  electron: v.string(),
  node: v.string(),
  v8: v.string(),
  chrome: v.string(),
  /** Matmul kernel in use, for example "wasm-simd 4x8". */
  kernel: v.string(),
});
export type Machine = v.InferOutput<typeof machineSchema>;

export const runKindSchema = v.picklist([
  "notebook",
  "ladder",
  "init",
  "stages",
  "gradcheck",
  "training",
  "lrsearch",
  "profile",
  "imported",
]);
export type RunKind = v.InferOutput<typeof runKindSchema>;

/** As lists show it: a run whose row cannot be read is there all the same, so that it can be seen and deleted. */
export const listedKindSchema = v.picklist([...runKindSchema.options, "unreadable"]);

/** `interrupted`: the app ended while the run was on; found at the next start. */
export const runStatusSchema = v.picklist(["running", "finished", "cancelled", "failed", "interrupted"]);
export type RunStatus = v.InferOutput<typeof runStatusSchema>;

/** A value that a config, a cell or a summary holds under a name. */
export const quantityValueSchema = v.union([
  measuredNumberSchema,
  v.string(),
  v.boolean(),
  v.array(measuredNumberSchema),
]);
export type QuantityValue = v.InferOutput<typeof quantityValueSchema>;
export const quantitiesSchema = v.pipe(
  // v.record() takes an array for an object.
  v.custom<Readonly<Record<string, QuantityValue>>>(
    (given) => !Array.isArray(given),
    "must be values by their names",
  ),
  v.record(v.string(), quantityValueSchema),
);
export type Quantities = v.InferOutput<typeof quantitiesSchema>;

/** Colours a person may give a run: indices into the charts' palette. */
export const RUN_COLOURS = 6;
/** More threads than any machine that this app runs on has. */
const MOST_THREADS = 4_096;
/** Limits of what a person writes about a run. */
export const RUN_TEXT = { name: 200, notes: 100_000, tag: 40, tags: 50 } as const;

export const runSummarySchema = v.object({
  id: v.string(),
  kind: runKindSchema,
  name: v.string(),
  status: runStatusSchema,
  startedAt: timeSchema,
  finishedAt: v.nullable(timeSchema),
  threads: v.pipe(countSchema, v.maxValue(MOST_THREADS)),
  rows: countSchema,
  machineId: v.string(),
  /** The experiment's settings, enough to repeat it. */
  config: quantitiesSchema,
  /** Key numbers: loss, verdict counts, median times. */
  summary: quantitiesSchema,
  /** Why a run failed or was interrupted. */
  failure: v.nullable(v.string()),
  /** Index into the charts' palette, or null for none. */
  colour: v.nullable(v.pipe(countSchema, v.maxValue(RUN_COLOURS - 1))),
  pinned: v.boolean(),
  /** Markdown. */
  notes: v.string(),
  tags: v.array(v.string()),
  /** Null is not archived, not in the trash. */
  archivedAt: v.nullable(timeSchema),
  deletedAt: v.nullable(timeSchema),
  /** When a person chose to keep it as it is, though it was interrupted; null where nobody has, or it has gone on. */
  keptAt: v.nullable(timeSchema),
});
export type RunSummary = v.InferOutput<typeof runSummarySchema>;

/** A run in a list. Of an unreadable one `failure` says why, and what could not be read is empty. */
export type ListedRun = Omit<RunSummary, "kind"> & {
  readonly kind: v.InferOutput<typeof listedKindSchema>;
};

export const isReadable = (run: ListedRun): run is RunSummary => run.kind !== "unreadable";

export const verdictSchema = v.picklist(["exact", "in band", "differs", "failed", "measured"]);
/** `measured`: a time or another number of this machine that is shown beside the notebook's, not judged. */
export type Verdict = v.InferOutput<typeof verdictSchema>;

export const timingSchema = v.object({
  /** For example "functions", "layer classes", "Module". */
  stage: v.string(),
  pass: v.picklist(["forward", "backward", "call"]),
  /** 0-based, in order of measurement within its stage and pass. */
  sample: v.number(),
  ms: measuredNumberSchema,
  /** Warm-up calls are kept apart and never enter a median. */
  warmup: v.boolean(),
  threads: v.number(),
  rows: v.number(),
});
export type Timing = v.InferOutput<typeof timingSchema>;

export const gradientCheckSchema = v.object({
  stage: v.string(),
  reference: v.picklist(["float64", "finite-difference", "direction", "tfjs", "stage-1"]),
  /** x, w1, b1, w2 or b2. */
  tensor: v.string(),
  /** Coordinates compared: all of them for float64, a seeded sample for finite differences. */
  coordinates: v.number(),
  /** |ours − reference| ≤ atol + rtol·|reference| everywhere, rtol 1e-3, atol 1e-5 as in the notebook. */
  allclose: v.boolean(),
  maxAbs: measuredNumberSchema,
  /** max|ours − reference| / max|reference|. */
  relMax: measuredNumberSchema,
  /** ‖ours − reference‖ / ‖reference‖. */
  relNorm: measuredNumberSchema,
  /** Share of coordinates with |reference| < atol: there the notebook's check can hardly fail. */
  hiddenByAtol: measuredNumberSchema,
  /**
   * Finite differences: rows whose ± step crossed a relu kink. Float64: pre-activations so near zero that float32 may
   * put them on either side; both gradients count as right there.
   */
  kinks: v.number(),
  /** allclose and relMax, relNorm below the strict limits. */
  passed: v.boolean(),
  reason: v.string(),
});
export type GradientCheck = v.InferOutput<typeof gradientCheckSchema>;

export const metricPointSchema = v.object({
  name: v.string(),
  step: v.number(),
  epoch: v.number(),
  value: measuredNumberSchema,
  /** Milliseconds since the run began. */
  wallMs: v.number(),
});
export type MetricPoint = v.InferOutput<typeof metricPointSchema>;

/** Statistics of one tensor. std is the sample standard deviation (n − 1), as torch's `std()`. */
export const tensorStatisticsSchema = v.object({
  label: v.string(),
  mean: measuredNumberSchema,
  std: measuredNumberSchema,
  min: measuredNumberSchema,
  max: measuredNumberSchema,
  zeroShare: measuredNumberSchema,
});
export type TensorStatistics = v.InferOutput<typeof tensorStatisticsSchema>;

export const histogramSchema = v.object({
  label: v.string(),
  lo: v.number(),
  hi: v.number(),
  /** Equal bins over [lo, hi]. */
  counts: v.array(v.number()),
});
export type Histogram = v.InferOutput<typeof histogramSchema>;

/** ‖gradient‖ and max|gradient| of one tensor. */
export const gradientSummarySchema = v.object({
  tensor: v.string(),
  norm: measuredNumberSchema,
  maxAbs: measuredNumberSchema,
});

/** What a cell shows besides its numbers: the charts' data. */
export const cellDetailsSchema = v.object({
  statistics: v.array(tensorStatisticsSchema),
  histograms: v.array(histogramSchema),
  timings: v.array(timingSchema),
  gradients: v.array(gradientSummarySchema),
  gradientChecks: v.array(gradientCheckSchema),
});

export const cellResultSchema = v.object({
  /** The notebook's execution count, for example "12". */
  cell: v.string(),
  title: v.string(),
  /** 1-based position in the run's order of execution. */
  order: v.number(),
  startedAt: timeSchema,
  ms: measuredNumberSchema,
  expected: quantitiesSchema,
  measured: quantitiesSchema,
  verdict: verdictSchema,
  reason: v.string(),
  details: cellDetailsSchema,
});
export type CellResult = v.InferOutput<typeof cellResultSchema>;

/** What happened to a run while it was on, and each look at test rows with it. */
export const runEventSchema = v.object({
  at: timeSchema,
  step: v.nullable(v.number()),
  kind: v.picklist(["paused", "resumed", "lr", "diverged", "stopped", "interrupted", "checkpoint", "tested"]),
  text: v.string(),
});
export type RunEvent = v.InferOutput<typeof runEventSchema>;

/** One run with everything recorded under it but the points of its metrics. */
export const runDetailsSchema = v.object({
  run: runSummarySchema,
  machine: machineSchema,
  cells: v.array(cellResultSchema),
  timings: v.array(timingSchema),
  gradientChecks: v.array(gradientCheckSchema),
  events: v.array(runEventSchema),
  /** Activations and losses of a person's own in its network. */
  ownParts: v.array(ownPartSchema),
});
export type RunDetails = v.InferOutput<typeof runDetailsSchema>;
