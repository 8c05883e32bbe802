import { dirname, join, resolve } from "node:path";
import { openLab } from "../lab/open-lab.ts";
import type { Lab } from "../lab/lab.ts";
import { databasePath } from "../place/database-place.ts";
import { labFiles } from "../place/lab-files.ts";
import { readLaunchOptions } from "../place/launch-options.ts";
import { readAppPackage, type CommandNeeds, type CommandPlace } from "./command-place.ts";
import { complain } from "./print.ts";
import { userDataFolder } from "../place/user-data-folder.ts";

const say = (message: string): void => {
  complain(`lab: ${message}`);
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

/** Opens the lab as the app would: the same database, workers and data, unless `database` names another file. */
export async function openCommandLab(place: CommandPlace, options: CommandNeeds): Promise<Lab> {
  const { appPath, packagedIn } = place;
  const { productName, version } = readAppPackage(place);
  const userData = dataFolder(productName, options.database);
  const files = labFiles({ appPath, userData, resourcesDir: packagedIn ?? join(appPath, "resources") });
  const launch = readLaunchOptions([], process.env, { packagedIn });
  const database = { placeFile: files.databasePlacePath, usualPath: files.databasePath };
  const path =
    options.database === undefined ? databasePath(database, STDERR_LOG) : resolve(options.database);
  const usualPlace = path === files.databasePath;
  return openLab({
    databasePath: path,
    database: {
      readOnly: options.readOnly === true,
      usualPlace,
      // Before the first run there is nothing wrong with an empty list; a name that was given must be right.
      emptyIfMissing: options.database === undefined || options.emptyIfMissing === true,
    },
    resourcesDir: files.resourcesDir,
    workerFile: files.workerFile,
    nativeBinding: launch.nativeBinding,
    logPath: files.logPath,
    appVersion: version,
    runtimeSource: launch.runtimeSource,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    ...(options.kernels === undefined ? {} : { kernels: options.kernels }),
  });
}
