import { join } from "node:path";
import { app, dialog, type BrowserWindow } from "electron";
import { safeFileName } from "./safe-file-name.ts";

/** Asks where to save; null when the person closes the dialog. */
export type AskWhere = (suggestedName: string, extension: "csv" | "png") => Promise<string | null>;

const FILTERS = {
  csv: { name: "Comma-separated values", extensions: ["csv"] },
  png: { name: "PNG image", extensions: ["png"] },
};

/**
 * Paths come only from main's own dialog; the page suggests a name and never sees a folder.
 *
 * @param saveDir Tests: save here without asking (see LaunchOptions).
 */
export function saveDialog(window: BrowserWindow, saveDir: string | null): AskWhere {
  return async (suggestedName, extension) => {
    const name = safeFileName(suggestedName, extension);
    if (saveDir !== null) return join(saveDir, name);
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      defaultPath: join(app.getPath("documents"), name),
      filters: [FILTERS[extension]],
    });
    return canceled || filePath === "" ? null : filePath;
  };
}
