import { userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { ContractError } from "../../core/errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder for the app's settings and runs, for window and command line alike: where Electron puts it too, except
 * that a variable that is empty or no absolute path counts as not set. With Electron's own answer an empty HOME would
 * put the database into whatever folder the app is started in.
 *
 * @throws {ContractError} If neither the environment nor the system knows a home.
 */
export function userDataFolder(
  appName: string,
  platform: NodeJS.Platform,
  env: Environment,
  systemHome = (): string => userInfo().homedir,
): string {
  const home = () => homeFolder(platform, env, systemHome);
  if (platform === "win32") {
    return join(absolute(env["APPDATA"], platform) ?? join(home(), "AppData", "Roaming"), appName);
  }
  if (platform === "darwin") return join(home(), "Library", "Application Support", appName);
  return join(absolute(env["XDG_CONFIG_HOME"], platform) ?? join(home(), ".config"), appName);
}

function homeFolder(platform: NodeJS.Platform, env: Environment, systemHome: () => string): string {
  const named = absolute(platform === "win32" ? env["USERPROFILE"] : env["HOME"], platform);
  if (named !== null) return named;
  try {
    // Of the system's list of users, whatever the environment says.
    return systemHome();
  } catch (cause) {
    throw new ContractError(
      "This user has no home folder: HOME is not set, and the system knows none. Name a database with --database, or set HOME.",
      { cause },
    );
  }
}

const absolute = (path: string | undefined, platform: NodeJS.Platform): string | null =>
  path !== undefined && (platform === "win32" ? /^([a-z]:[\\/]|\\\\)/i.test(path) : isAbsolute(path))
    ? path
    : null;
