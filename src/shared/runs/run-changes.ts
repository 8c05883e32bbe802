import * as v from "valibot";
import { RUN_COLOURS, RUN_TEXT } from "./run-records.ts";
import { grouped } from "../../core/grouped.ts";

/** Refuses a text that is too long, with both lengths: it is never cut. */
export const atMost = (what: string, characters: number) =>
  v.maxLength<string, number, (issue: { readonly input: string }) => string>(
    characters,
    ({ input }) =>
      `${what} may have at most ${grouped(characters)} characters; this one has ${grouped(input.length)}: shorten it`,
  );

const tag = v.pipe(
  v.string(),
  v.trim(),
  v.regex(/^[^\s,"]+$/u, "a tag is one word without commas and quotes"),
  atMost("a tag", RUN_TEXT.tag),
);
const tags = v.pipe(v.array(tag), v.maxLength(RUN_TEXT.tags));

/** What a person may change about runs; what is left out stays. */
export const runChangeSchema = v.strictObject({
  name: v.optional(
    v.pipe(v.string(), v.trim(), v.minLength(1, "a run needs a name"), atMost("a name", RUN_TEXT.name)),
  ),
  colour: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(RUN_COLOURS - 1)))),
  pinned: v.optional(v.boolean()),
  notes: v.optional(v.pipe(v.string(), atMost("a note", RUN_TEXT.notes))),
  addTags: v.optional(tags),
  removeTags: v.optional(tags),
  archived: v.optional(v.boolean()),
  /** Into the trash, or out of it. */
  deleted: v.optional(v.boolean()),
  /** An interrupted run stays as it is: it is not asked about any more. */
  kept: v.optional(v.boolean()),
});
export type RunChange = v.InferOutput<typeof runChangeSchema>;

/** Days that a run stays in the trash. */
export const TRASH_DAYS = 30;
