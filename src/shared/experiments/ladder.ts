import * as v from "valibot";
import { SAMPLES_VERDICTS } from "../../core/compare-samples.ts";
import { asItWasRun } from "../specs/as-it-was-run.ts";
import { machineConditionsSchema } from "../runs/machine-conditions.ts";
import { machineSchema, measuredNumberSchema as measuredNumber } from "../runs/run-records.ts";
import { threadsSchema } from "../specs/threads.ts";
import { wholeNumber } from "../specs/number-schemas.ts";

/** C (m, n) = A (m, k) @ B (k, n). */
export const productShapeSchema = v.object({
  m: wholeNumber("m", 1, 1_000_000),
  k: wholeNumber("k", 1, 1_000_000),
  n: wholeNumber("n", 1, 1_000_000),
});
export type ProductShape = v.InferOutput<typeof productShapeSchema>;

/** `square` climbs the ladder at each of its sizes; the others at one shape. */
export const LADDER_PRESETS = {
  notebook: { title: "Notebook", shapes: [{ m: 100, k: 1000, n: 100 }] },
  lesson: { title: "Lesson", shapes: [{ m: 5, k: 784, n: 10 }] },
  layer: { title: "Layer", shapes: [{ m: 50_000, k: 784, n: 50 }] },
  square: {
    title: "Square sweep",
    shapes: [32, 64, 128, 256, 512, 1024, 2048].map((size) => ({ m: size, k: size, n: size })),
  },
} as const satisfies Record<string, { title: string; shapes: readonly ProductShape[] }>;
export const ladderPresetSchema = v.picklist(["notebook", "lesson", "layer", "square", "custom"]);
export type LadderPreset = v.InferOutput<typeof ladderPresetSchema>;

/**
 * The rungs, lowest first, by the names they are stored under. `reference` is rung 0, the float64 product that all
 * others must equal; `tfjs` and `pytorch` are rung 8.
 */
export const RUNG_IDS = [
  "reference",
  "triple-loop",
  "elementwise",
  "broadcast",
  "einsum",
  "cache-order",
  "kernel",
  "sharded",
  "tfjs",
  "pytorch",
] as const;
export const rungIdSchema = v.picklist(RUNG_IDS);
export type RungId = v.InferOutput<typeof rungIdSchema>;

/** As the notebook's ladder is numbered: both libraries are rung 8. */
export const RUNG_NUMBERS: Readonly<Record<RungId, number>> = {
  reference: 0,
  "triple-loop": 1,
  elementwise: 2,
  broadcast: 3,
  einsum: 4,
  "cache-order": 5,
  kernel: 6,
  sharded: 7,
  tfjs: 8,
  pytorch: 8,
};

export const ladderSettingsSchema = v.object({
  preset: ladderPresetSchema,
  /** For `custom`; ignored by the other presets. */
  shape: productShapeSchema,
  threads: threadsSchema,
  /** Longest time that one rung may take, at one shape. */
  budgetSeconds: v.pipe(
    v.number("the budget must be a number of seconds"),
    v.minValue(0.1, "the budget must be at least 0.1 s"),
    v.maxValue(3600, "the budget must be at most 3,600 s"),
  ),
  seed: wholeNumber("seed", 0, 0xffffffff),
  /** Also time `sharded` on 1 … threads workers. */
  scaling: v.boolean(),
});
export type LadderSettings = v.InferOutput<typeof ladderSettingsSchema>;

/** What a rung is, before anything runs. */
export const rungDescriptionSchema = v.object({
  rung: rungIdSchema,
  /** 0 to 8, as the notebook's ladder is numbered. */
  number: v.number(),
  name: v.string(),
  /** The idea in two sentences. */
  idea: v.string(),
  /** The code that runs, cut from its source file; empty for other libraries. */
  code: v.string(),
  /** File the code is from, relative to the project. */
  source: v.string(),
  /** Why this rung cannot run here (no PyTorch, no TensorFlow.js backend), or "". */
  unavailable: v.string(),
});
export type RungDescription = v.InferOutput<typeof rungDescriptionSchema>;

