import os from "node:os";
import { SetupError } from "./setup-error.mjs";

/**
 * Runs a script's body, turns a failed set-up into a message and sets the exit code.
 *
 * @param {() => Promise<number>} body
 */
export async function runMain(body) {
  // Ending by way of exit lets the lock, the virtual display and running commands be cleaned up.
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  const leave = signals.map((signal) => ({ signal, handler: () => process.exit(signalExitCode(signal)) }));
  for (const { signal, handler } of leave) process.once(signal, handler);
  try {
    process.exitCode = await body();
  } catch (error) {
    const known = error instanceof SetupError;
    process.stderr.write(
      `\n${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exitCode = 1;
  } finally {
    for (const { signal, handler } of leave) process.off(signal, handler);
  }
}

/** @param {NodeJS.Signals} signal */
export function signalExitCode(signal) {
  return 128 + os.constants.signals[signal];
}
