import * as v from "valibot";
import {
  countSchema,
  measuredNumberSchema as measured,
  quantityValueSchema,
  timeSchema,
  verdictSchema,
} from "../runs/run-records.ts";
import { cellResultSchema } from "./cell-result.ts";

/** A variable of the sandbox's, as it is shown beside the notebook. */
export const liveVariableSchema = v.object({
  name: v.string(),
  kind: v.picklist(["tensor", "number", "text", "function", "class", "object", "list", "other"]),
  /** Of a tensor; else empty. */
  shape: v.array(v.number()),
  dtype: v.string(),
  /** Of a tensor that has been computed; 0 otherwise. */
  bytes: v.number(),
  /** Whether a tensor's `.g` is set. */
  gradient: v.boolean(),
  /** What it is, in a few words: "float32 (784, 50)", "0.1307". */
  text: v.string(),
  /** The cell that wrote it last. */
  cell: v.string(),
});
export type LiveVariable = v.InferOutput<typeof liveVariableSchema>;

export const cellStateSchema = v.picklist(["never run", "fresh", "changed", "stale", "failed"]);

/** Where a cell stands, given its text and what has run. `queued` and `running` are the session's. */
export const cellStandingSchema = v.object({
  id: v.string(),
  state: cellStateSchema,
  /** Of its code and of all that it needs: what it gave is of this text where it was run with the same hash. */
  hash: v.string(),
  /** Of a stale cell: the name that changed; else empty. */
  because: v.string(),
  /** Names that it uses above their only definition: an error before anything runs. */
  tooEarly: v.array(v.object({ name: v.string(), definedIn: v.string() })),
});
export type CellStanding = v.InferOutput<typeof cellStandingSchema>;

/** A number that the original notebook printed beside this one's. */
export const judgedCellSchema = v.object({
  verdict: verdictSchema,
  reason: v.string(),
  numbers: v.array(
    v.object({
      name: v.string(),
      label: v.string(),
      unit: v.string(),
      expected: v.nullable(quantityValueSchema),
      measured: v.nullable(quantityValueSchema),
    }),
  ),
});

/** What the last run of a cell gave, kept with the document. */
export const storedCellSchema = v.object({
  cell: v.string(),
  at: timeSchema,
  /** Of the cell's code and of all that it needs, without comments and blanks. */
  hash: v.string(),
  /** Whether its text and what it needs are still what they were. */
  current: v.boolean(),
  result: cellResultSchema,
  judged: v.nullable(judgedCellSchema),
  /** The run of the whole notebook that it belongs to, or null. */
  runId: v.nullable(v.string()),
});
export type StoredCell = v.InferOutput<typeof storedCellSchema>;

/** What the sandbox of a document does. */
export const liveStateSchema = v.object({
  documentId: v.string(),
  /** `none`: nothing has run since it was opened; `lost`: it was ended, all names are gone. */
  kernel: v.picklist(["none", "starting", "ready", "running", "lost"]),
  /** Why it was lost, in words; else empty. */
  reason: v.string(),
  /** Counts sandboxes; names of an earlier one are gone. */
  generation: countSchema,
  running: v.nullable(v.object({ cell: v.string(), startedAt: timeSchema })),
  /** Cells that run next, in order. */
  queued: v.array(v.string()),
  /** Stop was asked for. */
  stopping: v.boolean(),
  /** The run of the whole notebook that is on, or null. */
  runId: v.nullable(v.string()),
  /** The last run of all cells from a fresh sandbox that went through, while nothing has changed since; or null. */
  reproduced: v.nullable(v.string()),
  tensorBytes: measured,
});
export type LiveState = v.InferOutput<typeof liveStateSchema>;

/** Everything about a document's cells, for a window that has just opened it. */
export const liveSessionSchema = v.object({
  state: liveStateSchema,
  cells: v.array(cellStandingSchema),
  stored: v.array(storedCellSchema),
  variables: v.array(liveVariableSchema),
});
export type LiveSession = v.InferOutput<typeof liveSessionSchema>;

/** Which cells are to run. */
export const liveSelectionSchema = v.variant("kind", [
  v.object({
    kind: v.literal("cells"),
    ids: v.pipe(v.array(v.string()), v.minLength(1)),
    /** What they need and is not in force runs first. */
    withNeeds: v.boolean(),
  }),
  /** All that is not fresh above this cell, and the cell. */
  v.object({ kind: v.literal("to"), id: v.string() }),
  /** All stale, changed and failed cells, with what they need. */
  v.object({ kind: v.literal("stale") }),
  /** All in a fresh sandbox: a run in the database. */
  v.object({ kind: v.literal("all") }),
]);
export type LiveSelection = v.InferOutput<typeof liveSelectionSchema>;

/** What will run for a selection, and how long that took last time; null where something never ran. */
export const liveForecastSchema = v.object({ cells: v.array(v.string()), lastMs: v.nullable(measured) });
export type LiveForecast = v.InferOutput<typeof liveForecastSchema>;
