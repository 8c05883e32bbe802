import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { idle, showView } from "./drive-window.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { runEachKind } from "./run-each-kind.ts";
import { takeScreenshot } from "./take-screenshots.ts";
import { settled } from "./window-layout.ts";

const scratchDir = mkdtempSync(join(tmpdir(), "backprop-lab-restart-"));
const profile = join(scratchDir, "profile");
let launched: LaunchedApp | undefined;
afterAll(async () => {
  await launched?.close();
  rmSync(scratchDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

/** Runs of `runEachKind`. */
const KINDS = 8;

/** What each view shows of its last result, and what it says where it knows of none. */
async function expectLastResults(page: Page): Promise<void> {
  await idle(page);
  const results = page.locator("section[aria-label='Results']").locator("visible=true");
  await showView(page, "Notebook");
  // The notebook that comes with the app, until another one is opened.
  await results.getByRole("heading", { name: "Backpropagation from scratch" }).waitFor();
  for (const [view, denial] of [
    ["Ladder", "No ladder was climbed yet"],
    ["Stages", "The stages have not run yet"],
    ["Backward", "Nothing was traced yet"],
    ["Gradients", "Nothing was checked yet"],
    ["Train", "Nothing was trained yet"],
    ["Initialise", "Drawing the network…"],
  ] as const) {
    await showView(page, view);
    await expect.poll(() => results.getByText(denial).count(), { message: view }).toBe(0);
    await results.locator("h2").first().waitFor();
    await takeScreenshot(page, `restarted-${view.toLowerCase()}`);
  }
  await showView(page, "Diagnostics");
  await page.getByText(/^A step takes/).waitFor();
  await showView(page, "Train");
  await page.getByText("Update : weight ratio", { exact: true }).first().waitFor();
}

/** Draws what the views above leave out: the page of each kind of run, and the views that have no last result. */
async function showEveryRun(page: Page): Promise<void> {
  await showView(page, "Runs");
  await page.getByRole("button", { name: "All runs" }).click();
  const names = page.getByRole("grid", { name: "Saved runs" }).locator("button[data-run]");
  await expect.poll(() => names.count()).toBe(KINDS);
  for (let run = 0; run < KINDS; run++) {
    await names.nth(run).click();
    await page.getByRole("button", { name: "Rename" }).waitFor();
    await settled(page);
    await page.getByRole("button", { name: "All runs" }).click();
  }
  for (const view of ["Data", "Settings"]) {
    await showView(page, view);
    await page.getByRole("heading", { name: view, level: 1 }).waitFor();
    await settled(page);
  }
}

/** What is chosen for the next experiment and is not the default. */
const DRAFTS = [
  { view: "Initialise", settings: "Initialisation settings", field: "Compare with", value: "orthogonal" },
  { view: "Gradients", settings: "Gradient check settings", field: "Tolerance", value: "notebook" },
  { view: "Gradients", settings: "Gradient check settings", field: "Bug on purpose", value: "factor-2" },
  { view: "Data", settings: "Data sets", field: "Toy", value: "moons" },
] as const;

const draft = (page: Page, { settings, field }: (typeof DRAFTS)[number]) =>
  page.getByRole("region", { name: settings }).getByLabel(field, { exact: true });

async function changeDrafts(page: Page): Promise<void> {
  for (const one of DRAFTS) {
    await showView(page, one.view);
    await draft(page, one).selectOption(one.value);
  }
  await showView(page, "Gradients");
  const checks = page.getByRole("region", { name: "Gradient check settings" });
  await checks.getByRole("checkbox", { name: "Every coordinate" }).check();
  await checks.getByRole("checkbox", { name: "TensorFlow.js" }).check();
  await showView(page, "Train");
  await page.getByText("trainings that differ in some values").click();
  await page.getByLabel("Name of value 2").fill("batchSize");
  await page.getByLabel("Choices of value 2").fill("50, 100");
  // A network from another view.
  await showView(page, "Initialise");
  await page
    .getByRole("region", { name: "Initialisation settings" })
    .getByRole("button", { name: "Open in Gradients" })
    .click();
}

async function expectDrafts(page: Page): Promise<void> {
  for (const one of DRAFTS) {
    await showView(page, one.view);
    expect(await draft(page, one).inputValue(), one.field).toBe(one.value);
  }
  await showView(page, "Gradients");
  const checks = page.getByRole("region", { name: "Gradient check settings" });
  for (const name of ["Every coordinate", "TensorFlow.js", "float64 backward pass", "central differences"]) {
    expect(await checks.getByRole("checkbox", { name }).isChecked(), name).toBe(true);
  }
  expect(await checks.getByLabel("Network", { exact: true }).inputValue()).toBe("given");
  await showView(page, "Train");
  await page.getByText("trainings that differ in some values").click();
  expect(await page.getByLabel("Name of value 2").inputValue()).toBe("batchSize");
  expect(await page.getByLabel("Choices of value 2").inputValue()).toBe("50, 100");
}

const textSize = (page: Page): Promise<string> =>
  page.evaluate(() => getComputedStyle(document.documentElement).fontSize);

test("A2: after a restart and a reload every view shows its last result; A14: Ctrl+Enter, palette, presentation", async () => {
  launched = await launchApp({ userDataDir: profile, page: "checked", notebook: "shipped" });
  await idle(launched.page);
  // Drawn live by the page whose React warns.
  await showView(launched.page, "Train");
  await runEachKind(launched.page);
  await showView(launched.page, "Backward");
  await launched.page.keyboard.press("Control+Enter");
  await launched.page.getByText(/^Step 1 of/).waitFor();
  await changeDrafts(launched.page);
  await launched.close();

  launched = await launchApp({ userDataDir: profile, page: "checked", notebook: "shipped" });
  const { page } = launched;
  // Charts move into place, as for a person who does not ask for less.
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await expectLastResults(page);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expectDrafts(page);
  await page.reload();
  await expectLastResults(page);

  // A run by its name, from the palette.
  await page.keyboard.press("Control+k");
  const options = page.getByRole("listbox", { name: "Commands" }).getByRole("option");
  for (const label of [
    "Run all cells",
    "Run ladder",
    "Save the initialisation as a run",
    "Run stages",
    "Trace the backward pass",
    "Check gradients",
    "Start training",
    "Find a learning rate",
    "Measure where a training step's time goes",
  ]) {
    expect(await options.filter({ hasText: label }).count(), label).toBeGreaterThan(0);
  }
  await page.keyboard.type("open ladder run");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Key numbers" }).waitFor();

  // A presentation: one key hides controls and navigation and makes the rest large, the same or Escape ends it.
  await showView(page, "Stages");
  const controls = page.getByRole("region", { name: "Stages settings" });
  const navigation = page.getByRole("navigation", { name: "Views" });
  for (const back of ["F5", "Escape"]) {
    await page.keyboard.press("F5");
    await expect.poll(async () => [await controls.count(), await navigation.count()]).toEqual([0, 0]);
    expect(await textSize(page)).toBe("22.4px");
    await takeScreenshot(page, "presentation");
    await page.keyboard.press(back);
    await expect.poll(async () => [await controls.count(), await navigation.count()]).toEqual([1, 1]);
    expect(await textSize(page)).toBe("16px");
  }
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await sheet.getByText("Presentation: large, without controls and navigation").waitFor();
  for (const [key, does] of [
    ["Alt+Enter", "Run the cell and add one below"],
    ["D D", "Delete the cell"],
    ["F8", "Go to the next problem"],
    ["Shift+←", "Move what is shown"],
    ["Delete", "Move those selected to the trash"],
  ] as const) {
    const row = sheet.locator("dl > div").filter({ hasText: does });
    expect(await row.locator("kbd").first().textContent(), does).toBe(key);
  }
  await page.keyboard.press("Escape");
  await showEveryRun(page);
});
