import * as v from "valibot";
import { measuredNumberSchema as measured } from "../runs/run-records.ts";
import { cellOutputSchema } from "./cell-output.ts";
import { sourcePlaceSchema } from "./source-place.ts";

/** Why a cell did not run to its end. */
export const cellErrorSchema = v.object({
  kind: v.picklist([
    /** The text is no program; nothing ran. */
    "syntax",
    /** An error that the cell's code threw, or a mistake in using a tensor. */
    "runtime",
    /** Shapes that do not fit. */
    "shape",
    /** `assert` or `assertClose`. */
    "assertion",
    /** `check` or `checkLayer` found a wrong gradient. */
    "check",
    /** Script heap, stack, tensors, output or nodes are at their limit. */
    "limit",
    /** A person, or the time limit, stopped it. All variables are still there. */
    "stopped",
    /** The sandbox had to be ended: all names are gone, of earlier cells too. */
    "lost",
    /** The engine failed; not the cell's fault. */
    "engine",
  ]),
  /** "ShapeError", "TypeError", or the name that the cell's code gave it. */
  name: v.string(),
  message: v.string(),
  /** Where, innermost first, at most 20; in cells only. Empty where nothing is known. */
  frames: v.array(v.object({ ...sourcePlaceSchema.entries, function: v.string() })),
});
export type CellError = v.InferOutput<typeof cellErrorSchema>;

/** What running a cell once has given. */
export const cellResultSchema = v.object({
  id: v.string(),
  outputs: v.array(cellOutputSchema),
  /** Null when it ran to its end. */
  error: v.nullable(cellErrorSchema),
  /** Which sandbox ran it; names of cells that ran in an earlier one are gone. */
  generation: v.number(),
  wallMs: measured,
  /** Operations recorded, and times the engine was asked to compute. */
  operations: v.number(),
  flushes: v.number(),
  /** Tensors that are alive after it, and the bytes they hold in the arena. */
  tensors: v.number(),
  tensorBytes: v.number(),
});
export type CellResult = v.InferOutput<typeof cellResultSchema>;
