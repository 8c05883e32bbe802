import { resolve } from "node:path";

/** What the command line and the environment ask of the app. */
export interface LaunchOptions {
  /** Run the whole notebook, write screenshot and database here, print the table, exit. */
  readonly demoDir: string | null;
  /** Print `window usable` on stdout once the window has an answer on the screen. */
  readonly reportUsable: boolean;
  readonly userDataDir: string | null;
  /** The SQLite addon that the set-up built for this runtime. */
  readonly nativeBinding: string | null;
  /** Where the set-up found Electron. */
  readonly runtimeSource: string;
  /**
   * Tests only: files are saved into this folder under their suggested names, and no dialog opens. A packaged app
   * ignores it, so nothing but a person ever chooses where an installed app writes.
   */
  readonly saveDir: string | null;
  /** Tests only, as `saveDir`: the file that "Import" takes without asking. */
  readonly openFile: string | null;
  /** Tests only, as `saveDir`: a build of the page that says what React warns of, instead of the one that ships. */
  readonly pageDir: string | null;
}

export function readLaunchOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { packaged }: { packaged: boolean },
): LaunchOptions {
  const path = (value: string | undefined) => (value === undefined || value === "" ? null : resolve(value));
  return {
    demoDir: path(switchValue(argv, "--demo")),
    reportUsable: argv.includes("--report-usable"),
    userDataDir: path(switchValue(argv, "--user-data-dir")),
    nativeBinding: path(env["BACKPROP_LAB_NATIVE_BINDING"]),
    runtimeSource: env["BACKPROP_LAB_RUNTIME_SOURCE"] ?? "unknown",
    saveDir: packaged ? null : path(env["BACKPROP_LAB_SAVE_DIR"]),
    openFile: packaged ? null : path(env["BACKPROP_LAB_OPEN_FILE"]),
    pageDir: packaged ? null : path(env["BACKPROP_LAB_PAGE_DIR"]),
  };
}

function switchValue(argv: readonly string[], name: string): string | undefined {
  return argv.find((argument) => argument.startsWith(`${name}=`))?.slice(name.length + 1);
}
