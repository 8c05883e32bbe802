import { MEMORY_QUANTITIES } from "../../../shared/runs/memory-quantities.ts";
import type { NewRun, Store } from "../../store/store.ts";

/** Of each kind so many of the newest runs are looked through. */
const MOST_LOOKED_AT = 100;

/**
 * What a whole notebook had in the arena when the same cells last ran to their end with the same rows and threads: a
 * notebook's tensors are known only once it has run. Null before that.
 */
export function lastPeakBytes(
  store: Pick<Store, "listRuns">,
  { threads, rows, config: { codeHash } }: Pick<NewRun, "threads" | "rows" | "config">,
): number | null {
  const before = store
    .listRuns(MOST_LOOKED_AT)
    .find(
      (run) =>
        run.kind === "notebook" &&
        run.status === "finished" &&
        run.config["codeHash"] === codeHash &&
        run.rows === rows &&
        run.threads === threads,
    );
  const bytes = before?.summary[MEMORY_QUANTITIES.peak];
  return typeof bytes === "number" ? bytes : null;
}
