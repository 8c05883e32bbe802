import type { QuickReader } from "../../store/thread/quick-answers.ts";
import { StoreReader, type StoreReaderOptions } from "../../store/thread/store-reader.ts";

/** The threads for exports and upkeep end this long after the last one. */
const IDLE_MS = 10_000;

/**
 * Threads that read the database, none of which waits for another: one that answers in milliseconds, one for what a
 * person asked for that takes seconds, one for what the app does by itself.
 */
export type StoreReaders = Readonly<Record<"quick", QuickReader> & Record<"slow" | "upkeep", StoreReader>>;

export const storeReaders = (options: Omit<StoreReaderOptions, "idleMs">): StoreReaders => ({
  quick: new StoreReader({ ...options, idleMs: Infinity }),
  slow: new StoreReader({ ...options, idleMs: IDLE_MS }),
  upkeep: new StoreReader({ ...options, idleMs: IDLE_MS }),
});
