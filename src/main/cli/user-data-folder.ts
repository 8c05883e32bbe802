import { homedir } from "node:os";
import { join } from "node:path";

/** The folder that Electron gives the app for its data, worked out without Electron's `app` module. */
export function userDataFolder(
  appName: string,
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (platform === "win32") return join(env["APPDATA"] ?? join(homedir(), "AppData", "Roaming"), appName);
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", appName);
  return join(env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config"), appName);
}
