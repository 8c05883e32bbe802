import type { BrowserWindow, IpcMainInvokeEvent } from "electron";
import { isAppUrl } from "../place/app-url.ts";

/** Only the main frame of the app's own window, and only while it shows the app's own page. */
export function isTrustedSender(event: IpcMainInvokeEvent, window: BrowserWindow): boolean {
  if (window.isDestroyed() || event.sender !== window.webContents) return false;
  const frame = event.senderFrame;
  return frame !== null && frame === window.webContents.mainFrame && isAppUrl(frame.url);
}
