import { SetupError } from "./setup-error.mjs";
import { withSetupLock } from "./setup-lock.mjs";

/** What a file system says where nothing may be written. */
const READ_ONLY = new Set(["EACCES", "EPERM", "EROFS"]);

/** @param {unknown} error @returns {error is NodeJS.ErrnoException} */
const isReadOnly = (error) => error instanceof Error && "code" in error && READ_ONLY.has(String(error.code));

/**
 * As `withSetupLock`; in a folder that somebody else has set up and that cannot be written, what is ready is used as it
 * is.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {Parameters<typeof withSetupLock>[2]} [options]
 * @returns {Promise<T>}
 * @throws {SetupError} If something is missing there.
 */
export async function lockedOrAsItIs(file, work, options) {
  try {
    return await withSetupLock(file, work, options);
  } catch (error) {
    if (!isReadOnly(error)) throw error;
  }
  try {
    return await work();
  } catch (error) {
    if (!isReadOnly(error)) throw error;
    throw new SetupError("The lab is not ready to run, and its folder cannot be written", {
      tried: [error.path ?? file],
      answer: error.message,
      todo:
        'Let whoever may write there run "npm run setup" (after an update too),\n' +
        "or copy the folder to a place of your own and run the command there.",
      cause: error,
    });
  }
}
