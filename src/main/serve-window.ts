import { homedir } from "node:os";
import { messageOf } from "../core/thrown.ts";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { app, type BrowserWindow } from "electron";
import { eventSender } from "./ipc/event-sender.ts";
import { ipcHandlers, type IpcHandlers } from "./ipc/ipc-handlers.ts";
import { openDialog, replaceDialog, saveDialog } from "./ipc/save-place.ts";
import type { LabEvent } from "./lab/activity/experiment.ts";
import type { Lab } from "./lab/lab.ts";
import { openIdleLab } from "./lab/open-lab.ts";
import { openSomewhere } from "./place/database-place.ts";
import { licencesDir, type LabFiles } from "./place/lab-files.ts";
import type { LaunchOptions } from "./place/launch-options.ts";
import type { OpenedLog } from "./place/log.ts";
import { showAbout } from "./shell/about.ts";
import { signalActivity } from "./shell/activity-signals.ts";
import { installMenu } from "./shell/app-menu.ts";
import { folderDialog } from "./shell/ask-folder.ts";
import { runDemo } from "./shell/demo.ts";
import type { FatalErrors } from "./shell/fatal-errors.ts";
import type { OpenedFiles } from "./shell/opened-files.ts";
import { printHtml } from "./shell/print-html.ts";
import { guardQuit } from "./shell/quit-guard.ts";
import { RecentFiles } from "./shell/recent-files.ts";
import { sqlConsole } from "./shell/sql-console.ts";
import { drainStandardStreams } from "./shell/standard-streams.ts";
import { windowSystem } from "./shell/window-system.ts";
import { watchOpening, windowUsable } from "./shell/window-usable.ts";
import { writeClipboard } from "./shell/write-clipboard.ts";

const TIDY_AFTER_MS = 5_000;
/** Workers wait for the window's first picture, which needs the processors itself, but no longer than this. */
const WORKERS_AT_LATEST_MS = 3_000;
/** What a person does and sees at once: trainings wait for it. */
const DRAWN_AT_ONCE = new Set(["keyDown", "rawKeyDown", "mouseWheel"]);

interface OpenWindow {
  readonly window: BrowserWindow;
  readonly files: LabFiles;
  readonly options: LaunchOptions;
  readonly opened: OpenedFiles;
  readonly log: OpenedLog;
  readonly fatal: FatalErrors;
}

/** Opens the lab and answers the window. `served` ends when all has been done that a start asks for. */
export function serveWindow(open: OpenWindow): {
  readonly handlers: IpcHandlers;
  readonly served: Promise<void>;
} {
  const { window, files, options, opened, log, fatal } = open;
  const place = {
    placeFile: files.databasePlacePath,
    usualPath: options.demoDir === null ? files.databasePath : join(options.demoDir, "lab.sqlite"),
  };
  const idleLab = openSomewhere(
    place,
    (databasePath) =>
      openIdleLab({
        databasePath,
        database: { usualPlace: databasePath === place.usualPath },
        resourcesDir: files.resourcesDir,
        workerFile: files.workerFile,
        nativeBinding: options.nativeBinding,
        logPath: files.logPath,
        appVersion: app.getVersion(),
        runtimeSource: options.runtimeSource,
        windowSystem,
      }),
    { ask: options.demoDir === null ? folderDialog(window) : () => Promise.resolve(null), log },
  );
  fatal.protect(idleLab);
  guardQuit(window, idleLab, log);

  const opening = watchOpening();
  const usable = windowUsable(window, opening.notebookOpened);
  // A window that is closed before it is usable fails this, and nobody waits for it.
  const drawn = usable.catch((error: unknown) =>
    log.warn(`the window did not become usable: ${String(error)}`),
  );
  const lab = idleLab.then(async (idle) => {
    await Promise.race([drawn, wait(WORKERS_AT_LATEST_MS, undefined, { ref: false })]);
    await idle.start();
    return idle;
  });
  const send = eventSender(window, log, { validate: !app.isPackaged, listening: opening.listening });
  const recent = new RecentFiles({
    settingsPath: files.recentFilesPath,
    home: process.platform === "win32" ? null : homedir(),
    system: app,
    log,
  });
  const menu = installMenu(
    {
      send: (command) => send({ name: "menuCommand", payload: command }),
      openRecent: (id) => opened.addRecent(id),
      showAbout: () => void showAbout(window, options.runtimeSource),
      licencesDir: licencesDir(files),
      notOpened: (folder, reason) => {
        const title = "No program of this system opened the folder";
        send({ name: "failure", payload: { title, message: `${folder} (${reason})` } });
      },
      logPath: files.logPath,
    },
    recent.entries(),
  );
  recent.subscribe(() => {
    const entries = recent.entries();
    menu.showRecent(entries);
    send({ name: "recentChanged", payload: entries });
  });
  const handlers = opening.watched(
    ipcHandlers({
      lab,
      idleLab,
      resourcesDir: files.resourcesDir,
      askWhere: saveDialog(window, options.saveDir),
      askReplace: replaceDialog(window),
      askWhich: openDialog(window, options.openFile),
      printPage: () => window.webContents.printToPDF({ printBackground: true, pageSize: "A4" }),
      printHtml,
      querySql: sqlConsole(files.sqlFile, options.nativeBinding),
      writeClipboard,
      opened,
      recent,
      showCommands: menu.showCommands,
    }),
  );
  return { handlers, served: serve(open, { idleLab, lab, usable, send, recent }) };
}

