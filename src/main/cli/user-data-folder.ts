import { homedir } from "node:os";
import { join } from "node:path";
import { ContractError } from "../../core/errors.ts";

/**
 * The folder that Electron gives the app for its data, worked out without Electron's `app` module.
 *
 * @throws {ContractError} If the user has no home folder, as in a job that was started without HOME.
 */
export function userDataFolder(
  appName: string,
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  home: () => string = homedir,
): string {
  const inHome = (...folders: string[]): string => {
    try {
      return join(home(), ...folders);
    } catch (error) {
      throw new ContractError(
        "This user has no home folder: HOME is not set, and the system knows none. Name a database with --database, or set HOME.",
        { cause: error },
      );
    }
  };
  if (platform === "win32") return join(env["APPDATA"] ?? inHome("AppData", "Roaming"), appName);
  if (platform === "darwin") return inHome("Library", "Application Support", appName);
  return join(env["XDG_CONFIG_HOME"] ?? inHome(".config"), appName);
}
