import type { BrowserWindow } from "electron";
import type { Log } from "../place/log.ts";

const PATIENCE_MS = 10_000;
const CRASHES_IN_A_ROW = 3;
const CRASH_WINDOW_MS = 60_000;

/**
 * A page that crashed or hangs is loaded again; it asks main for the state of the notebook and of the activity and
 * goes on from there. Experiments run in main and its workers, so they never notice.
 *
 * @param giveUp Called when the page keeps crashing.
 */
export function recoverRenderer(window: BrowserWindow, log: Log, giveUp: (reason: string) => void): void {
  const contents = window.webContents;
  let crashes: number[] = [];
  let hanging: NodeJS.Timeout | undefined;

  contents.on("render-process-gone", (_event, { reason, exitCode }) => {
    clearTimeout(hanging);
    if (reason === "clean-exit") return;
    log.error(`the window's process ended: ${reason}, exit code ${exitCode}; the page is loaded again`);
    const now = performance.now();
    crashes = [...crashes.filter((time) => now - time < CRASH_WINDOW_MS), now];
    if (crashes.length > CRASHES_IN_A_ROW) {
      giveUp(reason);
      return;
    }
    contents.once("did-finish-load", () => log.info("the window's page is back"));
    // Loading from inside the event would reuse the process that is going down.
    setImmediate(() => {
      if (!window.isDestroyed()) contents.reload();
    });
  });

  window.on("unresponsive", () => {
    log.warn(`the window does not answer; its page is loaded again in ${PATIENCE_MS / 1000} s`);
    clearTimeout(hanging);
    hanging = setTimeout(() => {
      // Someone who steps through the page in the developer tools halts it on purpose.
      if (!window.isDestroyed() && !contents.isDevToolsOpened()) contents.forcefullyCrashRenderer();
    }, PATIENCE_MS);
  });
  window.on("responsive", () => clearTimeout(hanging));
}
