import * as v from "valibot";

/** What can be written to a file of its own. `database` is always all of it. */
export const exportKindSchema = v.picklist([
  "timings",
  "metrics",
  "summary",
  "gradchecks",
  "ladder-samples",
  "ladder-summary",
  "bundle",
  "database",
]);
export type ExportKind = v.InferOutput<typeof exportKindSchema>;

/** The ending of each kind's file. */
export const EXPORT_EXTENSIONS = {
  timings: "csv",
  metrics: "csv",
  summary: "csv",
  gradchecks: "csv",
  "ladder-samples": "csv",
  "ladder-summary": "csv",
  bundle: "json",
  database: "sqlite",
} as const satisfies Record<ExportKind, string>;

export const importedRunsSchema = v.object({
  added: v.array(v.string()),
  /** There already. */
  skipped: v.array(v.string()),
});
export type ImportedRuns = v.InferOutput<typeof importedRunsSchema>;

/** What emptying the trash has done. */
export const emptiedTrashSchema = v.object({
  runs: v.number(),
  freedBytes: v.number(),
  sizeBytes: v.number(),
});
export type EmptiedTrash = v.InferOutput<typeof emptiedTrashSchema>;

export const databaseCheckSchema = v.object({
  sound: v.boolean(),
  /** What SQLite found, in its own words; empty when sound. */
  findings: v.array(v.string()),
  /** What was done about it. */
  done: v.array(v.string()),
});
export type DatabaseCheck = v.InferOutput<typeof databaseCheckSchema>;

export const sqlAnswerSchema = v.object({
  columns: v.array(v.string()),
  rows: v.array(v.array(v.nullable(v.union([v.number(), v.string()])))),
  /** There were more rows than are shown. */
  cut: v.boolean(),
  ms: v.number(),
});
export type SqlAnswer = v.InferOutput<typeof sqlAnswerSchema>;
