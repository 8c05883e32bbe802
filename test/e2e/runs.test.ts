import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LabBridge } from "../../src/shared/ipc/lab-bridge.ts";
import { showView } from "./drive-window.ts";
import { accessibilityViolations, type Rules } from "./accessibility-violations.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { chooseTheme, takeScreenshot } from "./take-screenshots.ts";
import { settled } from "./window-layout.ts";

declare global {
  interface Window {
    lab: LabBridge;
  }
}

let launched: LaunchedApp;
let page: Page;
let profile = "";

beforeAll(async () => {
  profile = mkdtempSync(join(tmpdir(), "backprop-lab-runs-"));
  launched = await launchApp({ userDataDir: profile, page: "checkedIfThorough" });
  ({ page } = launched);
  page.setDefaultTimeout(15_000);
});
afterAll(async () => {
  await launched.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
});

const button = (name: string | RegExp, on: Page = page) =>
  on.getByRole("button", { name, exact: typeof name === "string" });
const grid = (on: Page = page) => on.getByRole("grid", { name: "Saved runs" });
const rowCount = async (on: Page = page): Promise<number> =>
  Number(await grid(on).getAttribute("aria-rowcount")) - 1;
const violations = (rules?: Rules): Promise<string[]> => accessibilityViolations(page, rules);
const valueOf = <T>(answer: { ok: true; value: T } | { ok: false; error: { message: string } }): T =>
  answer.ok ? answer.value : expect.fail(answer.error.message);

/** Trains the small network for a moment; runs of one seed differ from those of another in nothing else. */
function train(seed: number): Promise<string> {
  return page.evaluate(async (chosen) => {
    const ended = new Promise<void>((resolve) => {
      const stop = window.lab.on("runChanged", ({ status }) => {
        if (status === "running") return;
        stop();
        resolve();
      });
    });
    const started = await window.lab.trainingStart({
      threads: 2,
      spec: {
        layers: [
          { type: "linear", in: 784, out: 20, init: "kaimingNormal" },
          { type: "relu", shift: 0 },
          { type: "linear", in: 20, out: 10, init: "kaimingNormal" },
        ],
        loss: "crossEntropy",
        data: { name: "mnist", split: "train", rows: 5_000 },
        seed: chosen,
        optimizer: { name: "sgd", lr: 0.1, momentum: 0.9, nesterov: false, weightDecay: 0 },
        batchSize: 50,
        epochs: 3,
        shuffle: true,
        validRows: 1_000,
      },
    });
    if (!started.ok) throw new Error(started.error.message);
    await ended;
    return started.value.runId;
  }, seed);
}

