import * as v from "valibot";
import { SAMPLES_VERDICTS } from "../../core/compare-samples.ts";
import { MOST_COMPARED } from "./run-curves.ts";
import { ownPartSchema } from "./own-part.ts";
import { machineSchema, measuredNumberSchema, runSummarySchema } from "./run-records.ts";
import { runValueSchema } from "./run-table.ts";

export const compareRequestSchema = v.object({
  runIds: v.pipe(
    v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(100))),
    v.minLength(2, "two runs are the fewest that can be compared"),
    v.maxLength(MOST_COMPARED, `at most ${MOST_COMPARED} runs can be compared at once`),
  ),
});

/** How many times as long (or as much) as the first run, with a 95 % bootstrap interval. */
const ratioSchema = v.object({
  value: measuredNumberSchema,
  lo: measuredNumberSchema,
  hi: measuredNumberSchema,
});

export const timingVerdictSchema = v.picklist(["first", ...SAMPLES_VERDICTS]);

export const comparedTimingSchema = v.object({
  /** "functions forward", "kernel 100×1000×100 call". */
  label: v.string(),
  /** In the order of the runs; null where a run has no warm sample of it. */
  runs: v.array(
    v.nullable(
      v.object({
        samples: v.number(),
        medianMs: v.number(),
        /** 95 % bootstrap interval of the median. */
        loMs: v.number(),
        hiMs: v.number(),
        /** Over the first run that has it; null for that one and where samples are too few. */
        ratio: v.nullable(ratioSchema),
        verdict: timingVerdictSchema,
      }),
    ),
  ),
});
export type ComparedTiming = v.InferOutput<typeof comparedTimingSchema>;

export const comparedCheckSchema = v.object({
  /** "functions, float64, w1". */
  label: v.string(),
  runs: v.array(
    v.nullable(
      v.object({
        verdict: v.string(),
        passed: v.boolean(),
        relMax: measuredNumberSchema,
        relNorm: measuredNumberSchema,
      }),
    ),
  ),
});
export type ComparedCheck = v.InferOutput<typeof comparedCheckSchema>;

export const comparedMetricSchema = v.object({
  name: v.string(),
  runs: v.array(
    v.nullable(
      v.object({
        points: v.number(),
        last: measuredNumberSchema,
        min: measuredNumberSchema,
        max: measuredNumberSchema,
      }),
    ),
  ),
});
export type ComparedMetric = v.InferOutput<typeof comparedMetricSchema>;

export const comparedPartSchema = v.object({
  kind: ownPartSchema.entries.kind,
  name: v.string(),
  /** In the order of the runs; null where a run has no such part. */
  runs: v.array(v.nullable(ownPartSchema)),
  /** Runs that have it have it with the same code. */
  same: v.boolean(),
});
export type ComparedPart = v.InferOutput<typeof comparedPartSchema>;

export const runComparisonSchema = v.object({
  /** In the order asked for; the first is what the others are compared with. */
  runs: v.array(runSummarySchema),
  machines: v.array(machineSchema),
  /** What must not be passed over in silence: other machines, kernels, numbers of threads. */
  cautions: v.array(v.string()),
  /** Settings by key with a value a run; `same` where all have the same. */
  settings: v.array(v.object({ key: v.string(), same: v.boolean(), values: v.array(runValueSchema) })),
  /** Activations and losses of people's own, by name. */
  parts: v.array(comparedPartSchema),
  results: v.array(v.object({ key: v.string(), values: v.array(runValueSchema) })),
  metrics: v.array(comparedMetricSchema),
  timings: v.array(comparedTimingSchema),
  checks: v.array(comparedCheckSchema),
});
export type RunComparison = v.InferOutput<typeof runComparisonSchema>;
