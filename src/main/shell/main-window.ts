import { join } from "node:path";
import { app, BrowserWindow, nativeTheme, screen } from "electron";
import { APP_START_URL } from "../place/app-url.ts";
import type { LabFiles } from "../place/lab-files.ts";
import type { Log } from "../place/log.ts";
import { readSettings, writeSettings } from "../place/settings-file.ts";
import { boundsOnDisplay, MINIMUM_SIZE, windowStateSchema, type WindowState } from "./window-bounds.ts";

// The page's own colours, so that nothing flashes before its first paint.
const BACKGROUND = { dark: "#121518", light: "#f4f5f6" } as const;
const SAVE_DELAY_MS = 500;

/** Opens the app's one window, where it was last time, and shows it once it has something to show. */
export function openMainWindow(files: LabFiles, log: Log): BrowserWindow {
  const saved = readSettings(files.windowStatePath, windowStateSchema, {
    log,
    otherwise: "the window opens at its default place",
  });
  const window = new BrowserWindow({
    ...boundsOnDisplay(saved?.bounds ?? null, workAreas()),
    minWidth: MINIMUM_SIZE.width,
    minHeight: MINIMUM_SIZE.height,
    title: app.getName(),
    // Elsewhere the program file has its own, in the system's format.
    ...(process.platform === "linux" ? { icon: join(files.resourcesDir, "icon.png") } : {}),
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload: files.preloadFile,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  window.once("ready-to-show", () => {
    if (saved?.maximized === true) window.maximize();
    window.show();
  });
  keepState(window, files.windowStatePath, log);
  window.loadURL(APP_START_URL).catch((error: unknown) => log.error("the window's page did not load", error));
  return window;
}

function workAreas(): Electron.Rectangle[] {
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter((display) => display.id !== primary.id);
  return [primary, ...others].map((display) => display.workArea);
}

function keepState(window: BrowserWindow, path: string, log: Log): void {
  let timer: NodeJS.Timeout | undefined;
  const save = () => {
    clearTimeout(timer);
    if (window.isDestroyed()) return;
    const state: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
    try {
      writeSettings(path, state);
    } catch (error) {
      log.warn(`the window's place was not saved: ${String(error)}`);
    }
  };
  const saveSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_DELAY_MS);
  };
  window.on("resize", saveSoon);
  window.on("move", saveSoon);
  window.on("close", save);
}
