import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeNode } from "../integration/slurm/slurm-lab.ts";
import { slurmMissing, TestSlurm } from "../integration/slurm/test-slurm.ts";
import type { Page } from "playwright-core";
import { showView } from "./drive-window.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { takeScreenshot } from "./take-screenshots.ts";

const picture = async (page: Page, name: string): Promise<void> => {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await takeScreenshot(page, `cluster-${name}-${colorScheme}`);
  }
};

if (slurmMissing !== "") process.stdout.write(`cluster-sweep: ${slurmMissing}\n`);

describe.skipIf(slurmMissing !== "")("a sweep on a cluster, in the window", () => {
  let folder: string;
  let slurm: TestSlurm;
  let node: string;

  const launch = (): Promise<LaunchedApp> =>
    launchApp({
      page: "checkedIfThorough",
      userDataDir: join(folder, "profile"),
      env: { SLURM_CONF: slurm.configuration, BACKPROP_LAB_SAVE_DIR: folder },
    });

  beforeAll(async () => {
    folder = mkdtempSync("/tmp/lab-slurm-");
    chmodSync(folder, 0o755);
    slurm = await TestSlurm.start(join(folder, "slurm"), 2);
    node = writeNode(folder, process.env["BACKPROP_LAB_ELECTRON"]);
  });
  afterAll(async () => {
    await slurm.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is submitted, watched, its log read, collected after a restart of the app with the controller away, and its runs compared", async () => {
    const first = await launch();
    try {
      const { page } = first;
      await showView(page, "Train");
      await page.getByText("trainings that differ in some values").click();
      await page.getByLabel("Choices of value 2").fill("1, 2");
      await page.getByText("A Slurm cluster").click();
      await page.getByText("cluster test").waitFor();
      await page.getByText("More options").click();
      await page.getByLabel("Node on a compute node").fill(node);
      await page.getByLabel("Trainings a task").fill("1");
      await page.getByText("The job script").click();
      await page.getByText("#SBATCH --array=0-1").waitFor();
      await picture(page, "form");
      await page.getByRole("button", { name: "Submit 2 trainings" }).click();
      const card = page.getByRole("region", { name: "Sweep sweep over seed" });
      await card.waitFor();
      await card.getByRole("button", { name: "Log of seed 1" }).click();
      await expect
        .poll(
          async () => {
            await card.getByRole("button", { name: "Look again" }).click();
            return card.getByLabel("Log of training 0").textContent();
          },
          { timeout: 60_000 },
        )
        .toMatch(/seed 1\): begins/);
      await picture(page, "log");
    } finally {
      await first.close();
    }

    const second = await launch();
    try {
      const { page } = second;
      await showView(page, "Train");
      const card = page.getByRole("region", { name: "Sweep sweep over seed" });
      await expect
        .poll(
          async () => {
            await card.getByRole("button", { name: "Look again" }).click();
            return card.getByRole("button", { name: "Collect 2" }).isVisible();
          },
          { timeout: 90_000, interval: 1_000 },
        )
        .toBe(true);
      await slurm.stopController();
      await card.getByRole("button", { name: "Look again" }).click();
      // squeue gives up after some time of its own.
      await card.getByText(/Slurm does not answer; it was last heard at .*can be collected/).waitFor({
        timeout: 60_000,
      });
      await picture(page, "controller-away");
      await card.getByRole("button", { name: "Collect 2" }).click();
      await card.getByRole("row", { name: "seed 2 collected" }).waitFor({ timeout: 60_000 });
      await slurm.startController();
      await card.getByRole("button", { name: "Look again" }).click();
      await card.getByText(/Slurm does not answer/).waitFor({ state: "detached" });
      await card.getByRole("button", { name: "Compare" }).click();
      await page.getByText("2 runs side by side").waitFor();
      await picture(page, "compared");
    } finally {
      await second.close();
    }
  });
});
