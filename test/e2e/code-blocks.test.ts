import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { showView } from "./drive-window.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { takeScreenshot } from "./take-screenshots.ts";

let launched: LaunchedApp;
let page: Page;
beforeAll(async () => {
  launched = await launchApp();
  page = launched.page;
});
afterAll(async () => {
  await launched.close();
});

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
