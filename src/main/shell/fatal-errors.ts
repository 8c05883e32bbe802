import { app, dialog } from "electron";
import type { Lab } from "../lab/lab.ts";
import { closeLab } from "./close-lab.ts";
import type { Log } from "./log.ts";
import { drainStandardStreams } from "./standard-streams.ts";

export interface FatalErrors {
  /** From now on a fatal error closes this lab before the app ends. */
  protect(lab: Promise<Lab>): void;
  /** Logs, closes the lab, tells the person at the window (or stderr) and ends the app with exit code 1. */
  report(title: string, error: unknown): Promise<void>;
}

/** Catches what nothing else caught. `interactive` is off where nobody could close a dialog. */
export function catchFatalErrors(log: Log, { interactive }: { interactive: boolean }): FatalErrors {
  let lab: Promise<Lab> | null = null;
  let reported = false;

  const report = async (title: string, error: unknown) => {
    log.error(title, error);
    // Only the first one is shown; others are often its consequences.
    if (reported) return;
    reported = true;
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${title}: ${message}\n`);
    if (lab !== null) await closeLab(lab, log);
    if (interactive) {
      await app.whenReady();
      await dialog.showMessageBox({
        type: "error",
        title: app.getName(),
        message: title,
        detail: message,
        buttons: ["Quit"],
      });
    }
    await drainStandardStreams();
    app.exit(1);
  };

  process.on(
    "uncaughtException",
    (error) => void report("Backprop Lab met an internal error and has to close", error),
  );
  process.on(
    "unhandledRejection",
    (reason) => void report("Backprop Lab met an internal error and has to close", reason),
  );
  return {
    protect: (opened) => {
      lab = opened;
    },
    report,
  };
}
