import * as v from "valibot";
import { threadsSchema } from "../specs/threads.ts";
import { wholeNumber } from "../specs/number-schemas.ts";

/** What a document says of how its cells run. */
export const liveSettingsSchema = v.object({
  seed: wholeNumber("seed", 0, 0xffffffff),
  threads: threadsSchema,
  /** Training rows that `data()` gives at most. */
  rows: wholeNumber("rows", 1, 10_000_000),
  /** A cell that takes longer is stopped; null for no limit. */
  limitMs: v.nullable(wholeNumber("limit", 1, 24 * 3_600_000)),
});
export type LiveSettings = v.InferOutput<typeof liveSettingsSchema>;

/** What may be asked of a cell's text. */
export const cellSourceSchema = v.object({
  /** Keys its random numbers; stays when the cell is moved or renamed. */
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  /** TypeScript. */
  source: v.pipe(v.string(), v.maxLength(10_000_000, "a cell's text may have at most 10 million characters")),
});
export type CellSource = v.InferOutput<typeof cellSourceSchema>;

/** A lesson's check: TypeScript that throws unless an exercise is solved, run where the student's code cannot reach. */
export interface CheckSource extends CellSource {
  /** Names of the student's cells that the check may use. */
  readonly names: readonly string[];
}
