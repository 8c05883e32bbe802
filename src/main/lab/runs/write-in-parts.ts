import { setTimeout as wait } from "node:timers/promises";
import type { Store } from "../../store/store.ts";

/** Who waits for SQLite's lock tries again within 25 ms, in its first 130 ms. */
const UNLOCKED_MS = 30;

/**
 * Lets a thread of the store write part by part, each a short transaction; in between others write, of this process and
 * of other programs.
 *
 * @param reason "runs are being imported".
 * @param part Is called until it says that it is over. @returns its last answer.
 */
export async function writeInParts<T extends { readonly over: boolean }>(
  store: Pick<Store, "unlocked" | "whileLocked">,
  reason: string,
  part: () => Promise<T>,
): Promise<T> {
  for (;;) {
    await store.unlocked();
    const done = await store.whileLocked(reason, part);
    if (done.over) return done;
    await wait(UNLOCKED_MS);
  }
}
