import * as v from "valibot";
import { measuredNumberSchema as measured } from "../runs/run-records.ts";
import { sourcePlaceSchema } from "./source-place.ts";

/** One mistake that explains a wrong gradient. Where several explain it equally well, all are given. */
const explanationSchema = v.object({
  /** "is exactly what comes out when the mask … is taken from the result instead of from the input". */
  text: v.string(),
  /** The operation that has the wrong rule, where one is to blame. */
  place: v.nullable(sourcePlaceSchema),
});

/** One gradient that a person computed, beside the float64 reference. */
const checkedGradientSchema = v.object({
  /** The tensor: "w1", or what it is the result of. */
  name: v.string(),
  shape: v.array(v.number()),
  /**
   * Of the step that computed it, given the person's own gradients nearer to the loss: what is wrong there is not held
   * against it. `not judged`: the reference itself is no number.
   */
  verdict: v.picklist(["right", "wrong", "missing", "not judged"]),
  /** ‖ours − reference‖ / ‖reference‖ against the derivative of the loss; NaN where they cannot be compared. */
  relNorm: measured,
  /** max|ours − reference| / max|reference| of the step. */
  relMax: measured,
  /** Share of coordinates whose reference is below atol, which `assertClose` cannot see. */
  belowAtol: measured,
  /** Where `.g` was last set, or null when it never was. */
  place: v.nullable(sourcePlaceSchema),
  explanations: v.array(explanationSchema),
  /** Whether just one mistake explains the numbers, and explains all of them. */
  certain: v.boolean(),
  /** Why it is wrong or missing in a sentence; "" where it is right. */
  reason: v.string(),
});
export type CheckedGradient = v.InferOutput<typeof checkedGradientSchema>;

/** What `check` and `checkLayer` found. */
export const checkReportSchema = v.object({
  kind: v.picklist(["check", "checkLayer"]),
  passed: v.boolean(),
  /** Of the float64 forward. */
  loss: measured,
  /** Operations of the forward, and all that were recorded. */
  operations: v.object({ forward: v.number(), recorded: v.number() }),
  /** Nearest to the loss first, as the backward pass computes them. */
  gradients: v.array(checkedGradientSchema),
  /** The reference against central differences of the same forward: how many, and the worst relative difference. */
  proof: v.object({ differences: v.number(), worst: measured }),
  /** What makes the check say less than it seems to. */
  notes: v.array(v.string()),
  ms: measured,
  place: v.nullable(sourcePlaceSchema),
});
export type CheckReport = v.InferOutput<typeof checkReportSchema>;
