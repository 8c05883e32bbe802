import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, expect, it } from "vitest";
import { openStore } from "../../src/main/store/open/open-store.ts";
import { TRAIN_PRESETS } from "../../src/shared/specs/train-presets.ts";
import { idle, showView } from "./drive-window.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { takeScreenshot } from "./take-screenshots.ts";

const openProfile = () =>
  openStore({
    path: join(profile, "lab.sqlite"),
    nativeBinding: process.env["BACKPROP_LAB_NATIVE_BINDING"] ?? null,
  });

/** Trainings that were on when earlier sessions were cut short: their starts find them so. */
function leaveRunning(names: readonly string[]): void {
  const store = openProfile();
  const [{ machineId }] = store.listRuns();
  for (const [day, id] of names.entries()) {
    const startedAt = `2026-01-0${9 - day}T00:00:00.000Z`;
    store.createRun({
      id,
      kind: "training",
      name: id,
      threads: 1,
      rows: 10,
      machineId,
      config: {},
      startedAt,
    });
  }
  store.close();
}

/** To be still on whenever it is killed or cancelled. That it also ends is proven by train-resume.test.ts. */
const EPOCHS = 1_000;

const profile = mkdtempSync(join(tmpdir(), "backprop-lab-killed-"));
let launched: LaunchedApp | null = null;
afterAll(async () => {
  await launched?.close();
  rmSync(profile, { recursive: true, force: true });
});

const stepOf = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const answer = await window.lab.trainingState();
    return answer.ok ? (answer.value?.step ?? 0) : 0;
  });

/** Steps whose loss is recorded, in order. */
function recordedSteps(runId: string): number[] {
  const store = openProfile();
  const steps = store.getMetrics(runId, "loss").map(({ step }) => step);
  store.close();
  return steps;
}

it("fault 1: names a training that a crash has cut short, and goes on with it, no step twice", async () => {
  launched = await launchApp({ userDataDir: profile });
  const spec = { ...TRAIN_PRESETS.small.spec, epochs: EPOCHS };
  const started = await launched.page.evaluate((given) => window.lab.trainingStart(given), {
    spec,
    threads: 1,
  });
  if (!started.ok) throw new Error(started.error.message);
  const { runId } = started.value;
  await launched.page.evaluate((given) => window.lab.trainingEnqueue(given), {
    requests: [1, 2].map((seed) => ({ spec: { ...spec, seed }, threads: 1 })),
    note: "of seeds",
  });
  // The second checkpoint: one may be cut off by the kill.
  const written = (): boolean =>
    readdirSync(profile, { recursive: true }).some((name) => String(name).endsWith("latest-b.safetensors"));
  await expect.poll(written, { timeout: 240_000 }).toBe(true);
  const child = launched.app.process();
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  const reached = recordedSteps(runId).length;
  leaveRunning(["first", "second", "third", "fourth"]);

  launched = await launchApp({ userDataDir: profile });
  const { page } = launched;
  await showView(page, "Train");
  await page.getByText(/^Interrupted: 784-50-10, relu/).waitFor();
  const queue = page.getByRole("region", { name: "Queue" });
  await queue.getByText("2 trainings wait", { exact: true }).waitFor();
  expect(await queue.getByText(/queued .*, before the app was closed/).count()).toBe(2);
  await takeScreenshot(page, "train-interrupted");
  await page.getByText("And 2 more interrupted trainings.").waitFor();
  await page.getByRole("button", { name: "Show all in Runs" }).click();
  await page.getByRole("row", { name: /fourth/ }).waitFor();
  expect(await page.getByLabel("Filter the runs").inputValue()).toBe(
    "kind:training status:interrupted -is:kept",
  );
  await showView(page, "Train");
  const noticeOf = (id: string) => page.getByRole("group", { name: `Interrupted run ${id}` });
  await noticeOf("first").getByRole("button", { name: "Keep as it is" }).click();
  await noticeOf("first").waitFor({ state: "detached" });
  await noticeOf("third").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await noticeOf("first").waitFor();
  await noticeOf("first").getByRole("button", { name: "Keep as it is" }).click();
  await noticeOf("first").waitFor({ state: "detached" });
  await noticeOf("second").getByRole("button", { name: "Delete" }).click();
  await page.getByText("1 run moved to the trash").waitFor();
  await noticeOf("fourth").waitFor();
  expect(await page.getByText(/more interrupted training/).count()).toBe(0);
  // One button, though the training is shown below too.
  expect(await page.getByRole("button", { name: "Resume" }).count()).toBe(3);
  await noticeOf(runId).getByRole("button", { name: "Resume" }).click();
  await expect.poll(() => stepOf(page)).toBeGreaterThan(reached + 100);
  await page.getByRole("button", { name: /^Cancel / }).click();
  await idle(page);

  // What the crash has left in the queue has waited all the while.
  await queue
    .getByRole("button", { name: /^Remove / })
    .first()
    .click();
  await queue.getByRole("button", { name: "Go on with 1 training" }).click();
  await expect.poll(() => stepOf(page)).toBeGreaterThan(0);
  await queue.waitFor({ state: "detached" });
  await page.getByRole("button", { name: /^Cancel / }).click();
  await idle(page);
  await launched.close();
  launched = null;
  const steps = recordedSteps(runId);
  expect(steps.length).toBeGreaterThan(reached + 100);
  expect(steps).toEqual(steps.map((_, index) => index + 1));
});
