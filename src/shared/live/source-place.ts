import * as v from "valibot";

/** A place in the text of a cell, as a person counts: lines and columns from 1. */
export const sourcePlaceSchema = v.object({
  /** Id of the cell. */
  cell: v.string(),
  line: v.number(),
  /** Null where only the line is known. */
  column: v.nullable(v.number()),
});
export type SourcePlace = v.InferOutput<typeof sourcePlaceSchema>;
