import * as v from "valibot";
import type { RunKind } from "./run-records.ts";

/** What can be written to a file of its own. `database` is always all of it. */
export const exportKindSchema = v.picklist([
  "timings",
  "metrics",
  "summary",
  "gradchecks",
  "layers",
  "ladder-samples",
  "ladder-summary",
  "parquet",
  "tensorboard",
  "bundle",
  "database",
]);
export type ExportKind = v.InferOutput<typeof exportKindSchema>;

interface ExportEntry {
  /** What is written, as the window says it. */
  readonly title: string;
  readonly extension: "csv" | "backprop.json" | "sqlite" | "parquet" | "folder";
  /** The only kind of run that has it, offered by that kind's view and command alone; null for any run. */
  readonly of: RunKind | null;
  /** How the menu of the Runs view offers it; null where it does not, or in its own words. */
  readonly menu: string | null;
}

export const EXPORTS: Readonly<Record<ExportKind, ExportEntry>> = {
  timings: { title: "Timings", extension: "csv", of: null, menu: "Timings as CSV, one row a sample" },
  metrics: { title: "Metrics", extension: "csv", of: null, menu: "Metrics as CSV, every point" },
  summary: { title: "Summary", extension: "csv", of: null, menu: "Summary as CSV, one row a run" },
  gradchecks: { title: "Gradient checks", extension: "csv", of: null, menu: "Gradient checks as CSV" },
  layers: { title: "Layers", extension: "csv", of: null, menu: "Layers of initialisations as CSV" },
  "ladder-samples": { title: "Samples", extension: "csv", of: "ladder", menu: null },
  "ladder-summary": { title: "Summary", extension: "csv", of: "ladder", menu: null },
  parquet: { title: "Metrics", extension: "parquet", of: null, menu: "Metrics as Parquet, for pandas and R" },
  tensorboard: { title: "TensorBoard", extension: "folder", of: null, menu: "TensorBoard, a folder a run" },
  bundle: { title: "Bundle", extension: "backprop.json", of: null, menu: null },
  database: { title: "Database", extension: "sqlite", of: null, menu: null },
};

export const EXPORT_KINDS = exportKindSchema.options;

export const importedRunsSchema = v.object({
  added: v.array(v.string()),
  /** There, but not finished: the finished one has taken its place. */
  replaced: v.array(v.string()),
  /** There already. */
  skipped: v.array(v.string()),
  /** There already, in the trash. */
  inTrash: v.array(v.string()),
  /** It was cancelled: these were taken by then, more were not. */
  cancelled: v.boolean(),
});
export type ImportedRuns = v.InferOutput<typeof importedRunsSchema>;
/** Runs of a bundle by what has become of them so far. */
export type TakenRuns = Omit<ImportedRuns, "cancelled">;

/** Which of a bundle's runs take the place of the same one that is not finished: finished ones, or all that came further. */
export type Replacing = "finished" | "further";

/** What became of one bundle of many: its runs, or why none of them was taken. */
export interface ImportedBundle {
  readonly path: string;
  readonly runs: ImportedRuns | null;
  /** "" where it was taken. */
  readonly failure: string;
}

/** Runs of many bundles as if they had come in one. */
export function allImported(bundles: readonly ImportedBundle[]): ImportedRuns {
  const of = (what: keyof TakenRuns): string[] => bundles.flatMap(({ runs }) => runs?.[what] ?? []);
  return {
    added: of("added"),
    replaced: of("replaced"),
    skipped: of("skipped"),
    inTrash: of("inTrash"),
    cancelled: bundles.some(({ runs }) => runs?.cancelled === true),
  };
}

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
