import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as v from "valibot";
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

/** Opens the lab as the app would: the same database, workers and data, unless `database` names another file. */
export async function openCommandLab(options: {
  readonly database?: string;
  readonly threads?: number;
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
  const userData = userDataFolder(productName, process.platform, process.env);
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
  });
}
