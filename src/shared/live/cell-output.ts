import * as v from "valibot";
import { backwardLinesSchema, innerLayersSchema } from "../specs/layer-spec.ts";
import { measuredNumberSchema as measured } from "../runs/run-records.ts";
import { checkReportSchema } from "./check-report.ts";
import { sourcePlaceSchema } from "./source-place.ts";

/** How long a function of tensors takes, from `time(f)`. */
export const timingSchema = v.object({
  /** What was timed: the function's name, or "". */
  name: v.string(),
  /**
   * `program`: the recorded operations, run again and again in one dispatch. `clock`: the whole function by the
   * sandbox's clock in whole milliseconds, because it reads or prints and cannot be run again without the interpreter.
   */
  method: v.picklist(["program", "clock"]),
  medianMs: measured,
  lowerQuartileMs: measured,
  upperQuartileMs: measured,
  samplesMs: v.array(measured),
  threads: v.number(),
  operations: v.number(),
  /** Recording, which is not counted in the samples. */
  recordMs: measured,
  /** What the machine did meanwhile that makes the times untrustworthy; older versions did not look. */
  warnings: v.optional(v.array(v.string()), []),
});
export type Timing = v.InferOutput<typeof timingSchema>;

/** A value of `show({ name: value })`: what a notebook's judge compares. */
const shownValueSchema = v.object({
  name: v.string(),
  /** A number, several of them (the elements of a small tensor), or text. */
  value: v.union([measured, v.array(measured), v.string()]),
  /** "ms" for a timing's median, else "". */
  unit: v.picklist(["", "ms"]),
  timing: v.nullable(timingSchema),
});

export type ShownValue = v.InferOutput<typeof shownValueSchema>;

/** What a cell shows, in the order in which it said it. Text is shown as text, never as markup. */
export const cellOutputSchema = v.variant("kind", [
  /** A line, or several, of `print`. */
  v.object({ kind: v.literal("text"), text: v.string() }),
  /** The value of the cell's last line. */
  v.object({ kind: v.literal("value"), text: v.string() }),
  v.object({ kind: v.literal("show"), values: v.array(shownValueSchema) }),
  v.object({
    kind: v.literal("table"),
    columns: v.array(v.string()),
    rows: v.array(v.array(v.union([measured, v.string()]))),
  }),
  /** Lines over x; `plot`. Long lines are thinned out by their extremes. */
  v.object({
    kind: v.literal("chart"),
    title: v.string(),
    xLabel: v.string(),
    yLabel: v.string(),
    yScale: v.picklist(["linear", "log"]),
    series: v.array(v.object({ name: v.string(), x: v.array(measured), y: v.array(measured) })),
  }),
  /** `hist`: counts of equal bins over [lo, hi]. */
  v.object({
    kind: v.literal("histogram"),
    title: v.string(),
    lo: measured,
    hi: measured,
    counts: v.array(v.number()),
    elements: v.number(),
    /** NaN and infinite elements, which are in no bin. */
    notFinite: v.number(),
  }),
  /** `image`: grey values from 0 (lowest, black) to 1 (white), rows × columns each, at most 64 images. */
  v.object({
    kind: v.literal("image"),
    title: v.string(),
    images: v.array(v.object({ rows: v.number(), columns: v.number(), values: v.array(measured) })),
    lo: measured,
    hi: measured,
  }),
  /** `heat`: a matrix by colour; a large one as means of patches. */
  v.object({
    kind: v.literal("heat"),
    title: v.string(),
    shape: v.array(v.number()),
    rows: v.number(),
    columns: v.number(),
    values: v.array(measured),
    lo: measured,
    hi: measured,
  }),
  v.object({ kind: v.literal("check"), report: checkReportSchema }),
  /** `activation(name, …)`: other views can take it by its name. `backward` null: the slope is derived. */
  v.object({
    kind: v.literal("activation"),
    name: v.string(),
    /** Formulas of z, and of z and dy, as a network's spec takes them. */
    forward: v.string(),
    backward: v.nullable(v.string()),
    /** dz as the lab derives it. */
    derived: v.string(),
    /** Where `backward` is not that, for dy = 1. */
    misfit: v.nullable(v.object({ z: measured, given: measured, derived: measured })),
    place: v.nullable(sourcePlaceSchema),
    /** The code of the cell and of the cells it needs, as it ran; said of what is stored. */
    source: v.optional(v.string()),
  }),
  /** `lossFunction(name, …)`: the same of a loss; formulas of y, what is predicted, and t, the target, of one number. */
  v.object({
    kind: v.literal("loss"),
    name: v.string(),
    forward: v.string(),
    backward: v.nullable(v.string()),
    /** The slope by y as the lab derives it. */
    derived: v.string(),
    misfit: v.nullable(v.object({ y: measured, t: measured, given: measured, derived: measured })),
    place: v.nullable(sourcePlaceSchema),
    source: v.optional(v.string()),
  }),
  /** `ownLayer(name, …)`: what it is made of, as a network's spec says it. */
  v.object({
    kind: v.literal("layer"),
    name: v.string(),
    layers: innerLayersSchema,
    /** Lines of its backward; null where the lab derives it. What is stored of older versions does not say it. */
    backward: v.optional(v.nullable(backwardLinesSchema), null),
    /** A number of a gradient, "dw1", that is not the derivative. */
    misfit: v.optional(
      v.nullable(v.object({ gradient: v.string(), given: measured, derived: measured })),
      null,
    ),
    place: v.nullable(sourcePlaceSchema),
    source: v.optional(v.string()),
  }),
  /** Said by the lab, not by the cell: a broadcast that is probably not meant, output that was cut off. */
  v.object({ kind: v.literal("notice"), text: v.string(), place: v.nullable(sourcePlaceSchema) }),
]);
export type CellOutput = v.InferOutput<typeof cellOutputSchema>;
