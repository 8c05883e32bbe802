import { dirname, join, resolve } from "node:path";
import type { LabOptions } from "../lab/open-lab.ts";
import { databasePath } from "../place/database-place.ts";
import { labFiles } from "../place/lab-files.ts";
import { readLaunchOptions } from "../place/launch-options.ts";
import { userDataFolder } from "../place/user-data-folder.ts";
import { readAppPackage, type CommandNeeds, type CommandPlace } from "./command-place.ts";
import { warn } from "./print.ts";

const say = (message: string): void => {
  warn(message);
};
const STDERR_LOG = { info: say, warn: say, error: say };

/** Beside the database that was named, where the user has no home folder. @throws {ContractError} If none was named. */
function dataFolder(productName: string, database: string | undefined): string {
  try {
    return userDataFolder(productName, process.platform, process.env);
  } catch (error) {
    if (database === undefined) throw error;
    return dirname(resolve(database));
  }
}

/** Where a command finds what the app would use, and how the database is opened. */
export function commandFiles(
  place: CommandPlace,
  options: CommandNeeds,
): Omit<LabOptions, "threads" | "kernels"> {
  const { appPath, packagedIn } = place;
  const { productName, version } = readAppPackage(place);
  const userData = dataFolder(productName, options.database);
  const files = labFiles({ appPath, userData, resourcesDir: packagedIn ?? join(appPath, "resources") });
  const launch = readLaunchOptions([], process.env, { packagedIn });
  const database = { placeFile: files.databasePlacePath, usualPath: files.databasePath };
  const path =
    options.database === undefined ? databasePath(database, STDERR_LOG) : resolve(options.database);
  return {
    databasePath: path,
    database: {
      readOnly: options.readOnly === true,
      usualPlace: path === files.databasePath,
      // Before the first run there is nothing wrong with an empty list; a name that was given must be right.
      emptyIfMissing: options.database === undefined || options.emptyIfMissing === true,
    },
    resourcesDir: files.resourcesDir,
    workerFile: files.workerFile,
    nativeBinding: launch.nativeBinding,
    logPath: files.logPath,
    appVersion: version,
    runtimeSource: launch.runtimeSource,
  };
}
