import * as v from "valibot";
import { atMost } from "./run-changes.ts";
import { listedKindSchema, quantityValueSchema, runStatusSchema } from "./run-records.ts";

/** Columns of every run, whatever its kind. */
export const OWN_COLUMNS = [
  "name",
  "kind",
  "status",
  "started",
  "finished",
  "seconds",
  "threads",
  "rows",
  "machine",
  "tags",
  "notes",
  "checks",
  "id",
] as const;

/**
 * A column's name: one of `OWN_COLUMNS`, or `config.lr`, `summary.validAccuracy`, `last.loss`, `best.loss`, `min.loss`,
 * `max.loss` (of a metric's points), `ms.functions forward` (median of the warm timings).
 */
const column = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

/** Which runs: `active` are neither archived nor in the trash. */
export const runScopeSchema = v.picklist(["active", "archived", "trash", "all"]);
export type RunScope = v.InferOutput<typeof runScopeSchema>;

const sortSchema = v.object({ column, descending: v.boolean() });

/** How a person looks at the table of runs. */
export const runViewSchema = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1, "a view needs a name"), atMost("a view's name", 80)),
  query: v.pipe(v.string(), atMost("a filter", 1_000)),
  scope: runScopeSchema,
  sort: sortSchema,
  columns: v.pipe(v.array(column), v.maxLength(60)),
  groupBy: v.nullable(column),
});
export type RunView = v.InferOutput<typeof runViewSchema>;

export const DEFAULT_VIEW: RunView = {
  name: "All",
  query: "",
  scope: "active",
  sort: { column: "started", descending: true },
  columns: [
    "best.validAccuracy",
    "best.validLoss",
    "last.loss",
    "status",
    "started",
    "seconds",
    "kind",
    "tags",
  ],
  groupBy: null,
};

/** A stretch of the table. */
export const runTableRequestSchema = v.object({
  ...v.omit(runViewSchema, ["name"]).entries,
  /** Pinned runs come before all others, as a person looks at the table; elsewhere the order is what `sort` says. */
  pinnedFirst: v.optional(v.boolean()),
  offset: v.pipe(v.number(), v.integer(), v.minValue(0)),
  limit: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000)),
});
export type RunTableRequest = v.InferOutput<typeof runTableRequestSchema>;

/** What a field of the table holds; null is nothing. */
export const runValueSchema = v.nullable(quantityValueSchema);
export type RunValue = v.InferOutput<typeof runValueSchema>;

export const runRowSchema = v.object({
  id: v.string(),
  name: v.string(),
  /** What tells it from the other runs that match: "lr 0.05, seed 3"; "" where its name does. */
  differs: v.string(),
  kind: listedKindSchema,
  status: runStatusSchema,
  startedAt: v.string(),
  colour: v.nullable(v.number()),
  pinned: v.boolean(),
  archived: v.boolean(),
  tags: v.array(v.string()),
  /** In the order of the request's columns. */
  values: v.array(runValueSchema),
});
export type RunRow = v.InferOutput<typeof runRowSchema>;

/** Groups that a table shows; beyond this a column does not group but tells apart. */
export const MOST_GROUPS = 500;

/** Runs that share the value of the column they are grouped by. */
export const runGroupSchema = v.object({
  value: v.string(),
  runs: v.number(),
  ids: v.array(v.string()),
  /** Mean and sample standard deviation of the columns that are numbers, in the order of the request's columns. */
  cells: v.array(v.nullable(v.object({ mean: v.number(), sd: v.number(), n: v.number() }))),
});
export type RunGroup = v.InferOutput<typeof runGroupSchema>;

export const runTableSchema = v.object({
  /** Runs that match. */
  total: v.number(),
  /** Runs of the scope, matching or not. */
  inScope: v.number(),
  /** All that match, in order. */
  ids: v.array(v.string()),
  rows: v.array(runRowSchema),
  groups: v.nullable(v.array(runGroupSchema)),
  /** What is wrong with the query, or null; then nothing was filtered by it. */
  problem: v.nullable(v.string()),
});
export type RunTableAnswer = v.InferOutput<typeof runTableSchema>;

/** What there is to choose columns and fields of a query from. */
export const runCatalogueSchema = v.object({
  config: v.array(v.string()),
  summary: v.array(v.string()),
  metrics: v.array(v.string()),
  timings: v.array(v.string()),
  tags: v.array(v.string()),
});
export type RunCatalogue = v.InferOutput<typeof runCatalogueSchema>;
