import { constants } from "node:os";
import { app, dialog, powerMonitor, type BrowserWindow } from "electron";
import { counted } from "../../core/counted.ts";
import type { Activity } from "../../shared/ipc/ipc-contract.ts";
import type { Lab } from "../lab/lab.ts";
import { closeLab } from "./close-lab.ts";
import type { Log } from "../place/log.ts";
import { drainStandardStreams } from "./standard-streams.ts";

const LAST_RESORT_MS = 1_000;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Asks before an experiment is cut short, and closes the lab before the app ends. A signal comes from a terminal, a
 * script or the system that shuts down: then nobody is there to be asked, and the exit code says which it was. Nor is
 * anybody when a person logs out, which a question would hold up.
 */
export function guardQuit(window: BrowserWindow, lab: Promise<Lab>, log: Log): void {
  let phase: "open" | "asking" | "leaving" | "closed" = "open";
  let activity: Activity | null = null;
  let waiting = 0;
  /** Takes back the question whether what is on may be cut short, once it has ended by itself. */
  let takeBack = new AbortController();
  lab
    .then((opened) =>
      opened.subscribe((event) => {
        if (event.name === "activityChanged") {
          activity = event.payload;
          if (activity === null) takeBack.abort();
        }
        if (event.name === "trainingQueueChanged") waiting = event.payload.length;
      }),
    )
    .catch(() => {
      // Reported where the lab is opened.
    });

  const close = async () => {
    phase = "leaving";
    await closeLab(lab, log);
    phase = "closed";
    if (!window.isDestroyed()) window.webContents.session.flushStorageData();
    log.info("closed");
  };
  const leave = async () => {
    if (phase !== "open") return;
    phase = "asking";
    takeBack = new AbortController();
    const may =
      activity === null ||
      isOnlyLooked(activity) ||
      (await mayCutShort({ window, activity, waiting, ended: takeBack.signal }));
    // A signal may have come meanwhile.
    if (isLeaving()) return;
    if (!may) {
      phase = "open";
      return;
    }
    await close();
    // A page that hangs would hold up the normal way out.
    setTimeout(() => app.exit(0), LAST_RESORT_MS);
    app.quit();
  };
  const isLeaving = (): boolean => phase === "leaving" || phase === "closed";
  const obey = async (signal: (typeof SIGNALS)[number]) => {
    if (isLeaving()) return;
    log.info(`${signal}: closing`);
    await close();
    await drainStandardStreams();
    app.exit(128 + constants.signals[signal]);
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      obey(signal).catch((error: unknown) => {
        log.error("quitting failed", error);
        app.exit(1);
      });
    });
  }
  let sessionEnds = false;
  const endSession = () => {
    sessionEnds = true;
    if (isLeaving()) return;
    log.info("the session ends: closing");
    close()
      .then(() => app.exit(0))
      .catch((error: unknown) => {
        log.error("quitting failed", error);
        app.exit(1);
      });
  };
  // Linux and macOS.
  powerMonitor.on("shutdown", () => endSession());
  // Windows.
  window.on("session-end", endSession);
  const intercept = (event: { preventDefault: () => void }) => {
    // On macOS, refusing to quit would cancel the log-out.
    if (phase === "closed" || sessionEnds) return;
    event.preventDefault();
    leave().catch((error: unknown) => {
      log.error("quitting failed", error);
      app.exit(1);
    });
  };
  window.on("close", intercept);
  app.on("before-quit", intercept);
}

/** A view measures a network as soon as it is shown, and will again: nothing is lost with it. */
const isOnlyLooked = ({ kind, runId }: Activity): boolean => kind === "init" && runId === null;

interface CutShort {
  readonly window: BrowserWindow;
  readonly activity: Activity;
  /** How many trainings are in the queue. */
  readonly waiting: number;
  readonly ended: AbortSignal;
}

async function mayCutShort({ window, activity, waiting, ended }: CutShort): Promise<boolean> {
  const kept = activity.runId === null ? "" : " What was measured so far is kept in the run.";
  const queue =
    waiting === 0
      ? ""
      : ` ${counted(waiting, "training that waits stays", "trainings that wait stay")} in the queue.`;
  const { response } = await dialog.showMessageBox(window, {
    type: "question",
    message: `"${activity.title}" is still running.`,
    detail: `Quitting cancels it.${kept}${queue}`,
    signal: ended,
    buttons: ["Cancel it and quit", "Stay"],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return response === 0 || ended.aborted;
}
