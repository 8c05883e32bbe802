import { app, dialog, type BrowserWindow } from "electron";
import type { Lab } from "../lab/lab.ts";
import { closeLab } from "./close-lab.ts";
import type { Log } from "./log.ts";

const LAST_RESORT_MS = 1_000;

/** Asks before an experiment is cut short, and closes the lab before the app ends. */
export function guardQuit(window: BrowserWindow, lab: Promise<Lab>, log: Log): void {
  let phase: "open" | "asking" | "leaving" | "closed" = "open";
  let activityTitle: string | null = null;
  lab
    .then((opened) =>
      opened.subscribe((event) => {
        if (event.name === "activityChanged") activityTitle = event.payload?.title ?? null;
      }),
    )
    .catch(() => {
      // Reported where the lab is opened.
    });

  const leave = async () => {
    if (phase !== "open") return;
    phase = "asking";
    if (activityTitle !== null && !(await mayCutShort(window, activityTitle))) {
      phase = "open";
      return;
    }
    phase = "leaving";
    await closeLab(lab, log);
    phase = "closed";
    window.webContents.session.flushStorageData();
    log.info("closed");
    // A page that hangs would hold up the normal way out.
    setTimeout(() => app.exit(0), LAST_RESORT_MS);
    app.quit();
  };
  const intercept = (event: { preventDefault: () => void }) => {
    if (phase === "closed") return;
    event.preventDefault();
    leave().catch((error: unknown) => {
      log.error("quitting failed", error);
      app.exit(1);
    });
  };
  window.on("close", intercept);
  app.on("before-quit", intercept);
}

async function mayCutShort(window: BrowserWindow, title: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: "question",
    message: `"${title}" is still running.`,
    detail: "Quitting cancels it. What was measured so far is kept in the run.",
    buttons: ["Cancel it and quit", "Stay"],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}
