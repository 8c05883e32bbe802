import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as passes } from "node:timers/promises";
import { _electron, errors, type ElectronApplication, type Page } from "playwright-core";
import { projectPaths } from "../../scripts/setup/project-paths.mjs";
import { CURRENT_SCHEMA } from "../../src/main/store/migrations/migrations.ts";
import { THOROUGH } from "../thorough.ts";
import { askAgain } from "./ask-again.ts";
import { pageComplaints } from "./page-complaints.ts";

const PROJECT_DIR = projectPaths.projectDir;

export interface LaunchedApp {
  readonly app: ElectronApplication;
  /** The app's window, its page loaded. */
  readonly page: Page;
  readonly userDataDir: string;
  /** Where exports go: no dialog opens. */
  readonly saveDir: string;
  /** What main has logged so far. */
  readonly readLog: () => string;
  /**
   * Ends the app. The profile is deleted unless it was given by the caller.
   *
   * @throws {Error} If the page warned of anything or had an error, or React did.
   */
  close(): Promise<void>;
}

export interface LaunchSettings {
  /** A profile to come back to; a temporary one otherwise. */
  readonly userDataDir?: string;
  readonly args?: readonly string[];
  /** A new profile has no database; otherwise it is one of an earlier start, in which the kernels' tuning is kept. */
  readonly isFirstStart?: boolean;
  /**
   * What a new profile had open last: an empty notebook (the default), or nothing, so that the notebook that comes with
   * the app is shown. To draw that one takes a start half a second of a processor, and Playwright goes through its
   * thousands of elements whenever it looks for a name.
   */
  readonly notebook?: "empty" | "shipped";
  /** Where the app is, if not here. */
  readonly projectDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /**
   * `shipped` (the default) is what a person gets; `checked` is the same page with the React that warns, which takes
   * the processor half as long again: `checkedIfThorough` leaves it to `npm test -- --thorough`.
   */
  readonly page?: "checked" | "checkedIfThorough" | "shipped";
  /** Makes what the launch finds and changes; called again before a launch that takes the place of one given up. */
  readonly prepare?: () => void;
  /** What the test provokes: these warnings and errors of the page are not held against it. */
  readonly expectedComplaints?: readonly RegExp[];
}

/** Starts the built app in the real Electron, with a profile of its own. */
export async function launchApp(settings: LaunchSettings = {}): Promise<LaunchedApp> {
  const scratchDir = mkdtempSync(join(tmpdir(), "backprop-lab-e2e-"));
  const userDataDir = settings.userDataDir ?? join(scratchDir, "profile");
  const saveDir = mkdtempSync(join(scratchDir, "saved-"));
  const logFile = join(userDataDir, "logs", "main.log");
  const readLog = () => (existsSync(logFile) ? readFileSync(logFile, "utf8") : "");
  if (settings.projectDir === undefined && settings.isFirstStart !== true) {
    giveEarlierStart(userDataDir, settings.notebook ?? "empty");
  }
  const { executablePath, args, env } = appCommand(userDataDir, settings.args, settings.projectDir);
  const before = readLog();
  const isChecked = settings.page === "checked" || (settings.page === "checkedIfThorough" && THOROUGH);
  const launchedEnv = {
    ...env,
    BACKPROP_LAB_SAVE_DIR: saveDir,
    ...(isChecked ? { BACKPROP_LAB_PAGE_DIR: checkedPage() } : {}),
    ...settings.env,
  };
  const app = await launchDriven({ executablePath, args, env: launchedEnv }, settings.prepare);
  const child = app.process();
  const page = await app.firstWindow();
  page.setDefaultTimeout(STEP_MS);
  // Without a GPU each frame of a chart that moves into place is drawn by the processor.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.waitForLoadState("load");
  await untilWorkersRun(page);
  return {
    app,
    page,
    userDataDir,
    saveDir,
    readLog,
    close: async () => {
      // Gone already where the test ended the app itself. One that asks whether it may end, of a test that failed, is killed.
      const closed = app.close().catch(() => undefined);
      await ended(child);
      await closed;
      const complaints = pageComplaints(readLog(), before, settings.expectedComplaints ?? []);
      rmSync(scratchDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      if (complaints.length > 0) {
        throw new Error(`the page was expected to be silent, but said:\n${complaints.join("\n")}`);
      }
    },
  };
}

/**
 * While main still reads its code and starts its workers, Node's debugger loses promises of what a test asks of it. A lab
 * that cannot be opened is not waited for.
 */
async function untilWorkersRun(page: Page): Promise<void> {
  const answered = page.evaluate(() => window.lab.diagnosticsGet()).catch(() => undefined);
  await Promise.race([answered, passes(OPENED_MS, undefined, { ref: false })]);
}

/** Makes a new profile one of an earlier start: to time the kernels takes a first one two seconds of a processor. */
function giveEarlierStart(userDataDir: string, notebook: "empty" | "shipped"): void {
  if (existsSync(join(userDataDir, DATABASE))) return;
  cpSync(join(keptProfiles(), notebook), userDataDir, { recursive: true });
}

/** Where what a start of this build on this machine leaves behind is kept: see `keep-profiles.ts`. */
export function keptProfiles(): string {
  const built = [MAIN_FILE, WORKER_FILE].map((file) => readFileSync(join(PROJECT_DIR, file), "utf8"));
  const key = createHash("sha256")
    .update([...built, cpus()[0]?.model ?? "", CURRENT_SCHEMA].join("\n"))
    .digest("hex");
  return join(projectPaths.runtimeDir, "test-profiles", key);
}

export const DATABASE = "lab.sqlite";
const MAIN_FILE = "out/main/entry.js";
const WORKER_FILE = "out/main/worker.js";

/** Waits for the end of an app that is closing; ends one that stays, as where a test stopped half-way and answers "Stay". */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  await Promise.race([exit, passes(ENDING_MS, null, { ref: false })]);
  child.kill("SIGKILL");
}

