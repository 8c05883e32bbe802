import * as v from "valibot";
import { cellResultSchema, quantitiesSchema } from "../runs/run-records.ts";
import { threadsSchema } from "../specs/threads.ts";

const positiveInteger = (what: string, max: number) =>
  v.pipe(
    v.number(`${what} must be a number`),
    v.integer(`${what} must be a whole number`),
    v.minValue(1, `${what} must be at least 1`),
    v.maxValue(max, `${what} must be at most ${max.toLocaleString("en")}`),
  );

/** What the user chooses before running cells. */
export const notebookSettingsSchema = v.object({
  seed: v.pipe(
    v.number("seed must be a number"),
    v.integer("seed must be a whole number"),
    v.minValue(0, "seed must be at least 0"),
    v.maxValue(0xffffffff, "seed must be below 2³²"),
  ),
  /** Training rows: the first `rows` of the 50,000. */
  rows: positiveInteger("rows", 50_000),
  threads: threadsSchema,
  /** Timed calls a stage and pass, after warm-up. */
  samples: v.pipe(positiveInteger("samples", 200), v.minValue(5, "samples must be at least 5")),
  /** Coordinates a tensor that finite differences check. */
  coordinates: positiveInteger("coordinates", 1_000),
});
export type NotebookSettings = v.InferOutput<typeof notebookSettingsSchema>;

export const cellDescriptionSchema = v.object({
  /** Execution count of the cell that prints the number, for example "12". */
  id: v.string(),
  /** The notebook's cells this one covers, for example "9–12". */
  covers: v.string(),
  /** Heading shown above this cell when a new part of the notebook begins. */
  part: v.nullable(v.string()),
  title: v.string(),
  /** What it does, in a sentence. */
  sentence: v.string(),
  /** KaTeX source, or empty. */
  formula: v.string(),
  /** The "why" that unfolds: a paragraph or two of plain text. */
  why: v.string(),
  /** The TypeScript that runs, imported as text at build time. */
  code: v.string(),
  expected: quantitiesSchema,
  /** How each measured or expected quantity is shown. `unit` may be "ms", "s", "B", or empty. */
  quantities: v.array(v.object({ key: v.string(), label: v.string(), unit: v.string() })),
  /** Cells whose results this one uses; missing ones are run first. */
  needs: v.array(v.string()),
});
export type CellDescription = v.InferOutput<typeof cellDescriptionSchema>;

/** Which cells to run. `all` starts a new run; the others go on in the current one. */
export const cellSelectionSchema = v.variant("kind", [
  v.object({ kind: v.literal("all") }),
  v.object({ kind: v.literal("one"), cell: v.string() }),
  v.object({ kind: v.literal("from"), cell: v.string() }),
]);
export type CellSelection = v.InferOutput<typeof cellSelectionSchema>;

/** Memory and time an experiment will need, said before it starts. */
export const forecastSchema = v.object({
  parts: v.array(v.object({ name: v.string(), bytes: v.number() })),
  totalBytes: v.number(),
  availableBytes: v.number(),
  /** Rough wall time in seconds, from this machine's measured speed; null before anything was measured. */
  seconds: v.nullable(v.number()),
  /** Empty when it fits; otherwise why it will be refused. */
  refusal: v.string(),
});
export type Forecast = v.InferOutput<typeof forecastSchema>;

export const notebookStateSchema = v.object({
  runId: v.nullable(v.string()),
  /** Latest result of each cell that ran in the current session, in order of execution. */
  results: v.array(cellResultSchema),
  /** The cell that runs now. */
  runningCell: v.nullable(v.string()),
});
export type NotebookState = v.InferOutput<typeof notebookStateSchema>;

/** The notebook's network and sizes, used for defaults everywhere. */
export const NOTEBOOK_DEFAULTS = {
  seed: 42,
  rows: 50_000,
  samples: 5,
  coordinates: 20,
} as const;
