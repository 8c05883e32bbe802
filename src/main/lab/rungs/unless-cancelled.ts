import { errorOf } from "../../../core/thrown.ts";

/** A cancellation is noticed within this time. */
const LOOK_EVERY_MS = 50;

/**
 * Waits for work that does not hear of cancellations itself.
 *
 * @param checkpoint Throws when the ladder is cancelled; `stop` then ends the work.
 */
export async function unlessCancelled<T>(
  work: Promise<T>,
  checkpoint: () => void,
  stop: () => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const cancelled = new Promise<never>((_resolve, reject) => {
    timer = setInterval(() => {
      try {
        checkpoint();
      } catch (error) {
        stop();
        reject(errorOf(error));
      }
    }, LOOK_EVERY_MS);
  });
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    clearInterval(timer);
  }
}
