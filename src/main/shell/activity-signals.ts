import { Notification, powerSaveBlocker, type BrowserWindow } from "electron";
import type { Activity } from "../../shared/ipc/ipc-contract.ts";
import type { LabEvent } from "../lab/activity/experiment.ts";

const LONG_RUN_MS = 30_000;
const NO_BAR = -1;
const INDETERMINATE = 2;

/**
 * What the desktop shows of a running experiment: the computer stays awake, the taskbar shows progress, and a
 * notification tells of the end of a long run when the window is not in front.
 */
export function signalActivity(window: BrowserWindow): (event: LabEvent) => void {
  let current: Activity | null = null;
  let blocker: number | null = null;
  let ending = "";

  const begin = () => {
    blocker ??= powerSaveBlocker.start("prevent-app-suspension");
  };
  const end = (finished: Activity) => {
    if (blocker !== null) powerSaveBlocker.stop(blocker);
    blocker = null;
    const unseen = window.isDestroyed() || !window.isFocused();
    if (unseen && finished.elapsedMs > LONG_RUN_MS && Notification.isSupported()) {
      const minutes = (finished.elapsedMs / 60_000).toFixed(1);
      new Notification({ title: finished.title, body: `${ending || "ended"} after ${minutes} min` }).show();
    }
  };

  return (event) => {
    if (event.name === "runChanged") ending = event.payload.status;
    if (event.name !== "activityChanged") return;
    const previous = current;
    current = event.payload;
    if (current !== null) begin();
    else if (previous !== null) end(previous);
    if (window.isDestroyed()) return;
    window.setProgressBar(current === null ? NO_BAR : (current.fraction ?? INDETERMINATE));
  };
}
