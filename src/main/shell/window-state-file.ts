import { readFileSync, renameSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { replaceFileSync } from "../data/replace-file.ts";
import type { Log } from "../place/log.ts";
import { windowStateSchema, type WindowState } from "./window-bounds.ts";

/** The window's last place, or null; a file that cannot be understood is kept beside as `.bad`. */
export function readWindowState(path: string, log: Log): WindowState | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return null;
  }
  try {
    return v.parse(windowStateSchema, JSON.parse(text));
  } catch (error) {
    log.warn(
      `${path} is damaged and was put aside as .bad; the window opens at its default place: ${String(error)}`,
    );
    renameSync(path, `${path}.bad`);
    return null;
  }
}

/** Written beside and renamed, so that a crash leaves the old file or the new one. */
export function writeWindowState(path: string, state: WindowState, log: Log): void {
  try {
    replaceFileSync(path, (part) => writeFileSync(part, JSON.stringify(state)), { private: true });
  } catch (error) {
    log.warn(`the window's place was not saved: ${String(error)}`);
  }
}
