import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { openLab } from "../lab/open-lab.ts";
import type { Lab } from "../lab/lab.ts";
import { databasePath } from "../place/database-place.ts";
import { labFiles } from "../place/lab-files.ts";
import { readLaunchOptions } from "../place/launch-options.ts";
import { complain } from "./print.ts";
import { userDataFolder } from "../place/user-data-folder.ts";

const say = (message: string): void => {
  complain(`lab: ${message}`);
};
const STDERR_LOG = { info: say, warn: say, error: say };

const packageSchema = v.object({ productName: v.string(), version: v.string() });

/** Where the app lies whose commands these are. */
export interface CommandPlace {
  /** The folder, or the archive, with `package.json` and `out`. */
  readonly appPath: string;
  /** The folder of a packaged app's resources; null for a clone. */
  readonly packagedIn: string | null;
}

export interface CommandNeeds {
  readonly database?: string;
  readonly threads?: number;
  /** The command only reads: nothing is made or changed. */
  readonly readOnly?: boolean;
  /** Reading where there is no database yet is not an error. */
  readonly emptyIfMissing?: boolean;
}

/** The app's name and version, as its package says. */
export function readAppPackage({ appPath }: CommandPlace): v.InferOutput<typeof packageSchema> {
  return v.parse(packageSchema, JSON.parse(readFileSync(join(appPath, "package.json"), "utf8")));
}

/** Opens the lab as the app would: the same database, workers and data, unless `database` names another file. */
export async function openCommandLab(place: CommandPlace, options: CommandNeeds): Promise<Lab> {
  const { appPath, packagedIn } = place;
  const { productName, version } = readAppPackage(place);
  const userData = userDataFolder(productName, process.platform, process.env);
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
  });
}
