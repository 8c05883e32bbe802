import * as v from "valibot";

/** More than any experiment gains from; the engine's control block has room for three times as many. */
export const MOST_THREADS = 64;

/** A number of worker threads. */
export const threadsSchema = v.pipe(
  v.number("threads must be a number"),
  v.integer("threads must be a whole number"),
  v.minValue(1, "threads must be at least 1"),
  v.maxValue(MOST_THREADS, `threads must be at most ${MOST_THREADS}`),
);
