import { dialog, type BrowserWindow } from "electron";
import type { AskFolder } from "../place/database-place.ts";

/** Asks for a folder in which runs can be saved. */
export function folderDialog(window: BrowserWindow): AskFolder {
  return async (why) => {
    const { response } = await dialog.showMessageBox(window, {
      type: "warning",
      message: "Runs cannot be saved in the usual place",
      detail: why,
      buttons: ["Choose another folder…", "Quit"],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    });
    if (response !== 0) return null;
    const { filePaths } = await dialog.showOpenDialog(window, {
      title: "Folder for the saved runs",
      properties: ["openDirectory", "createDirectory"],
    });
    return filePaths[0] ?? null;
  };
}