interface Serving {
  readonly idleLab: Promise<Lab>;
  /** With its workers. */
  readonly lab: Promise<Lab>;
  readonly usable: Promise<void>;
  readonly send: (event: LabEvent) => void;
  readonly recent: RecentFiles;
}

/** Tells the window and the system what happens, and does what the start asks for. */
async function serve(open: OpenWindow, { idleLab, lab, usable, send, recent }: Serving): Promise<void> {
  const { window, options, opened, log, fatal } = open;
  const signal = signalActivity(window);

  // It fails also where the lab without workers does.
  const ready = lab.catch((error: unknown) => fatal.report("Backprop Lab could not be opened", error));
  const idle = await idleLab.catch(() => undefined);
  if (idle === undefined) return;
  idle.subscribe((event) => {
    send(event);
    signal(event);
    if (event.name === "documentChanged") recent.rename(event.payload.id, event.payload.title);
  });
  try {
    idle.training.queueRestore();
  } catch (error) {
    log.error("the queue was not read", error);
    const message = messageOf(error);
    send({ name: "failure", payload: { title: "The queue of trainings was not read", message } });
  }

  window.webContents.on("input-event", (_event, { type }) => {
    if (DRAWN_AT_ONCE.has(type)) idle.training.giveWay();
  });

  fatal.goOnAfter((title, message) => send({ name: "failure", payload: { title, message } }));

  if (log.problem !== null) {
    send({ name: "failure", payload: { title: "Backprop Lab goes on without a log", message: log.problem } });
  }
  opened.begin({
    lab,
    ready: usable,
    recent,
    opened: (payload) => send({ name: "fileOpened", payload }),
    failed: (title, message) => send({ name: "failure", payload: { title, message } }),
    log,
  });
  if (options.reportUsable) {
    usable.then(
      () => process.stdout.write("window usable\n"),
      // The log has it.
      () => undefined,
    );
  }

  if ((await ready) === undefined) return;
  if (options.reportUsable) process.stdout.write("workers ready\n");
  // The thread reads all runs once, so that the table is there when it is asked for.
  void idle.runs.catalogue().catch((error: unknown) => log.warn(String(error)));
  idle.sweeps.collectWished();
  void idle.exchange.resumeFollowing().catch((error: unknown) => log.warn(String(error)));
  // After the window has its first answer: none of it is urgent.
  setTimeout(() => void idle.database.tidy(), TIDY_AFTER_MS).unref();
  if (options.demoDir === null) return;
  await usable;
  const exitCode = await runDemo(idle, window, options.demoDir);
  await idle.close();
  await drainStandardStreams();
  app.exit(exitCode);
}