const ENDING_MS = 30_000;
/** For what is waited for, unless a test says otherwise: nothing is judged by it, and the machine may be busy. */
const STEP_MS = 120_000;
/** A lab that has not answered by then is one that asks for another folder, or is not opened at all. */
const OPENED_MS = 10_000;
/** A launch takes 2 s; the next one gets longer, in case it was the machine that was slow. */
const LAUNCHES_MS = [30_000, 60_000, 120_000] as const;

/**
 * One launch in a hundred, on a machine with more to do than processors, both debuggers are connected and Node's
 * never answers "go on": the app waits in its first line for a driver that waits for it. What is wrong with the app
 * itself goes wrong each time.
 */
async function launchDriven(
  options: Parameters<typeof _electron.launch>[0],
  prepare: () => void = () => undefined,
): Promise<ElectronApplication> {
  for (const timeout of LAUNCHES_MS) {
    prepare();
    try {
      const app = await _electron.launch({ ...options, timeout });
      const ask = app.evaluate.bind(app) as (...given: unknown[]) => Promise<unknown>;
      return Object.assign(app, { evaluate: (...given: unknown[]) => askAgain(() => ask(...given)) });
    } catch (error) {
      if (!(error instanceof errors.TimeoutError) || timeout === LAUNCHES_MS.at(-1)) throw error;
      process.stderr.write(`a launch was not answered within ${timeout} ms: once more\n`);
    }
  }
  throw new Error("there was no launch at all");
}

/** Where the test command has built the page with the React that warns. */
function checkedPage(): string {
  const { checkedPageDir } = projectPaths;
  if (existsSync(join(checkedPageDir, "index.html"))) return checkedPageDir;
  throw new Error(
    `${checkedPageDir} holds no page: expected what "node scripts/test.mjs --only e2e" builds; run the tests with it`,
  );
}

/** The command that starts the built app, for tests that watch the process itself. */
export function appCommand(
  userDataDir: string,
  extraArgs: readonly string[] = [],
  projectDir: string = PROJECT_DIR,
) {
  const runtime = readRuntime();
  return {
    executablePath: runtime.electron,
    args: [...sandboxFlags(), projectDir, `--user-data-dir=${userDataDir}`, ...extraArgs],
    env: {
      ...definedEnv(),
      ...ownDisplay(),
      ...(runtime.nativeBinding === null ? {} : { BACKPROP_LAB_NATIVE_BINDING: runtime.nativeBinding }),
      BACKPROP_LAB_RUNTIME_SOURCE: runtime.source,
    },
  };
}

interface Runtime {
  readonly electron: string;
  readonly nativeBinding: string | null;
  readonly source: string;
}

/** What the set-up found; its test command passes it on in the environment. */
function readRuntime(): Runtime {
  const fromEnv = process.env["BACKPROP_LAB_ELECTRON"];
  const recorded = recordedRuntime(fromEnv !== undefined);
  return {
    electron: fromEnv ?? recorded.electron,
    nativeBinding: process.env["BACKPROP_LAB_NATIVE_BINDING"] ?? recorded.nativeBinding,
    source: process.env["BACKPROP_LAB_RUNTIME_SOURCE"] ?? recorded.source,
  };
}

function recordedRuntime(optional: boolean): Runtime {
  const path = join(PROJECT_DIR, ".runtime", "runtime.json");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (optional) return { electron: "", nativeBinding: null, source: "unknown" };
    throw new Error(
      `${path} is missing: expected what "npm run setup" writes; run it, then the tests again`,
      { cause },
    );
  }
  const record = JSON.parse(text) as Partial<Record<string, unknown>>;
  const { electronPath, nativeBinding, source } = record;
  if (typeof electronPath !== "string") {
    throw new TypeError(
      `${path}: expected "electronPath" to be a path, got ${String(electronPath)}; run "npm run setup"`,
    );
  }
  return {
    // What lies in the project is written relative to it.
    electron: resolve(PROJECT_DIR, electronPath),
    nativeBinding: typeof nativeBinding === "string" ? resolve(PROJECT_DIR, nativeBinding) : null,
    source: typeof source === "string" ? source : "unknown",
  };
}

/** Tests that run at a time have a virtual display each; without any, all windows open on the person's own. */
function ownDisplay(): { DISPLAY?: string } {
  const displays = process.env["BACKPROP_LAB_TEST_DISPLAYS"]?.split(",") ?? [];
  const display = displays.at((Number(process.env["VITEST_POOL_ID"] ?? 1) - 1) % displays.length);
  return display === undefined ? {} : { DISPLAY: display };
}

/** Chromium refuses to run as root inside its sandbox; anyone else gets it. */
function sandboxFlags(): string[] {
  return process.getuid?.() === 0 ? ["--no-sandbox"] : [];
}

function definedEnv(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  // Set where tests run on Electron as Node; the app itself must be a real Electron.
  return Object.fromEntries(entries.filter(([name]) => name !== "ELECTRON_RUN_AS_NODE"));
}
