import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { STAGE_IDS } from "../../src/shared/experiments/stages.ts";
import { idle, showView } from "./drive-window.ts";
import { accessibilityViolations, THEMES, type Rules } from "./accessibility-violations.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { chooseTheme, takeScreenshot } from "./take-screenshots.ts";
import { settled } from "./window-layout.ts";

const RUN_MS = 240_000;

let launched: LaunchedApp;
let page: Page;
beforeAll(async () => {
  launched = await launchApp();
  page = launched.page;
  await showView(page, "Stages");
});
afterAll(async () => {
  await launched.close();
});

const field = (label: string): Locator =>
  page.getByRole("region", { name: "Stages settings" }).getByRole("textbox", { name: label, exact: true });

const card = (stage: string): Locator => page.locator(`article[data-stage="${stage}"]`);

const violations = (rules?: Rules): Promise<string[]> => accessibilityViolations(page, rules);

async function run(): Promise<void> {
  await page.getByRole("button", { name: "Run stages" }).click();
  await page.getByRole("button", { name: /^Cancel / }).waitFor();
  await idle(page);
}

/** Boxes in the visible page that would take the wheel from it: the view's own columns may scroll. */
const traps = (): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll("section[aria-label='Results'] *")]
      .filter((box) => {
        const { overflowY } = getComputedStyle(box);
        return (
          (overflowY === "auto" || overflowY === "scroll") &&
          box.clientHeight > 0 &&
          box.scrollHeight > box.clientHeight + 1
        );
      })
      .map((box) => `${box.tagName} ${box.getAttribute("aria-label") ?? box.className}`),
  );

describe("the stages view", () => {
  it("shows every stage with its idea and code, and the lesson, before anything ran", async () => {
    await expect.poll(() => page.locator("article[data-stage]").count()).toBe(STAGE_IDS.length);
    await page.getByText("The stages have not run yet").waitFor();
    await card("module")
      .getByRole("button", { name: /^Code: / })
      .click();
    await card("module")
      .getByRole("button", { name: /^Show all/ })
      .click();
    await expect.poll(() => card("module").locator("code").innerText()).toContain("transposeA: true");
    const [list, registered] = ["Layers in a plain list", "Layers in a Sequential"].map((name) =>
      page.getByRole("article", { name }).or(page.locator(`[data-model="${name}"]`)),
    );
    expect(await list.innerText()).toMatch(/not trained\s*model\.parameters\(\) gives 0 tensors, 0 numbers/);
    expect(await registered.innerText()).toContain("gives 4 tensors, 39,301 numbers: (784, 50), (50)");
    await takeScreenshot(page, "stages-empty");
    expect(await violations()).toEqual([]);
  });

  it("says beside the field what is wrong, and forecasts the memory below a button that stays where it is", async () => {
    const button = page.getByRole("button", { name: "Run stages" });
    const forecast = page.getByText(/^needs .*B/);
    await field("Samples").fill("2");
    await page.getByText("samples must be at least 5").waitFor();
    expect(await button.isDisabled()).toBe(true);
    expect(await forecast.count()).toBe(0);
    const place = await button.boundingBox();
    await field("Samples").fill("10");
    await forecast.waitFor();
    expect(await button.boundingBox()).toEqual(place);
    await field("Samples").fill("6");
    await field("Rows").fill("500");
    await forecast.waitFor();
    await page.getByRole("button", { name: "Reset to defaults" }).waitFor();
    expect(await button.boundingBox()).toEqual(place);
  });

  it("runs all stages, each with its numbers, and finds all gradients equal", async () => {
    await run();
    for (const stage of STAGE_IDS) {
      const text = await card(stage).innerText();
      expect(text, stage).toMatch(/measured/);
      expect(text, stage).toMatch(/forward ± ½ IQR/);
      expect(text, stage).toMatch(/peak allocated/);
    }
    await page.getByText("75 of 75 comparisons are equal").waitFor();
    await page.getByText("How the stages are measured").click();
    const conditions = page.locator("section", { has: page.getByRole("heading", { name: "Conditions" }) });
    expect(await conditions.last().innerText()).toMatch(/kept busy by other programs\s*[\d.]+ processors/);
    await page.getByText("How the stages are measured").click();
    const matrix = page.getByRole("region", { name: "Agreement of the stages" });
    expect(await matrix.getByText("equal", { exact: true }).count()).toBe(15);
    expect(await matrix.innerText()).toContain("same bits");
    await page
      .getByRole("radiogroup", { name: "Gradient compared" })
      .getByText("x.g", { exact: true })
      .click();
    expect(await matrix.getByText("equal", { exact: true }).count()).toBe(15);
  });

  it("says in words what the matrix product and fusion gain, with an interval", async () => {
    const product = page.locator('[data-gain="layer-classes backward"]');
    expect(await product.innerText()).toMatch(/[\d.]+ × \([\d.]+–[\d.]+\) as long as that of stage\s3/);
    expect(await page.locator('[data-gain="module-unfused both"]').innerText()).toMatch(
      /as long as the same/,
    );
    await product.getByText("Why").click();
    await product.getByText(/The notebook measures 13 ×/).waitFor();
  });

  it("is readable in both themes", async () => {
    for (const { theme, rules } of THEMES) {
      await chooseTheme(page, theme);
      await showView(page, "Stages");
      await page.locator('[data-chart="stages"] canvas').waitFor();
      await page.getByRole("heading", { name: /^Stages on/ }).scrollIntoViewIfNeeded();
      await settled(page);
      await takeScreenshot(page, `stages-top-${theme.toLowerCase()}`);
      for (const heading of [
        "What makes the difference",
        "Do they agree?",
        "The stages",
        "A list that nobody registered",
      ]) {
        await page.getByRole("heading", { name: heading }).evaluate((element) => element.scrollIntoView());
        await takeScreenshot(
          page,
          `stages-${heading.split(" ").at(-1)?.replace("?", "") ?? ""}-${theme.toLowerCase()}`,
        );
      }
      expect(await violations(rules), theme).toEqual([]);
    }
  });

  it("exports one row a sample", async () => {
    await page.getByRole("button", { name: "Samples as CSV" }).click();
    const named = (): string[] => readdirSync(launched.saveDir).filter((name) => name.endsWith(".csv"));
    await expect.poll(named).toHaveLength(1);
    const [name = ""] = named();
    const rows = parse<Record<string, string>>(readFileSync(join(launched.saveDir, name), "utf8"), {
      columns: true,
      bom: true,
    });
    // Two warm-up calls of two passes in five stages, and three times six samples in six.
    expect(rows.length).toBe(5 * 2 * 2 + 6 * 3 * 6);
  });

  it("leads to the run's page and back with the same settings", async () => {
    await page.getByRole("button", { name: "Open the run" }).click();
    await page.getByRole("region", { name: "Agreement of the stages" }).waitFor();
    await takeScreenshot(page, "stages-run-page");
    await page.getByRole("button", { name: "Open in Stages with these settings" }).click();
    expect(await field("Rows").inputValue()).toBe("500");
    await page.getByRole("heading", { name: /^Stages on 500 rows/ }).waitFor();
  });

  it("cancels and keeps what was measured", async () => {
    await field("Rows").fill("5000");
    await page.getByRole("button", { name: "Run stages" }).click();
    await card("functions").getByText("measured").waitFor({ timeout: RUN_MS });
    await page.getByRole("button", { name: /^Cancel / }).click();
    await idle(page);
    expect(await card("functions").innerText()).toMatch(/forward ± ½ IQR/);
    expect(await page.getByRole("region", { name: "Results" }).innerText()).toMatch(/cancelled/);
  });
});

