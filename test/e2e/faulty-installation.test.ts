import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { projectPaths } from "../../scripts/setup/project-paths.mjs";
import { idle, showView } from "./drive-window.ts";
import { appCommand, launchApp, type LaunchedApp } from "./launch-app.ts";
import { runToEnd, SMALL_EXPERIMENTS } from "./run-each-kind.ts";
import { takeScreenshot } from "./take-screenshots.ts";

// Issue 14, item 35 (D35).

let scratchDir: string;
let launched: LaunchedApp | null;
beforeEach(() => {
  scratchDir = mkdtempSync(join(tmpdir(), "backprop-lab-faulty-"));
  launched = null;
});
afterEach(async () => {
  await launched?.close();
  rmSync(scratchDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

/** Starts the app without a driver, until `said` is on stderr; then, or a little later, ends it as a log-out does. */
async function spawnUntil(profile: string, said: RegExp, laterMs: number) {
  const { executablePath, args, env } = appCommand(profile);
  const child = spawn(executablePath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const exited = once(child, "exit");
  await expect.poll(() => stderr, { timeout: 60_000 }).toMatch(said);
  await new Promise((resolve) => setTimeout(resolve, laterMs));
  child.kill("SIGTERM");
  const [code] = (await exited) as [number | null];
  return { stdout, code };
}

test("D35: a profile that cannot be written is said, with what to do, and is not taken for a running app", async () => {
  // A file in the way stops root, too, whom no permissions stop.
  const file = join(scratchDir, "file");
  writeFileSync(file, "mine");
  const profile = join(file, "profile");
  // Before Chromium hears signals, and after: it answers them by quitting with 0.
  for (const laterMs of [0, 1_000]) {
    const { stdout, code } = await spawnUntil(
      profile,
      /Backprop Lab cannot start: The folder of settings and runs cannot be written: ".*profile".*--user-data-dir=FOLDER/,
      laterMs,
    );
    expect(stdout).not.toContain("already running");
    expect(code).not.toBe(0);
  }
  expect(readFileSync(file, "utf8")).toBe("mine");
});

test("D35: a file named logs in the profile: the window opens and works, without a log", async () => {
  const profile = join(scratchDir, "profile");
  mkdirSync(profile);
  writeFileSync(join(profile, "logs"), "mine");
  launched = await launchApp({ userDataDir: profile });
  const { page } = launched;
  await idle(page);
  await page
    .getByText(/main\.log.* cannot be written/)
    .first()
    .waitFor();
  await takeScreenshot(page, "no-log");
  expect(readFileSync(join(profile, "logs"), "utf8")).toBe("mine");
});

test("D35: a damaged store-thread.js: the list says what is damaged, experiments go on, and no run is lost", async () => {
  const profile = join(scratchDir, "profile");
  const installation = join(scratchDir, "app");
  const { projectDir } = projectPaths;
  mkdirSync(join(installation, "out"), { recursive: true });
  for (const name of ["package.json", "node_modules", "resources", "out/renderer", "out/preload"]) {
    symlinkSync(join(projectDir, name), join(installation, name));
  }
  cpSync(join(projectDir, "out", "main"), join(installation, "out", "main"), { recursive: true });
  writeFileSync(
    join(installation, "out", "main", "store-thread.js"),
    "import { nothing } from 'nowhere'; {{{",
  );
  launched = await launchApp({ userDataDir: profile, projectDir: installation });
  const { page } = launched;
  await idle(page);
  const { notebook, init, training } = SMALL_EXPERIMENTS;
  const ends = await runToEnd(page, { notebook, init, training });
  expect(ends).toEqual(["init finished", "notebook finished", "training finished"]);
  await showView(page, "Runs");
  await takeScreenshot(page, "damaged-store-thread");
  await page
    .getByText(/The installation is damaged \(.*store-thread\.js\): run the set-up again/)
    .first()
    .waitFor();
  await takeScreenshot(page, "damaged-store-thread");
  await launched.app.close();
  expect(readdirSync(profile)).toContain("lab.sqlite");
  launched = await launchApp({ userDataDir: profile });
  await showView(launched.page, "Runs");
  await launched.page
    .getByText(/3 runs/)
    .first()
    .waitFor();
});