/** What a ladder will take. */
export const ladderForecastSchema = v.object({
  bytes: v.number(),
  ms: v.number(),
  /** Why it cannot run, or "". */
  refusal: v.string(),
  rungs: v.array(
    v.object({
      rung: rungIdSchema,
      shape: productShapeSchema,
      /** Forecast time of one call. */
      callMs: v.number(),
      /** "", "cut after …" or "skipped: about 21 min". */
      note: v.string(),
    }),
  ),
});
export type LadderForecast = v.InferOutput<typeof ladderForecastSchema>;

/** One timed call, or the mean of a loop of calls that are too short to time alone. */
export const ladderSampleSchema = v.object({
  /** Position in the whole ladder's order of measurement: rungs take turns at random. */
  order: v.number(),
  ms: measuredNumber,
  cold: v.boolean(),
  outlier: v.boolean(),
});
export type LadderSample = v.InferOutput<typeof ladderSampleSchema>;

/** A ratio of medians with a 95 % bootstrap interval. */
export const ratioSchema = v.object({ value: measuredNumber, lo: measuredNumber, hi: measuredNumber });
export type Ratio = v.InferOutput<typeof ratioSchema>;

/** One rung at one shape on some workers. */
export const rungResultSchema = v.object({
  rung: rungIdSchema,
  name: v.string(),
  shape: productShapeSchema,
  threads: v.number(),
  /** `measured`, or why there are no times: the time budget, a wrong product, not on this machine, cancelled. */
  status: v.picklist(["measured", "skipped", "wrong", "unavailable", "cancelled"]),
  verified: v.boolean(),
  /** Largest |C − reference|; NaN when it was not compared. */
  maxDiff: measuredNumber,
  /** Calls that make one sample. */
  callsPerSample: v.number(),
  coldMs: measuredNumber,
  medianMs: measuredNumber,
  iqrMs: measuredNumber,
  minMs: measuredNumber,
  madMs: measuredNumber,
  /** Standard deviation over mean. */
  variation: measuredNumber,
  samples: v.array(ladderSampleSchema),
  gflops: measuredNumber,
  /** Multiply-adds and bytes that one call moves at least: A, B and C once. */
  multiplyAdds: v.number(),
  bytes: v.number(),
  /** Over rung 1 and over the measured rung before this one, at the same shape; null where there is none. */
  overFirst: v.nullable(ratioSchema),
  overPrevious: v.nullable(ratioSchema),
  /** Part of the measured multiply-add peak of so many workers; null when the peak is not known. */
  peakShare: v.nullable(measuredNumber),
  /** In words: cut, skipped, slower than the rung before and why, too noisy to rank. */
  note: v.string(),
  /** Name of the next faster rung if no difference from it can be shown, else "". */
  unrankedWith: v.optional(v.string(), ""),
});
export type RungResult = v.InferOutput<typeof rungResultSchema>;

/** A whole ladder as it is stored and shown. */
export const ladderRecordSchema = v.object({
  runId: v.string(),
  settings: asItWasRun(ladderSettingsSchema),
  machine: machineSchema,
  conditions: v.object({ ...machineConditionsSchema.entries, kernel: v.string() }),
  /** Measured limits for the roofline. */
  limits: v.object({
    /** Of one worker. */
    peakGflops: v.nullable(measuredNumber),
    /** Read and written by all workers together, each copying memory of its own. */
    bandwidthGBs: v.nullable(measuredNumber),
    /** Caches that hold data, smallest first; empty where the system does not say. */
    cacheBytes: v.array(v.object({ level: v.string(), sizeBytes: v.number() })),
  }),
  /** Rungs by shape; `sharded` once a number of workers when scaling was asked for. */
  rungs: v.array(rungResultSchema),
});
export type LadderRecord = v.InferOutput<typeof ladderRecordSchema>;

/** Two ladders, rung by rung: the other's median over this one's. */
export const ladderComparisonSchema = v.object({
  sameMachine: v.boolean(),
  sameThreads: v.boolean(),
  /** What made the times of either untrustworthy, as it was kept with them. */
  warnings: v.object({ one: v.array(v.string()), other: v.array(v.string()) }),
  rungs: v.array(
    v.object({
      rung: rungIdSchema,
      shape: productShapeSchema,
      threads: v.number(),
      /** Null where samples are too few. */
      ratio: v.nullable(ratioSchema),
      verdict: v.picklist(SAMPLES_VERDICTS),
    }),
  ),
});
export type LadderComparison = v.InferOutput<typeof ladderComparisonSchema>;
