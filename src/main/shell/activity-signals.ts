import { Notification, powerSaveBlocker, type BrowserWindow } from "electron";
import type { LabEvent } from "../lab/activity/experiment.ts";
import { activityEnds, type EndedActivity } from "./activity-end.ts";

const LONG_RUN_MS = 30_000;
const NO_BAR = -1;
const INDETERMINATE = 2;

/**
 * What the desktop shows of a running experiment: the computer stays awake, the taskbar shows progress, and a
 * notification tells of the end of a long run when the window is not in front.
 */
export function signalActivity(window: BrowserWindow): (event: LabEvent) => void {
  const endOf = activityEnds();
  let blocker: number | null = null;

  const begin = () => {
    blocker ??= powerSaveBlocker.start("prevent-app-suspension");
  };
  const end = ({ activity, status }: EndedActivity) => {
    if (blocker !== null) powerSaveBlocker.stop(blocker);
    blocker = null;
    const unseen = window.isDestroyed() || !window.isFocused();
    if (unseen && activity.elapsedMs > LONG_RUN_MS && Notification.isSupported()) {
      const minutes = (activity.elapsedMs / 60_000).toFixed(1);
      new Notification({ title: activity.title, body: `${status ?? "ended"} after ${minutes} min` }).show();
    }
  };

  return (event) => {
    const ended = endOf(event);
    if (ended !== null) end(ended);
    if (event.name !== "activityChanged") return;
    const current = event.payload;
    if (current !== null) begin();
    if (window.isDestroyed()) return;
    window.setProgressBar(current === null ? NO_BAR : (current.fraction ?? INDETERMINATE));
  };
}
