import * as v from "valibot";

/** What a file could be called: main makes a name of it that every file system takes, and the dialog shows it. */
export const suggestedName = v.pipe(v.string(), v.minLength(1), v.maxLength(1_000));

/** How saving a file ended that main has asked a place for. */
export const saved = v.variant("kind", [
  v.object({ kind: v.literal("saved"), path: v.string(), rows: v.number() }),
  v.object({ kind: v.literal("dismissed") }),
]);
