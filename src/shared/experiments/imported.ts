import * as v from "valibot";
import { countSchema, measuredNumberSchema, type Machine } from "../runs/run-records.ts";

/** How much is kept of a run that was measured elsewhere, besides its curves. */
export const IMPORTED_LIMITS = { histograms: 20_000, texts: 200, textLength: 20_000, notes: 50 } as const;

/** What an imported run holds besides its numbers. */
export const importedReportSchema = v.object({
  /** "TensorBoard", "CSV", … */
  format: v.string(),
  /** The file or folder that it was read from. */
  source: v.string(),
  /** What is missing of it, in words. */
  notes: v.array(v.string()),
  histograms: v.array(
    v.object({
      name: v.string(),
      step: countSchema,
      /** Equal bins over [lo, hi]. */
      lo: v.number(),
      hi: v.number(),
      counts: v.array(measuredNumberSchema),
    }),
  ),
  texts: v.array(v.object({ name: v.string(), step: countSchema, text: v.string() })),
});
export type ImportedReport = v.InferOutput<typeof importedReportSchema>;

/** What is imported, whatever machine is named: none of this app's. */
export const ELSEWHERE: Machine = {
  id: "elsewhere",
  hostname: "measured elsewhere",
  os: "unknown",
  cpuModel: "unknown",
  cpuCores: 0,
  memoryBytes: 0,
  electron: "",
  node: "",
  v8: "",
  chrome: "",
  kernel: "not the lab's",
};

/** What an import did. */
export const importOutcomeSchema = v.object({
  format: v.string(),
  /** Runs that were not there before. */
  added: v.array(v.string()),
  /** Runs that have new numbers. */
  extended: v.array(v.string()),
  /** Runs that were there already, with all of their numbers. */
  unchanged: v.array(v.string()),
  points: v.number(),
  /** What is missing or was left out, in words. */
  notes: v.array(v.string()),
  /** It was cancelled: this much was taken by then. */
  cancelled: v.boolean(),
});
export type ImportOutcome = v.InferOutput<typeof importOutcomeSchema>;

/** A file or folder that is followed while it grows. */
export const followedSchema = v.object({
  source: v.string(),
  format: v.string(),
  runIds: v.array(v.string()),
  /** Why it is followed no more, or "". */
  ended: v.string(),
});
export type Followed = v.InferOutput<typeof followedSchema>;
