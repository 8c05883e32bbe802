import { basename, dirname, join } from "node:path";
import { app, dialog, type BrowserWindow } from "electron";
import { safeFileName } from "../data/safe-file-name.ts";
import type { MayReplace } from "../lab/exchange/notebook-helper.ts";

export type SavedExtension =
  | "lab.ts"
  | "ipynb"
  | "py"
  | "html"
  | "csv"
  | "png"
  | "safetensors"
  | "npy"
  | "backprop.json"
  | "sqlite"
  | "pdf"
  | "parquet"
  | "npz"
  | "onnx"
  | "folder";

/** Asks where to save; null when the person closes the dialog. */
export type AskWhere = (suggestedName: string, extension: SavedExtension) => Promise<string | null>;

/** Asks for files to read, any number of bundles or notebooks or both, runs of other tools; none when the person closes the dialog. */
export type AskWhich = (
  title: string,
  kind: "bundle" | "notebooks" | "openable" | "runs" | "folder",
) => Promise<readonly string[]>;

const FILTERS = {
  "lab.ts": { name: "Notebook", extensions: ["lab.ts"] },
  ipynb: { name: "Jupyter notebook", extensions: ["ipynb"] },
  notebooks: { name: "Notebooks", extensions: ["ts", "ipynb"] },
  py: { name: "Python file", extensions: ["py"] },
  html: { name: "Web page", extensions: ["html"] },
  // Desktops know it by this name and open it with the app; earlier bundles end with .json alone.
  "backprop.json": { name: "Bundle of runs", extensions: ["backprop.json"] },
  bundle: { name: "Bundle of runs", extensions: ["json", "gz", "bundle"] },
  openable: { name: "Notebooks and bundles of runs", extensions: ["ts", "ipynb", "json", "gz", "bundle"] },
  sqlite: { name: "SQLite database", extensions: ["sqlite"] },
  pdf: { name: "PDF document", extensions: ["pdf"] },
  csv: { name: "Comma-separated values", extensions: ["csv"] },
  png: { name: "PNG image", extensions: ["png"] },
  npz: { name: "NumPy arrays", extensions: ["npz"] },
  parquet: { name: "Apache Parquet", extensions: ["parquet"] },
  onnx: { name: "ONNX model", extensions: ["onnx"] },
  safetensors: { name: "Weights as .safetensors", extensions: ["safetensors"] },
};

/**
 * Paths come only from main's own dialog; the page suggests a name and never sees a folder.
 *
 * @param saveDir Tests: save here without asking (see LaunchOptions).
 */
export function saveDialog(window: BrowserWindow, saveDir: string | null): AskWhere {
  return async (suggestedName, extension) => {
    const name = safeFileName(suggestedName, extension === "folder" ? null : extension);
    if (saveDir !== null) return extension === "npy" ? saveDir : join(saveDir, name);
    if (extension === "npy" || extension === "folder") {
      // Many files: the person chooses their folder.
      const { filePaths } = await dialog.showOpenDialog(window, {
        title: extension === "npy" ? "Folder for the .npy files" : "Where the new folder goes",
        properties: ["openDirectory", "createDirectory"],
      });
      const [folder] = filePaths;
      if (folder === undefined) return null;
      return extension === "npy" ? folder : join(folder, safeFileName(suggestedName, null));
    }
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      defaultPath: join(app.getPath("documents"), name),
      filters: [FILTERS[extension]],
    });
    return canceled || filePath === "" ? null : filePath;
  };
}

/** As the system's own dialog asks about the file that is chosen in it. */
export function replaceDialog(window: BrowserWindow): MayReplace {
  return async (path) => {
    const { response } = await dialog.showMessageBox(window, {
      type: "warning",
      message: `"${basename(path)}" already exists. Replace it?`,
      detail:
        `What is exported needs its own ${basename(path)} beside it, and ${dirname(path)} has another file of that name. ` +
        "Replacing it overwrites what it holds.",
      buttons: ["Replace", "Cancel"],
      defaultId: 1,
      cancelId: 1,
      noLink: true,
    });
    return response === 0;
  };
}

/** @param openFile Tests: this file is taken without asking (see LaunchOptions). */
export function openDialog(window: BrowserWindow, openFile: string | null): AskWhich {
  // Without one, runtimes from Electron 43 on begin in Downloads each time.
  let folder = app.getPath("documents");
  return async (title, kind) => {
    const isOwn = kind === "bundle" || kind === "notebooks" || kind === "openable";
    if (openFile !== null) return [openFile];
    const { filePaths } = await dialog.showOpenDialog(window, {
      title,
      defaultPath: folder,
      properties: [
        kind === "folder" ? "openDirectory" : "openFile",
        ...(isOwn ? (["multiSelections"] as const) : []),
      ],
      // Runs of other tools have names of every kind.
      ...(isOwn ? { filters: [FILTERS[kind]] } : {}),
    });
    if (filePaths[0] !== undefined) folder = dirname(filePaths[0]);
    return filePaths;
  };
}
