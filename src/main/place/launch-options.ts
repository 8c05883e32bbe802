import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { PACKAGED } from "../../shared/runs/packaged.ts";

/** What the command line and the environment ask of the app. */
export interface LaunchOptions {
  /** Run the whole notebook, write screenshot and database here, print the table, exit. */
  readonly demoDir: string | null;
  /** Print `window usable` on stdout once the window has an answer on the screen, and later `workers ready`. */
  readonly reportUsable: boolean;
  readonly userDataDir: string | null;
  /** The SQLite addon that was built for this runtime; null for the one that better-sqlite3 brings. */
  readonly nativeBinding: string | null;
  /** Where the set-up found Electron, or `packaged`. */
  readonly runtimeSource: string;
  /**
   * Tests only: files are saved into this folder under their suggested names, and no dialog asks where. A packaged app
   * ignores it, so nothing but a person ever chooses where an installed app writes.
   */
  readonly saveDir: string | null;
  /** Tests only, as `saveDir`: the file that "Import" takes without asking. */
  readonly openFile: string | null;
  /** Tests only, as `saveDir`: a build of the page that says what React warns of, instead of the one that ships. */
  readonly pageDir: string | null;
}

/** @param packagedIn The folder of a packaged app's resources; null for a clone. */
export function readLaunchOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { packagedIn }: { readonly packagedIn: string | null },
): LaunchOptions {
  const packaged = packagedIn !== null;
  const path = (value: string | undefined) => (value === undefined || value === "" ? null : resolve(value));
  return {
    demoDir: path(switchValue(argv, "--demo")),
    reportUsable: argv.includes("--report-usable"),
    userDataDir: path(switchValue(argv, "--user-data-dir")),
    nativeBinding: packaged ? packagedBinding(packagedIn) : path(env["BACKPROP_LAB_NATIVE_BINDING"]),
    runtimeSource: packaged ? PACKAGED : (env["BACKPROP_LAB_RUNTIME_SOURCE"] ?? "unknown"),
    saveDir: packaged ? null : path(env["BACKPROP_LAB_SAVE_DIR"]),
    openFile: packaged ? null : path(env["BACKPROP_LAB_OPEN_FILE"]),
    pageDir: packaged ? null : path(env["BACKPROP_LAB_PAGE_DIR"]),
  };
}

/**
 * Of a package whose runtime is too old for the addon that better-sqlite3 brings. Never from the environment: an
 * installed app would load any library that somebody names there.
 */
function packagedBinding(resourcesDir: string): string | null {
  const file = join(resourcesDir, "better_sqlite3.node");
  return existsSync(file) ? file : null;
}

function switchValue(argv: readonly string[], name: string): string | undefined {
  return argv.find((argument) => argument.startsWith(`${name}=`))?.slice(name.length + 1);
}
