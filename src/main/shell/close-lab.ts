import type { Lab } from "../lab/lab.ts";
import type { Log } from "../place/log.ts";

/** How long leaving may take: past this the operating system, or the user, would kill the app anyway. */
const CLOSE_TIMEOUT_MS = 5_000;

/** Cancels what is on and closes the database, within five seconds; never rejects. */
export async function closeLab(lab: Promise<Lab>, log: Log): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<"timeout">((resolve) => {
    timer = setTimeout(() => resolve("timeout"), CLOSE_TIMEOUT_MS);
  });
  try {
    if ((await Promise.race([cancelAndClose(lab), timeout])) === "timeout") {
      log.error(
        `the lab did not close within ${CLOSE_TIMEOUT_MS / 1000} s; the run will be marked interrupted`,
      );
    }
  } catch (error) {
    log.error("the lab did not close cleanly", error);
  } finally {
    clearTimeout(timer);
  }
}

async function cancelAndClose(lab: Promise<Lab>): Promise<void> {
  // A lab that never opened has nothing to close; why it did not is reported where it was opened.
  const opened = await lab.catch(() => null);
  if (opened === null) return;
  opened.activity.cancel();
  await opened.close();
}
