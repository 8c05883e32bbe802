import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { idle, showView } from "./drive-window.ts";
import { THOROUGH } from "../thorough.ts";
import { accessibilityViolations, THEMES, type Rules } from "./accessibility-violations.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { chooseTheme, takeScreenshot } from "./take-screenshots.ts";

/** A check on 50,000 rows in float64, on a machine that others keep busy. */
const CHECK_MS = 240_000;

let launched: LaunchedApp;
let page: Page;
beforeAll(async () => {
  launched = await launchApp();
  page = launched.page;
  await showView(page, "Gradients");
});
afterAll(async () => {
  await launched.close();
});

const controls = () => page.getByRole("region", { name: "Gradient check settings" });
const table = () => page.getByRole("region", { name: "Gradients and references" });

const violations = (rules?: Rules): Promise<string[]> => accessibilityViolations(page, rules);

const checks = (): Promise<number> =>
  page.getByRole("region", { name: "List of earlier checks" }).getByRole("row").count();

/** Starts a check by a button and waits for its end: a small one is over before its Cancel could be seen. */
async function check(button = "Check gradients"): Promise<void> {
  const before = Math.max(1, await checks());
  await page.getByRole("button", { name: button }).click();
  await expect.poll(checks, { timeout: CHECK_MS }).toBe(before + 1);
  await idle(page);
}

describe("the gradients view", () => {
  it("says beside the field what is wrong, and forecasts what a check will take", async () => {
    await page.getByText("Nothing was checked yet").waitFor();
    await controls().getByRole("textbox", { name: "Rows" }).fill("0");
    await page.getByText("rows must be at least 1").waitFor();
    expect(await page.getByRole("button", { name: "Check gradients" }).isDisabled()).toBe(true);
    await controls().getByRole("textbox", { name: "Rows" }).fill("64");
    await page.getByText(/^needs .*39,301 parameters$/).waitFor();
    expect(await violations()).toEqual([]);
  });

  it("passes the notebook's network against all references, and shows where errors lie", async () => {
    for (const name of ["random directions", "TensorFlow.js"]) {
      await controls().getByRole("checkbox", { name }).check();
    }
    await check();
    await page.getByText("All gradients passed.").waitFor();
    expect(
      await table()
        .getByRole("button", { name: /^Charts of / })
        .count(),
    ).toBe(20);
    await table().getByRole("button", { name: "Charts of w1 against float64 backward pass" }).click();
    await page.getByRole("img", { name: /^w1: where it is wrong/ }).waitFor();
    await page.getByRole("button", { name: "Show as table: w1: where it is wrong" }).click();
    await page.getByRole("region", { name: "w1: where it is wrong: table" }).waitFor();
    await page.getByRole("button", { name: "Show as chart: w1: where it is wrong" }).click();
    expect(await page.getByRole("list", { name: "To know before reading the numbers" }).innerText()).toMatch(
      /computed again with the whole loss/,
    );
  });

  it("catches a bug on purpose, and says which gradients it accuses", async () => {
    await controls().getByLabel("Bug on purpose").selectOption("scale-1-percent");
    for (const name of ["random directions", "TensorFlow.js", "central differences"]) {
      await controls().getByRole("checkbox", { name }).uncheck();
    }
    await check();
    await page.getByText("The bug was caught.").waitFor();
    expect(await page.getByText(/^The bug was caught\. Accused: w1, w2\./).count()).toBe(1);
    expect(await table().getByText("failed", { exact: true }).count()).toBe(2);
  });

  it("warns of the notebook's tolerance, under which an 8 % wrong input gradient passes", async () => {
    await controls().getByLabel("Tolerance").selectOption("notebook");
    await page
      .getByText(/passes an input gradient that is 8 % wrong/)
      .first()
      .waitFor();
    if (!THOROUGH) {
      // Below 50,000 rows it does not pass, and for so many the reference takes a minute of a processor.
      await page.getByRole("button", { name: "Show me" }).click();
      await page.getByRole("button", { name: /^Cancel / }).click();
      await idle(page);
      return;
    }
    await check("Show me");
    await page.getByText("The bug was not caught.").waitFor();
    expect(
      await table()
        .getByText(/allclose holds; the strict check does not pass/)
        .count(),
    ).toBe(1);
  });

  it("lists earlier checks, opens one, and looks right in both themes", async () => {
    const history = page.getByRole("region", { name: "List of earlier checks" });
    expect(await history.getByRole("row").count()).toBe(4);
    await history
      .getByRole("button", { name: /^Show the check / })
      .last()
      .click();
    await page.getByText("All gradients passed.").waitFor();
    await history.getByRole("button", { name: /^Compare with the check .*scale-1-percent/ }).click();
    const compared = page.getByRole("region", { name: "Verdicts of the two checks" });
    await compared.waitFor();
    expect(await compared.getByText("failed", { exact: true }).count()).toBe(2);
    for (const { theme, rules } of THEMES) {
      await chooseTheme(page, theme);
      await showView(page, "Gradients");
      await page
        .getByRole("region", { name: "Results" })
        .getByRole("heading")
        .first()
        .scrollIntoViewIfNeeded();
      await takeScreenshot(page, `gradients-${theme.toLowerCase()}`);
      expect(await violations(rules), theme).toEqual([]);
    }
  });

  it("leads to the run's page with the charts, on paper too, and back with the run's settings", async () => {
    await page.getByRole("button", { name: "Open the run" }).click();
    const name = table().getByRole("button", { name: "Charts of w1 against float64 backward pass" });
    await name.click();
    await page.getByRole("img", { name: /^w1: where it is wrong/ }).waitFor();
    expect(await violations()).toEqual([]);
    const back = page.getByRole("button", { name: "Open in Gradients with these settings" });
    await page.emulateMedia({ media: "print" });
    expect([await name.isVisible(), await back.isVisible()]).toEqual([true, false]);
    await page.emulateMedia({ media: null });
    await back.click();
    await page.getByText("All gradients passed.").waitFor();
    // The form held the check of a bug; the run that was opened had none.
    expect(await controls().getByLabel("Bug on purpose").inputValue()).toBe("none");
    expect(await controls().getByLabel("Tolerance").inputValue()).toBe("strict");
    expect(await controls().getByRole("checkbox", { checked: true }).count()).toBe(4);
    expect(await controls().getByLabel("Network", { exact: true }).inputValue()).toBe("given");
    expect(await controls().getByRole("textbox", { name: "Rows" }).inputValue()).toBe("64");
  });
});
