import type { Database } from "../open/database.ts";

/** With what the disk takes for the commit, and what who waits sleeps between two tries, some 150 ms. */
export const LOCKED_MS = 60;

/**
 * Does steps in one transaction, which ends after `lockedMs` or with the last of them; one at least. On an error nothing
 * of them is in the database, and the steps cannot go on.
 *
 * @returns whether there is nothing left to do.
 */
export function writePart<T>(
  db: Database,
  steps: Iterator<T>,
  {
    lockedMs = LOCKED_MS,
    onStep = () => undefined,
  }: { readonly lockedMs?: number; readonly onStep?: (value: T) => void } = {},
): boolean {
  db.exec("BEGIN IMMEDIATE");
  try {
    const end = performance.now() + lockedMs;
    let step: IteratorResult<T>;
    do {
      step = steps.next();
      if (step.done !== true) onStep(step.value);
    } while (step.done !== true && performance.now() < end);
    db.exec("COMMIT");
    return step.done === true;
  } catch (error) {
    // A full disk has rolled back already.
    if (db.inTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
