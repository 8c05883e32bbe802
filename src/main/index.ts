import { join, resolve } from "node:path";
import { app, dialog, session } from "electron";
import * as v from "valibot";
import { eventSender } from "./ipc/event-sender.ts";
import { ipcHandlers } from "./ipc/ipc-handlers.ts";
import { registerIpc } from "./ipc/register-ipc.ts";
import { openDialog, saveDialog } from "./ipc/save-place.ts";
import { openLab } from "./lab/open-lab.ts";
import { folderDialog } from "./shell/ask-folder.ts";
import { openSomewhere } from "./place/database-place.ts";
import { showAbout } from "./shell/about.ts";
import { signalActivity } from "./shell/activity-signals.ts";
import { installMenu } from "./shell/app-menu.ts";
import { runDemo } from "./shell/demo.ts";
import { catchFatalErrors } from "./shell/fatal-errors.ts";
import { labFiles, licencesDir } from "./place/lab-files.ts";
import { readLaunchOptions } from "./place/launch-options.ts";
import { forbidNetworkFeatures, lockDownContents, lockDownSession } from "./shell/lock-down.ts";
import { logConsoleErrors, openLog } from "./place/log.ts";
import { openMainWindow } from "./shell/main-window.ts";
import { OpenedFiles } from "./shell/opened-files.ts";
import { profileProblem } from "./place/profile-problem.ts";
import { userDataFolder } from "./place/user-data-folder.ts";
import { guardQuit } from "./shell/quit-guard.ts";
import { logRendererConsole } from "./shell/renderer-console.ts";
import { recoverRenderer } from "./shell/renderer-recovery.ts";
import { registerAppScheme, serveRenderer } from "./shell/serve-renderer.ts";
import { sqlConsole } from "./shell/sql-console.ts";
import { drainStandardStreams, watchStandardStreams } from "./shell/standard-streams.ts";
import { printHtml } from "./shell/print-html.ts";
import { watchOpening, windowUsable } from "./shell/window-usable.ts";
import { writeClipboard } from "./shell/write-clipboard.ts";

// Everything up to the first await runs before Electron is ready; scheme and switches must.
const options = readLaunchOptions(process.argv, process.env, {
  packagedIn: app.isPackaged ? process.resourcesPath : null,
});
watchStandardStreams(() => {
  // Who started the app and listened is gone; the app is not.
});
forbidNetworkFeatures(app.commandLine);
registerAppScheme();
// Notifications and the taskbar know a program by it on Windows; the installer names it too.
app.setAppUserModelId("io.github.backprop_lab.BackpropLab");

const TIDY_AFTER_MS = 5_000;
/** What a person does and sees at once: trainings wait for it. */
const DRAWN_AT_ONCE = new Set(["keyDown", "rawKeyDown", "mouseWheel"]);

/** Opens the window, or brings the one that is open to the front, with files that a person has named. */
export function openApp(files: readonly string[]): void {
  const opened = new OpenedFiles();
  opened.add(files, process.cwd());
  // On macOS a double click comes as an event, maybe before the app is ready.
  app.on("open-file", (event, path) => {
    event.preventDefault();
    opened.add([path], process.cwd());
  });
  try {
    const userData = options.userDataDir ?? userDataFolder(app.getName(), process.platform, process.env);
    app.setPath("userData", userData);
    const unusable = profileProblem(userData);
    if (unusable !== null) throw new Error(unusable);
  } catch (error) {
    void endWith("Backprop Lab cannot start", messageOf(error));
    return;
  }
  if (app.requestSingleInstanceLock({ files: files.map((file) => resolve(file)) })) {
    start(opened).catch((error: unknown) => endWith("Backprop Lab cannot start", messageOf(error)));
  } else {
    process.stdout.write("Backprop Lab is already running; its window was brought to the front.\n");
    void drainStandardStreams().then(() => app.exit(options.demoDir === null ? 0 : 1));
  }
}

/** What a second start hands over to the first before it ends. */
const secondStartSchema = v.object({ files: v.array(v.string()) });

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Before there is a log: what went wrong is said on stderr, and in a dialog where somebody can close it. */
async function endWith(title: string, message: string): Promise<void> {
  // Chromium answers SIGTERM by quitting with 0, from before the app is ready: what could not start did not succeed.
  app.on("before-quit", () => app.exit(1));
  process.stderr.write(`${title}: ${message}\n`);
  if (options.demoDir === null) {
    await app.whenReady();
    await dialog.showMessageBox({
      type: "error",
      title: app.getName(),
      message: title,
      detail: message,
      buttons: ["Quit"],
    });
  }
  app.exit(1);
}

