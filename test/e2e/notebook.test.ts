import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { parse } from "csv-parse/sync";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { chooseTheme, takeScreenshot } from "./take-screenshots.ts";

/** Few enough rows for a test of the window; the numbers on all rows have tests of their own. */
const ROWS = "4000";
const VIEWS = ["Notebook", "Ladder", "Train", "Runs", "Diagnostics", "Settings"] as const;
const THEMES = ["Light", "Dark"] as const;

const profile = mkdtempSync(join(tmpdir(), "backprop-lab-notebook-"));
let launched: LaunchedApp;
beforeAll(async () => {
  launched = await launchApp({ userDataDir: profile });
});
afterAll(async () => {
  await launched.close();
  rmSync(profile, { recursive: true, force: true });
});

const show = (page: Page, view: (typeof VIEWS)[number]): Promise<void> =>
  page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: view, exact: true }).click();

const field = (page: Page, label: string) =>
  page.getByRole("region", { name: /settings|controls/i }).getByLabel(label, { exact: true });

/** A number among the training numbers. */
const trainingNumber = (page: Page, label: string): Promise<string> =>
  page
    .locator("dl[aria-label='Training numbers'] > div", { hasText: label })
    .first()
    .locator("dd")
    .innerText();

async function violations(page: Page): Promise<string[]> {
  // Electron's pages belong to no browser context that axe could open a frame in.
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

describe("the window", () => {
  it("shows every cell of the notebook, none of them run", async () => {
    const { page } = launched;
    await expect.poll(() => page.getByRole("article").count()).toBe(24);
    expect(await page.getByText("Never run.").count()).toBe(24);
  });

  it("runs all cells and shows a verdict with its reason at each", async () => {
    const { page } = launched;
    await field(page, "Rows").fill(ROWS);
    await page.getByRole("button", { name: "Run all" }).click();
    await page.getByRole("button", { name: /^Cancel / }).waitFor();
    await page.getByText("24 of 24 cells run").waitFor({ timeout: 120_000 });
    const articles = await page.getByRole("article").allInnerTexts();
    for (const text of articles) {
      expect(text).toMatch(/exact|in band|differs|measured/);
      expect(text).not.toMatch(/failed/);
    }
    expect(articles[0]).toMatch(/executed 1st/);
  });

  it("draws the loss while it trains", async () => {
    const { page } = launched;
    await show(page, "Train");
    await field(page, "Rows").fill(ROWS);
    await field(page, "Epochs").fill("400");
    await page.getByRole("button", { name: "Start training" }).click();
    const steps: string[] = [];
    const pictures = new Set<string>();
    const canvas = page.locator("canvas:visible").first();
    await canvas.waitFor();
    for (let look = 0; look < 40 && steps.length < 4; look++) {
      const step = await trainingNumber(page, "step");
      if (step !== "–" && step !== steps.at(-1)) {
        steps.push(step);
        pictures.add((await canvas.screenshot()).toString("base64"));
      }
      await page.waitForTimeout(50);
    }
    expect(steps.length).toBeGreaterThan(2);
    expect(pictures.size).toBeGreaterThan(2);
    await page.getByText("Nothing is running").waitFor({ timeout: 60_000 });
    expect(Number(await trainingNumber(page, "validation loss"))).toBeLessThan(10);
  });

  it("shows every view in both themes without an accessibility violation", async () => {
    const { page } = launched;
    for (const theme of THEMES) {
      await chooseTheme(page, theme);
      for (const view of VIEWS) {
        await show(page, view);
        await page.waitForTimeout(300);
        await takeScreenshot(page, `${view.toLowerCase()}-${theme.toLowerCase()}`);
        expect(await violations(page), `${view}, ${theme}`).toEqual([]);
      }
    }
  });

  it("still has the runs after a restart and exports the timings as CSV", async () => {
    await launched.app.close();
    launched = await launchApp({ userDataDir: profile });
    const { page, saveDir } = launched;
    await show(page, "Runs");
    const table = page.getByRole("grid", { name: "Saved runs" });
    await expect.poll(() => table.getByRole("row").count()).toBe(3);
    await table.getByText("Notebook, seed 42").click();
    await page.getByRole("heading", { name: "Notebook, seed 42" }).waitFor();
    await takeScreenshot(page, "run-page");
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await page.getByRole("menuitem", { name: /^Timings as CSV/ }).click();
    await expect.poll(() => readdirSync(saveDir).filter((name) => name.endsWith(".csv")).length).toBe(1);
    const [name = ""] = readdirSync(saveDir);
    const text = readFileSync(join(saveDir, name), "utf8");
    const rows = parse<Record<string, string>>(text, { columns: true, bom: true });
    const samples = rows.filter((row) => row["stage"] === "Module" && row["warmup"] === "false");
    expect(samples.length).toBe(10);
    expect(samples.every((row) => Number(row["milliseconds"]) > 0 && row["rows"] === ROWS)).toBe(true);
    expect(Object.keys(rows[0] ?? {})).toEqual(
      expect.arrayContaining([
        "run",
        "stage",
        "pass",
        "sample",
        "milliseconds",
        "threads",
        "rows",
        "machine",
      ]),
    );
  });

  it("cancels a running notebook and keeps what it had", async () => {
    const { page } = launched;
    await show(page, "Notebook");
    await page.getByRole("button", { name: "Run all" }).click();
    await page.getByText(/[3-9] of 24 cells run/).waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: /^Cancel / }).click();
    await page.getByText("Nothing is running").waitFor({ timeout: 5_000 });
    await show(page, "Runs");
    await page.getByRole("button", { name: "All runs" }).click();
    await page.getByRole("grid", { name: "Saved runs" }).getByText("cancelled").waitFor();
  });
});