describe("the Runs view", () => {
  let ids: string[] = [];

  it("shows two trainings as soon as they are there, and opens one of them from the keyboard", async () => {
    ids = [await train(1), await train(2)];
    await showView(page, "Runs");
    await expect.poll(() => rowCount()).toBe(2);
    await grid().focus();
    await page.keyboard.press("ArrowDown");
    const active = await grid().getAttribute("aria-activedescendant");
    // A run that comes in above does not move the active row.
    ids.push(await train(3));
    await showView(page, "Runs");
    await expect.poll(() => rowCount()).toBe(3);
    expect(await grid().getAttribute("aria-activedescendant")).not.toBe(active);
    await grid().focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /^784-20-10/ }).waitFor();
    expect(
      await page.locator("text=/training-[0-9a-f]{12}.json/ >> visible=true").first().innerText(),
    ).toContain(ids[0]);
    await page.locator("text='Update : weight ratio' >> visible=true").first().waitFor();
  });

  it("keeps a name, a colour, tags and notes; HTML in notes is text", async () => {
    await button("Rename").click();
    await page.getByRole("textbox", { name: "Name of the run" }).fill("my first <b>run</b>");
    await button("Save name").click();
    await page.getByRole("heading", { name: "my first <b>run</b>" }).waitFor();
    await page.getByRole("textbox", { name: "Add tags" }).fill("keep lesson");
    await page.keyboard.press("Enter");
    await button("Take away the tag lesson").waitFor();
    await button("Colour").click();
    await button("green green")
      .or(page.getByRole("button", { name: /green$/ }))
      .first()
      .click();
    await button("Pin").click();
    await button("Unpin").waitFor();
    await button("Write notes").click();
    await page
      .getByRole("textbox", { name: "Notes in Markdown" })
      .fill("# Why\n\n- **seed 1**\n- <img src=x onerror=alert(1)> [away](https://example.com)");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("heading", { name: "Why" }).waitFor();
    expect(await page.locator("img[src=x]").count()).toBe(0);
    expect(await page.locator('a[href*="example"]').count()).toBe(0);
    await takeScreenshot(page, "runs-page");
    expect(await violations()).toEqual([]);
    await button("Report as PDF").click();
    await expect
      .poll(() => readdirSync(launched.saveDir).filter((name) => name.endsWith(".pdf")).length)
      .toBe(1);
    const [pdf = ""] = readdirSync(launched.saveDir);
    expect(readFileSync(join(launched.saveDir, pdf)).subarray(0, 5).toString()).toBe("%PDF-");
  });

  it("A8: refuses a name that is too long beside the field, whole", async () => {
    await button("Rename").click();
    const field = page.getByRole("textbox", { name: "Name of the run" });
    await field.fill("n".repeat(250));
    expect(await field.inputValue()).toHaveLength(250);
    await page.getByText("a name may have at most 200 characters; this one has 250: shorten it").waitFor();
    expect(await button("Save name").isDisabled()).toBe(true);
    await page.keyboard.press("Escape");
    const tag = page.getByRole("textbox", { name: "Add tags" });
    await tag.fill("t".repeat(50));
    await page.getByText("a tag may have at most 40 characters; this one has 50: shorten it").waitFor();
    await tag.fill("");
  });

  it("A11: rows say what differs, and the results stand beside the name at 1280", async () => {
    await button("All runs").click();
    await expect.poll(() => rowCount()).toBe(3);
    await launched.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 800),
    );
    const names = await grid().locator("button[data-run]").allTextContents();
    expect(names.map((name) => name.replace(/ 784.*/, ""))).toEqual([
      "my first <b>run</b>",
      "seed 3",
      "seed 2",
    ]);
    const heads = grid().getByRole("columnheader");
    expect((await heads.allInnerTexts()).slice(1, 5).map((text) => text.trim())).toEqual([
      "name",
      "best validation accuracy",
      "best validation loss",
      "last loss",
    ]);
    const [box, scroller] = [await heads.nth(4).boundingBox(), await grid().boundingBox()];
    expect((box?.x ?? 1e9) + (box?.width ?? 0)).toBeLessThanOrEqual(
      (scroller?.x ?? 0) + (scroller?.width ?? 0),
    );
    const points = await grid()
      .locator("[role=row] [data-numeric=true]:nth-child(5)")
      .evaluateAll((cells) => cells.map((cell) => cell.textContent.indexOf(".")));
    expect(points.length).toBe(3);
    expect(new Set(points).size).toBe(1);
    await grid().getByRole("button", { name: "my first <b>run</b>" }).click();
    await page.getByRole("heading", { name: "my first <b>run</b>" }).waitFor();
  });

  it("filters by a query, says what is wrong with one, sorts, chooses columns, groups", async () => {
    await button("All runs").click();
    const filter = page.getByRole("textbox", { name: "Filter the runs" });
    await filter.fill("tag:keep");
    await expect.poll(() => rowCount()).toBe(1);
    await filter.fill("kind:train seed>1");
    await expect.poll(() => rowCount()).toBe(2);
    await filter.fill('name:"open');
    await page.getByText(/quotation mark at character 6 is not closed/).waitFor();
    await filter.fill("");
    await expect.poll(() => rowCount()).toBe(3);
    await button("Columns").click();
    await page.getByRole("textbox", { name: "Find a column" }).fill("seed");
    await page.getByRole("checkbox", { name: "seed", exact: true }).check();
    await page.keyboard.press("Escape");
    await grid().getByRole("button", { name: "seed", exact: true }).click();
    await expect
      .poll(() => grid().getByRole("columnheader", { name: "seed" }).getAttribute("aria-sort"))
      .toBe("descending");
    await page.getByRole("combobox", { name: "Group the runs" }).selectOption("config.optimizer");
    await page.getByRole("region", { name: "Groups of runs" }).getByText(/±/).first().waitFor();
    await takeScreenshot(page, "runs-groups");
    expect(await violations()).toEqual([]);
    await page.getByRole("combobox", { name: "Group the runs" }).selectOption("");
    await button("Save view").click();
    await page.getByRole("textbox", { name: "Name of this view" }).fill("by seed");
    await page.keyboard.press("Enter");
    await button("View: by seed").click();
    await page.getByRole("menuitem", { name: "All", exact: true }).click();
    await button("View: All").click();
    await page.getByRole("menuitem", { name: "by seed", exact: true }).click();
    await grid().getByRole("columnheader", { name: "seed" }).waitFor();
  });

  it("compares two seeds: differences first, curves, results; a click on a line opens its run", async () => {
    await page.getByRole("checkbox", { name: "Select my first <b>run</b>" }).check();
    await page
      .getByRole("checkbox", { name: /^Select 784-20-10/ })
      .first()
      .check();
    await page.getByText(/^2 selected of 3 runs/).waitFor();
    await button("Compare").click();
    await page.getByRole("heading", { name: "2 runs side by side" }).waitFor();
    const settings = page.getByRole("region", { name: "Settings side by side" });
    await settings.waitFor();
    expect(await settings.getByRole("rowheader").allInnerTexts()).toEqual(["seed"]);
    await page.getByRole("switch", { name: /^Mean and standard deviation/ }).check();
    await page.getByRole("group", { name: "Drawing: validation loss over seeds" }).waitFor();
    const drawing = page.getByRole("group", { name: "Drawing: validation accuracy", exact: true });
    await drawing.scrollIntoViewIfNeeded();
    await settled(page);
    await takeScreenshot(page, "runs-compare");
    expect(await violations()).toEqual([]);
    await drawing.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("o");
    await button("Back to the comparison").click();
    await page
      .getByRole("spinbutton")
      .or(page.getByRole("textbox", { name: "Step whose values are shown" }))
      .first()
      .fill("100");
    await button("Pin this step").click();
    await button("step 100").waitFor();
    await chooseTheme(page, "Dark");
    await showView(page, "Runs");
    await settled(page);
    await takeScreenshot(page, "runs-compare-dark");
    expect(await violations("colours")).toEqual([]);
    await button("All runs").click();
    await takeScreenshot(page, "runs-table-dark");
    expect(await violations()).toEqual([]);
    await chooseTheme(page, "Light");
    await showView(page, "Runs");
    await takeScreenshot(page, "runs-table");
    expect(await violations("colours")).toEqual([]);
  });

  it("deletes with a way back, archives, and empties the trash, saying by how much", async () => {
    await page.getByText(/^2 selected/).waitFor();
    await button("Delete").click();
    await expect.poll(() => rowCount()).toBe(1);
    await button("Undo").click();
    await expect.poll(() => rowCount()).toBe(3);
    // By key: what stands where the deleted run was is active then, not the one in the trash.
    await grid().focus();
    await page.keyboard.press("Home");
    const active = async () =>
      (await grid().locator('[data-active="true"]').innerText()).replaceAll(/\s+/g, " ").trim();
    await page.keyboard.press("ArrowDown");
    const second = await active();
    await page.keyboard.press("Home");
    await page.keyboard.press("Delete");
    await expect.poll(() => rowCount()).toBe(2);
    await expect.poll(active).toBe(second);
    await button("Undo").click();
    await expect.poll(() => rowCount()).toBe(3);
    await page
      .getByRole("checkbox", { name: /^Select 784-20-10/ })
      .first()
      .check();
    await button("Archive").click();
    await expect.poll(() => rowCount()).toBe(2);
    await page.getByText("Archived", { exact: true }).click();
    await expect.poll(() => rowCount()).toBe(1);
    await page
      .getByRole("checkbox", { name: /^Select 784/ })
      .first()
      .check();
    await button("Delete").click();
    await page.getByText("Nothing is archived.").waitFor();
    await page.getByText("Trash", { exact: true }).click();
    await expect.poll(() => rowCount()).toBe(1);
    await button("Empty the trash").click();
    await page.getByText(/This cannot be undone/).waitFor();
    await button("Delete for good").click();
    await page.getByText("1 run deleted for good").waitFor();
    await page.getByText(/The database is .* smaller and has .* now/).waitFor();
    await page.getByText("Runs", { exact: true }).last().click();
    await expect.poll(() => rowCount()).toBe(2);
  });

  it("exports a bundle that another profile imports whole, once", async () => {
    await button(/^Export 2 runs$/).click();
    await page.getByRole("menuitem", { name: "Bundle with weights" }).click();
    const bundle = join(launched.saveDir, "bundle of all runs.backprop.json");
    await expect.poll(() => readdirSync(launched.saveDir)).toContain("bundle of all runs.backprop.json");
    const other = await launchApp({ env: { BACKPROP_LAB_OPEN_FILE: bundle } });
    try {
      await showView(other.page, "Runs");
      await button("Import", other.page).click();
      await other.page.getByText("2 runs imported").waitFor();
      await expect.poll(() => rowCount(other.page)).toBe(2);
      await other.page.getByRole("button", { name: "my first <b>run</b>" }).click();
      await other.page.getByRole("heading", { name: "Why" }).waitFor();
      // What it learned came along.
      const learned = await other.page.evaluate(
        (runId) => window.lab.learnedInspect({ runId, weights: "final" }),
        ids[0] ?? "",
      );
      expect(valueOf(learned)).toMatchObject({});
      await other.page.getByRole("button", { name: "All runs" }).click();
      await button("Import", other.page).click();
      await other.page.getByText("There already: 2 runs.").waitFor();
    } finally {
      await other.close();
    }
  });

  it("answers SQL that reads, and refuses what writes", async () => {
    const ask = (sql: string) => page.evaluate((asked) => window.lab.databaseQuery({ sql: asked }), sql);
    expect(valueOf(await ask("SELECT count(*) AS n FROM run"))).toMatchObject({
      columns: ["n"],
      rows: [[2]],
    });
    expect(await ask("DELETE FROM run")).toMatchObject({ ok: false, error: { code: "StoreError" } });
    await showView(page, "Diagnostics");
    await page.getByText("Ask the database in SQL").click();
    await button("Ask").click();
    await page.getByRole("region", { name: "Answer of the database" }).getByText("training").waitFor();
    await button("Check").click();
    await page.getByText("Every page and every reference is sound.").waitFor();
    await takeScreenshot(page, "diagnostics-database");
    expect(await violations()).toEqual([]);
  });
});
