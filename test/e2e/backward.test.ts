import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { chooseTheme, takeScreenshot } from "./take-screenshots.ts";

let launched: LaunchedApp;
let page: Page;
beforeAll(async () => {
  launched = await launchApp();
  page = launched.page;
  await show("Backward");
});
afterAll(async () => {
  await launched.close();
});

const show = (view: string): Promise<void> =>
  page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: view, exact: true }).click();
const said = () => page.getByRole("region", { name: "This step" }).getByRole("status");

async function violations(): Promise<string[]> {
  // Electron's pages belong to no browser context that axe could open a frame in.
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

describe("the backward view", () => {
  it("traces a small network from its empty state", async () => {
    expect(await violations()).toEqual([]);
    await page.getByRole("button", { name: "Trace the backward pass" }).click();
    await page.getByRole("heading", { name: "784-4-1, relu, MSE" }).waitFor({ timeout: 30_000 });
    expect(await said().innerText()).toBe("Step 1 of 14, forward: x times w1");
  });

  it("walks by buttons, by keys in the graph, by the slider and by a click on a step", async () => {
    await page.getByRole("button", { name: "Step on", exact: true }).click();
    expect(await said().innerText()).toMatch(/^Step 2 of 14, forward: b1 added/);
    await page.getByRole("group", { name: /^Computation graph/ }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await said().innerText()).toMatch(/^Step 3 of 14, forward: relu/);
    await page.keyboard.press("End");
    expect(await said().innerText()).toMatch(/^Step 14 of 14, backward: b1\.g/);
    await page.keyboard.press("+");
    await page.keyboard.press("0");
    await page.getByRole("slider", { name: "Step" }).focus();
    await page.keyboard.press("Home");
    expect(await said().innerText()).toMatch(/^Step 1 of 14/);
    await page.locator('g[data-step="7"]').click();
    expect(await said().innerText()).toMatch(/^Step 7 of 14, backward: .* where the backward pass begins/);
    expect(await page.getByRole("article", { name: /^writes: / }).innerText()).toMatch(/all values/);
  });

  it("looks right in both themes", async () => {
    for (const theme of ["Light", "Dark"] as const) {
      await chooseTheme(page, theme);
      await show("Backward");
      await takeScreenshot(page, `backward-${theme.toLowerCase()}`);
      expect(await violations(), theme).toEqual([]);
    }
  });
});
