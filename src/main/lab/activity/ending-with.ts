import { messageLine } from "../../../core/thrown.ts";

/**
 * Does `work`, and then `end`, however the work has ended. An error of the work's, a cancellation too, says how it ended:
 * what goes wrong afterwards does not take its place and goes to `tell`.
 */
export async function endingWith(
  work: () => Promise<void>,
  end: () => Promise<void> | void,
  tell: (message: string) => void,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    try {
      await end();
    } catch (unsaved) {
      tell(messageLine(unsaved));
    }
    throw error;
  }
  await end();
}
