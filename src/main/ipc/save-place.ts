import { join } from "node:path";
import { app, dialog, type BrowserWindow } from "electron";
import { safeFileName } from "../data/safe-file-name.ts";

export type SavedExtension =
  | "lab.ts"
  | "ipynb"
  | "py"
  | "html"
  | "csv"
  | "png"
  | "safetensors"
  | "npy"
  | "json"
  | "sqlite"
  | "pdf"
  | "parquet"
  | "onnx"
  | "folder";

/** Asks where to save; null when the person closes the dialog. */
export type AskWhere = (suggestedName: string, extension: SavedExtension) => Promise<string | null>;

/** Asks for files to read, any number of bundles or notebooks, runs of other tools; none when the person closes the dialog. */
export type AskWhich = (
  title: string,
  kind: "json" | "notebooks" | "runs" | "folder",
) => Promise<readonly string[]>;

const FILTERS = {
  "lab.ts": { name: "Notebook", extensions: ["lab.ts"] },
  ipynb: { name: "Jupyter notebook", extensions: ["ipynb"] },
  notebooks: { name: "Notebooks", extensions: ["ts", "ipynb"] },
  py: { name: "Python file", extensions: ["py"] },
  html: { name: "Web page", extensions: ["html"] },
  json: { name: "Bundle of runs", extensions: ["json", "gz", "bundle"] },
  sqlite: { name: "SQLite database", extensions: ["sqlite"] },
  pdf: { name: "PDF document", extensions: ["pdf"] },
  csv: { name: "Comma-separated values", extensions: ["csv"] },
  png: { name: "PNG image", extensions: ["png"] },
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

/** @param openFile Tests: this file is taken without asking (see LaunchOptions). */
export function openDialog(window: BrowserWindow, openFile: string | null): AskWhich {
  return async (title, kind) => {
    if (openFile !== null) return [openFile];
    const { filePaths } = await dialog.showOpenDialog(window, {
      title,
      properties: [
        kind === "folder" ? "openDirectory" : "openFile",
        ...(kind === "notebooks" || kind === "json" ? (["multiSelections"] as const) : []),
      ],
      // Runs of other tools have names of every kind.
      ...(kind === "json" || kind === "notebooks" ? { filters: [FILTERS[kind]] } : {}),
    });
    return filePaths;
  };
}
