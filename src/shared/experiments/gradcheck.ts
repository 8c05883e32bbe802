import * as v from "valibot";
import { asItWasRun } from "../specs/as-it-was-run.ts";
import { SEEDED_BUG_NAMES } from "../../core/network/seeded-bug.ts";
import { networkSpecSchema } from "../specs/network-spec.ts";
import { machineSchema, measuredNumberSchema as measured } from "../runs/run-records.ts";
import { threadsSchema } from "../specs/threads.ts";

/**
 * What our float32 gradients are compared with: our own backward pass in float64, written once more; central
 * differences; derivatives along random directions; TensorFlow.js.
 */
export const GRADIENT_REFERENCES = ["float64", "finite-difference", "direction", "tfjs"] as const;
export const gradientReferenceSchema = v.picklist(GRADIENT_REFERENCES);
export type GradientReference = v.InferOutput<typeof gradientReferenceSchema>;

export const gradcheckSettingsSchema = v.object({
  network: networkSpecSchema,
  references: v.pipe(v.array(gradientReferenceSchema), v.minLength(1, "choose at least one reference")),
  /** A mistake made on purpose in the backward pass. */
  bug: v.nullable(v.picklist(SEEDED_BUG_NAMES)),
  /** Coordinates a tensor for finite differences, drawn by the network's seed; null for every one. */
  coordinates: v.nullable(
    v.pipe(
      v.number("coordinates must be a number"),
      v.integer("coordinates must be a whole number"),
      v.minValue(1, "coordinates must be at least 1"),
      v.maxValue(1_000_000, "coordinates must be at most 1,000,000"),
    ),
  ),
  /** `strict` also judges relMax and relNorm; `notebook` is allclose alone, which passes an 8 % wrong x.g. */
  tolerance: v.picklist(["strict", "notebook"]),
  threads: threadsSchema,
});
export type GradcheckSettings = v.InferOutput<typeof gradcheckSettingsSchema>;

/** One tensor against one reference. */
export const gradientReportSchema = v.object({
  reference: gradientReferenceSchema,
  /** x, w1, b1, w2, … */
  tensor: v.string(),
  shape: v.array(v.number()),
  /** Compared coordinates; directions for `direction`. */
  coordinates: v.number(),
  /** All coordinates of the tensor were compared. */
  complete: v.boolean(),
  maxAbs: measured,
  /** max|ours − reference| / max|reference|. */
  relMax: measured,
  /** ‖ours − reference‖ / ‖reference‖. */
  relNorm: measured,
  /** Share of coordinates with |reference| < atol: there allclose can hardly fail. */
  hiddenByAtol: measured,
  /**
   * |ours − reference| ≤ atol + rtol |reference| everywhere; rtol 1e-3, atol 1e-5 as in the notebook, times the largest
   * reference where that is above 1.
   */
  allclose: v.boolean(),
  /** ours · reference / (‖ours‖ ‖reference‖). */
  cosine: measured,
  /**
   * Finite differences: coordinates left out, because a step crossed a kink of the relu. Float64 and TensorFlow.js:
   * pre-activations so near zero that float32 may put them on either side.
   */
  kinks: v.number(),
  /** Coordinates that are right only because float32 rounds, or because a kink lies within rounding. */
  excused: v.optional(v.object({ rounding: v.number(), kinks: v.number() }), { rounding: 0, kinks: 0 }),
  /**
   * `not judged`: the step of every coordinate crosses a kink, as where a pre-activation is exactly 0, or float32 has
   * overflowed.
   */
  verdict: v.picklist(["passed", "failed", "not judged"]),
  /** Which measure failed and by how much, or what held. */
  reason: v.string(),
  worst: v.object({
    /** Position along each axis. */
    index: v.array(v.number()),
    ours: measured,
    reference: measured,
  }),
  /** Up to 2,000 coordinates for the scatter plot, the worst among them. */
  scatter: v.array(v.object({ ours: measured, reference: measured })),
  /** log10 of |ours − reference| / max|reference|, in bins of half a decade from 1e-12 to 1e2; exact ones apart. */
  errors: v.object({ exact: v.number(), counts: v.array(v.number()) }),
  /** Mean |ours − reference| over patches of a matrix, at most 64 × 64; null for vectors and samples. */
  heatMap: v.nullable(v.object({ rows: v.number(), columns: v.number(), values: v.array(measured) })),
});
export type GradientReport = v.InferOutput<typeof gradientReportSchema>;

/** A whole check as it is stored and shown. */
export const gradcheckReportSchema = v.object({
  settings: asItWasRun(gradcheckSettingsSchema),
  /** "784-50-1, relu, MSE". */
  title: v.string(),
  loss: measured,
  /** By the float64 reference. */
  referenceLoss: measured,
  passed: v.boolean(),
  reports: v.array(gradientReportSchema),
  /** To know before reading the numbers: what the tolerance cannot see, why a bug had no place, kinks left out. */
  notes: v.array(v.string()),
});
export type GradcheckReport = v.InferOutput<typeof gradcheckReportSchema>;

export const gradcheckRecordSchema = v.object({
  runId: v.string(),
  machine: machineSchema,
  report: gradcheckReportSchema,
});
export type GradcheckRecord = v.InferOutput<typeof gradcheckRecordSchema>;

/** What a check will take. */
export const gradcheckForecastSchema = v.object({
  bytes: v.number(),
  /** From this machine's measured speed. */
  seconds: v.number(),
  parameters: v.number(),
  /** Why it cannot run, or "". */
  refusal: v.string(),
});
export type GradcheckForecast = v.InferOutput<typeof gradcheckForecastSchema>;
