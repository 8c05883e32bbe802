import type { WebContents } from "electron";
import type { Log } from "../place/log.ts";

/**
 * Warnings and errors of the page's console go into the log: refused styles and scripts show up only there.
 *
 * Electron 33 passes (event, level 0–3, message, …), later ones put named fields on the event.
 */
export function logRendererConsole(contents: WebContents, log: Log): void {
  contents.on("console-message", (...parts: unknown[]) => {
    const { level, message } = readConsoleMessage(parts);
    if (level === "error") log.error(`page: ${message}`);
    if (level === "warning") log.warn(`page: ${message}`);
  });
}

/** The level and text of either form of the event. */
export function readConsoleMessage(parts: readonly unknown[]): { level: string; message: string } {
  const [event, numericLevel, text] = parts;
  if (typeof event === "object" && event !== null && "message" in event && "level" in event) {
    return { level: String(event.level), message: String(event.message) };
  }
  const levels = ["debug", "info", "warning", "error"];
  return { level: levels[Number(numericLevel)] ?? "info", message: String(text) };
}
