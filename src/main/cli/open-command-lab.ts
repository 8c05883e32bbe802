import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as v from "valibot";
import type { InstructionSet } from "../../shared/engine/instruction-sets.ts";
import { openLab } from "../lab/open-lab.ts";
import type { Lab } from "../lab/lab.ts";
import { databasePath } from "../place/database-place.ts";
import { labFiles } from "../place/lab-files.ts";
import { readLaunchOptions } from "../place/launch-options.ts";
import { complain } from "./print.ts";
import { userDataFolder } from "./user-data-folder.ts";

const say = (message: string): void => {
  complain(`lab: ${message}`);
};
const STDERR_LOG = { info: say, warn: say, error: say };

const packageSchema = v.object({ productName: v.string(), version: v.string() });

/** The nearest folder above with a package.json: how deep the build puts this file is the build's affair. */
function appFolder(folder: string): string {
  return existsSync(join(folder, "package.json")) || dirname(folder) === folder
    ? folder
    : appFolder(dirname(folder));
}

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
export async function openCommandLab(options: {
  readonly database?: string;
  readonly threads?: number;
  readonly kernels?: InstructionSet;
  /** The command only reads: nothing is made or changed. */
  readonly readOnly?: boolean;
  /** Reading where there is no database yet is not an error. */
  readonly emptyIfMissing?: boolean;
}): Promise<Lab> {
  const appPath = appFolder(import.meta.dirname);
  const { productName, version } = v.parse(
    packageSchema,
    JSON.parse(readFileSync(join(appPath, "package.json"), "utf8")),
  );
  const userData = dataFolder(productName, options.database);
  const files = labFiles({ appPath, userData, resourcesDir: join(appPath, "resources") });
  const launch = readLaunchOptions([], process.env, { packaged: false });
  const place = { placeFile: files.databasePlacePath, usualPath: files.databasePath };
  const path = options.database === undefined ? databasePath(place, STDERR_LOG) : resolve(options.database);
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