describe("A10: code in the page", () => {
  it.each(["Stages", "Ladder"])("in %s: folds, copies whole, scrolls with the page", async (view) => {
    await showView(page, view);
    const disclosures = page.getByRole("button", { name: /^Code: / }).filter({ visible: true });
    await disclosures.first().waitFor();
    await page.evaluate(() => {
      for (const button of document.querySelectorAll("button[aria-label^='Code: '][aria-expanded='false']")) {
        if (button instanceof HTMLElement && button.offsetParent !== null) button.click();
      }
    });
    expect(await traps()).toEqual([]);
    const blocks = page.getByRole("region", { name: /^Code of/ }).filter({ visible: true });
    const count = await blocks.count();
    expect(count).toBeGreaterThan(0);
    expect(
      await page
        .getByRole("button", { name: /^Copy: Code of/ })
        .filter({ visible: true })
        .count(),
    ).toBe(count);
    const unfold = page.getByRole("button", { name: /^Show all \d+ lines: / }).filter({ visible: true });
    if ((await unfold.count()) > 0) {
      const label = ((await unfold.first().getAttribute("aria-label")) ?? "").replace(/^.*lines: /, "");
      const block = page.getByRole("region", { name: label, exact: true });
      const folded = await block.evaluate((box) => box.clientHeight);
      await unfold.first().click();
      await expect.poll(() => block.evaluate((box) => box.clientHeight)).toBeGreaterThan(folded);
      await page.getByRole("button", { name: `Copy: ${label}`, exact: true }).click();
      await page.getByText("Code copied").first().waitFor();
      const copied = await launched.app.evaluate(({ clipboard }) => clipboard.readText());
      expect(copied.trimEnd()).toBe((await block.locator("code").innerText()).trimEnd());
      await takeScreenshot(page, `code-${view.toLowerCase()}`);
    }
    expect(await traps()).toEqual([]);
  });
});