async function start(opened: OpenedFiles): Promise<void> {
  const files = labFiles({
    appPath: app.getAppPath(),
    userData: app.getPath("userData"),
    resourcesDir: app.isPackaged ? process.resourcesPath : join(app.getAppPath(), "resources"),
  });
  const log = openLog(files.logPath);
  logConsoleErrors(log);
  const fatal = catchFatalErrors(log, { interactive: options.demoDir === null });
  log.info(
    `Backprop Lab ${app.getVersion()}, Electron ${process.versions.electron} (${options.runtimeSource})`,
  );

  await app.whenReady();
  lockDownSession(session.defaultSession, log);
  serveRenderer(session.defaultSession.protocol, options.pageDir ?? files.rendererDir, log);
  app.on("web-contents-created", (_event, contents) => lockDownContents(contents, log));

  // The window first: it paints while the database, the data and the workers are made ready.
  const window = openMainWindow(files, log);
  logRendererConsole(window.webContents, log);
  recoverRenderer(window, log, (reason) => void fatal.report("The window keeps crashing", reason));
  app.on("second-instance", (_event, _argv, folder, sent) => {
    if (window.isMinimized()) window.restore();
    window.focus();
    opened.add(v.parse(secondStartSchema, sent).files, folder);
  });

  const place = {
    placeFile: files.databasePlacePath,
    usualPath: options.demoDir === null ? files.databasePath : join(options.demoDir, "lab.sqlite"),
  };
  const lab = openSomewhere(
    place,
    (databasePath) =>
      openLab({
        databasePath,
        database: { usualPlace: databasePath === place.usualPath },
        resourcesDir: files.resourcesDir,
        workerFile: files.workerFile,
        nativeBinding: options.nativeBinding,
        logPath: files.logPath,
        appVersion: app.getVersion(),
        runtimeSource: options.runtimeSource,
      }),
    { ask: options.demoDir === null ? folderDialog(window) : () => Promise.resolve(null), log },
  );
  fatal.protect(lab);
  const {
    handlers,
    listening,
    opened: notebookOpened,
  } = watchOpening(
    ipcHandlers({
      lab,
      resourcesDir: files.resourcesDir,
      askWhere: saveDialog(window, options.saveDir),
      askWhich: openDialog(window, options.openFile),
      printPage: () => window.webContents.printToPDF({ printBackground: true, pageSize: "A4" }),
      printHtml,
      querySql: sqlConsole(files.sqlFile, options.nativeBinding),
      writeClipboard,
    }),
  );
  registerIpc(window, handlers, log);
  guardQuit(window, lab, log);

  const send = eventSender(window, log, { validate: !app.isPackaged, listening });
  const signal = signalActivity(window);
  const showRunning = installMenu({
    send: (command) => send({ name: "menuCommand", payload: command }),
    showAbout: () => void showAbout(window, options.runtimeSource),
    licencesDir: licencesDir(files),
    notOpened: (folder, reason) => {
      const title = "No program of this system opened the folder";
      send({ name: "failure", payload: { title, message: `${folder} (${reason})` } });
    },
    logPath: files.logPath,
  });

  const ready = await lab.catch((error: unknown) => fatal.report("Backprop Lab could not be opened", error));
  if (ready === undefined) return;
  ready.subscribe((event) => {
    send(event);
    signal(event);
    if (event.name === "activityChanged") showRunning(event.payload !== null);
  });

  window.webContents.on("input-event", (_event, { type }) => {
    if (DRAWN_AT_ONCE.has(type)) ready.training.giveWay();
  });

  fatal.goOnAfter((title, message) => send({ name: "failure", payload: { title, message } }));

  if (log.problem !== null) {
    send({ name: "failure", payload: { title: "Backprop Lab goes on without a log", message: log.problem } });
  }
  // The thread reads all runs once, so that the table is there when it is asked for.
  void ready.runs.catalogue().catch((error: unknown) => log.warn(String(error)));
  void ready.exchange.resumeFollowing().catch((error: unknown) => log.warn(String(error)));
  // After the window has its first answer: none of it is urgent.
  setTimeout(() => void ready.database.tidy(), TIDY_AFTER_MS).unref();

  const usable = windowUsable(window, notebookOpened);
  opened.begin({
    lab,
    ready: usable,
    opened: (payload) => send({ name: "fileOpened", payload }),
    failed: (title, message) => send({ name: "failure", payload: { title, message } }),
    log,
  });
  // A window that is closed before it is usable fails this, and nobody waits for it.
  usable.catch((error: unknown) => log.warn(`the window did not become usable: ${String(error)}`));
  if (!options.reportUsable && options.demoDir === null) return;
  await usable;
  if (options.reportUsable) process.stdout.write("window usable\n");
  if (options.demoDir === null) return;
  const exitCode = await runDemo(ready, window, options.demoDir);
  await ready.close();
  await drainStandardStreams();
  app.exit(exitCode);
}
