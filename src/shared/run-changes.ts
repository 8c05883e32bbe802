import * as v from "valibot";
import { RUN_COLOURS, RUN_TEXT } from "./run-records.ts";

const tag = v.pipe(
  v.string(),
  v.trim(),
  v.regex(/^[^\s,"]+$/u, "a tag is one word without commas and quotes"),
  v.maxLength(RUN_TEXT.tag, `a tag has at most ${RUN_TEXT.tag} characters`),
);
const tags = v.pipe(v.array(tag), v.maxLength(RUN_TEXT.tags));

/** What a person may change about runs; what is left out stays. */
export const runChangeSchema = v.strictObject({
  name: v.optional(
    v.pipe(
      v.string(),
      v.trim(),
      v.minLength(1, "a run needs a name"),
      v.maxLength(RUN_TEXT.name, `a name has at most ${RUN_TEXT.name} characters`),
    ),
  ),
  colour: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(RUN_COLOURS - 1)))),
  pinned: v.optional(v.boolean()),
  notes: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(RUN_TEXT.notes, `notes have at most ${RUN_TEXT.notes.toLocaleString("en-US")} characters`),
    ),
  ),
  addTags: v.optional(tags),
  removeTags: v.optional(tags),
  archived: v.optional(v.boolean()),
  /** Into the trash, or out of it. */
  deleted: v.optional(v.boolean()),
});
export type RunChange = v.InferOutput<typeof runChangeSchema>;

/** Days that a run stays in the trash. */
export const TRASH_DAYS = 30;
