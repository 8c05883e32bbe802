import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { projectPaths } from "../../scripts/setup/project-paths.mjs";
import { TRAIN_PRESETS } from "../../src/shared/specs/train-presets.ts";
import { idle, showView } from "./drive-window.ts";
import { appCommand, launchApp, type LaunchedApp } from "./launch-app.ts";
import { runToEnd } from "./run-each-kind.ts";

const scratchDir = mkdtempSync(join(tmpdir(), "backprop-lab-elsewhere-"));
let launched: LaunchedApp | null = null;
afterAll(async () => {
  await launched?.close();
  rmSync(scratchDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

const profile = join(scratchDir, "profile");

/** A command of the built app on the window's database. */
function lab(...args: readonly string[]) {
  const { executablePath, env } = appCommand(profile);
  const file = join(projectPaths.projectDir, "out", "main", "lab.js");
  const child = spawn(executablePath, [file, ...args, "--database", join(profile, "lab.sqlite")], {
    env: { ...env, ELECTRON_RUN_AS_NODE: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  return { child, exited: once(child, "exit"), stdout: () => stdout };
}

test("a ladder and stages that were started elsewhere appear without a reload (issue 14, small items)", async () => {
  mkdirSync(profile);
  // Its process has the right to write while the window opens.
  const spec = join(scratchDir, "long.json");
  writeFileSync(spec, JSON.stringify({ ...TRAIN_PRESETS.small.spec, epochs: 1000 }));
  const training = lab("train", spec, "--threads", "1", "--json");
  await expect.poll(training.stdout, { timeout: 60_000 }).not.toBe("");
  launched = await launchApp({ userDataDir: profile });
  const { page } = launched;
  await idle(page);
  await showView(page, "Ladder");
  const noLadder = (shown: Page) => shown.getByText("No ladder was climbed yet");
  await noLadder(page).waitFor();
  training.child.kill("SIGINT");
  await training.exited;
  const ladder = lab("ladder", "--m", "8", "--k", "8", "--n", "8", "--budget", "0.1", "--no-pytorch");
  expect(await ladder.exited).toEqual([0, null]);
  await noLadder(page).waitFor({ state: "detached" });
  await launched.close();

  // In the window's own process, but not by its view.
  launched = await launchApp({ userDataDir: profile });
  await idle(launched.page);
  await showView(launched.page, "Stages");
  const noStages = launched.page.getByText("The stages have not run yet");
  await noStages.waitFor();
  await runToEnd(launched.page, { stages: { seed: 3, rows: 200, threads: 1, samples: 5 } });
  await noStages.waitFor({ state: "detached" });
});
