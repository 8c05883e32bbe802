import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { messageOf } from "../core/thrown.ts";
import { app, dialog, session } from "electron";
import * as v from "valibot";
import { registerIpc } from "./ipc/register-ipc.ts";
import { catchFatalErrors } from "./shell/fatal-errors.ts";
import { labFiles } from "./place/lab-files.ts";
import { readLaunchOptions } from "./place/launch-options.ts";
import { mayHaveGraphicsCard } from "./shell/graphics-card.ts";
import { forbidNetworkFeatures, lockDownContents, lockDownSession } from "./shell/lock-down.ts";
import { logConsoleErrors, openLog } from "./place/log.ts";
import { openMainWindow } from "./shell/main-window.ts";
import { OpenedFiles } from "./shell/opened-files.ts";
import { profileProblem } from "./place/profile-problem.ts";
import { userDataFolder } from "./place/user-data-folder.ts";
import { logRendererConsole } from "./shell/renderer-console.ts";
import { recoverRenderer } from "./shell/renderer-recovery.ts";
import { registerAppScheme, serveRenderer } from "./shell/serve-renderer.ts";
import { drainStandardStreams, watchStandardStreams } from "./shell/standard-streams.ts";

// Everything up to the first await runs before Electron is ready; scheme and switches must.
const options = readLaunchOptions(process.argv, process.env, {
  packagedIn: app.isPackaged ? process.resourcesPath : null,
});
watchStandardStreams(() => {
  // Who started the app and listened is gone; the app is not.
});
forbidNetworkFeatures(app.commandLine);
registerAppScheme();
if (!mayHaveGraphicsCard(process.platform, existsSync)) app.disableHardwareAcceleration();
// Notifications and the taskbar know a program by it on Windows; the installer names it too.
app.setAppUserModelId("io.github.backprop_lab.BackpropLab");

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

  // Pages are answered with Node's Response, whose 0.4 MB of code Node reads when it is first named: now it keeps nobody waiting.
  void globalThis.Response;
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

  // What it takes to answer the page is read while the page's own process starts.
  const serving = import("./serve-window.ts").then(({ serveWindow }) =>
    serveWindow({ window, files, options, opened, log, fatal }),
  );
  registerIpc(
    window,
    serving.then(({ handlers }) => handlers),
    log,
  );
  const { served } = await serving;
  await served;
}
