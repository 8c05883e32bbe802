import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where the app's own files and the user's data lie. */
export interface LabFiles {
  readonly databasePath: string;
  /** Says where the database is when a person has put it elsewhere. */
  readonly databasePlacePath: string;
  readonly logPath: string;
  readonly windowStatePath: string;
  /** What was opened lately. */
  readonly recentFilesPath: string;
  readonly resourcesDir: string;
  readonly workerFile: string;
  /** The process that answers SQL. */
  readonly sqlFile: string;
  readonly preloadFile: string;
  readonly rendererDir: string;
}

/** The folder with the licences of the app and of all that is in it; in a clone the project itself, which has its own. */
export const licencesDir = ({ resourcesDir }: Pick<LabFiles, "resourcesDir">): string => {
  const packaged = join(resourcesDir, "licences");
  return existsSync(packaged) ? packaged : join(resourcesDir, "..");
};

/** @param resourcesDir Where a packaged app keeps its resources; the project's own folder otherwise. */
export function labFiles(place: { appPath: string; userData: string; resourcesDir: string }): LabFiles {
  const { appPath, userData, resourcesDir } = place;
  return {
    databasePath: join(userData, "lab.sqlite"),
    databasePlacePath: join(userData, "database-place.json"),
    logPath: join(userData, "logs", "main.log"),
    windowStatePath: join(userData, "window.json"),
    recentFilesPath: join(userData, "recent-files.json"),
    resourcesDir,
    workerFile: join(appPath, "out", "main", "worker.js"),
    sqlFile: join(appPath, "out", "main", "sql-process.js"),
    preloadFile: join(appPath, "out", "preload", "index.cjs"),
    rendererDir: join(appPath, "out", "renderer"),
  };
}
