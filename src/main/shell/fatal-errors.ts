import { app, dialog } from "electron";
import { messageOf } from "../../core/thrown.ts";
import type { Lab } from "../lab/lab.ts";
import { closeLab } from "./close-lab.ts";
import type { Log } from "../place/log.ts";
import { drainStandardStreams } from "./standard-streams.ts";

export interface FatalErrors {
  /** From now on a fatal error closes this lab before the app ends. */
  protect(lab: Promise<Lab>): void;
  /** From now on a failure that leaves the app sound is shown by this, and the app goes on. */
  goOnAfter(show: (title: string, message: string) => void): void;
  /** Logs, closes the lab, tells the person at the window (or stderr) and ends the app with exit code 1. */
  report(title: string, error: unknown): Promise<void>;
}

/** Of a session; what fails over and over is in the log. */
const MOST_SHOWN = 10;

/** A stream's or the system's refusal (ENOENT, EPIPE, Z_DATA_ERROR): nothing of the app's own is half done. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "string" && /^[EZ]/.test(error.code);

/** Catches what nothing else caught. `interactive` is off where nobody could close a dialog. */
export function catchFatalErrors(log: Log, { interactive }: { interactive: boolean }): FatalErrors {
  let lab: Promise<Lab> | null = null;
  let reported = false;
  let show: ((title: string, message: string) => void) | null = null;
  let shown = 0;

  const report = async (title: string, error: unknown) => {
    log.error(title, error);
    // Only the first one is shown; others are often its consequences.
    if (reported) return;
    reported = true;
    const message = messageOf(error);
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

  const goOn = (error: unknown): void => {
    if (show === null) {
      void report("Backprop Lab met an internal error and has to close", error);
      return;
    }
    log.error("Something failed that nothing waited for", error);
    if (++shown > MOST_SHOWN) return;
    const message = messageOf(error);
    show("Something failed, and the app goes on", `${message}. The log tells where (menu Help).`);
  };

  process.on("uncaughtException", (error) => {
    // After any other exception a part of the app may be half done.
    if (isRefusal(error)) goOn(error);
    else void report("Backprop Lab met an internal error and has to close", error);
  });
  process.on("unhandledRejection", goOn);
  return {
    protect: (opened) => {
      lab = opened;
    },
    goOnAfter: (shownBy) => {
      show = shownBy;
    },
    report,
  };
}
