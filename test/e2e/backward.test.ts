import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { showView } from "./drive-window.ts";
import { accessibilityViolations, THEMES, type Rules } from "./accessibility-violations.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { chooseTheme, takeScreenshot } from "./take-screenshots.ts";

let launched: LaunchedApp;
let page: Page;
beforeAll(async () => {
  launched = await launchApp();
  page = launched.page;
  await showView(page, "Backward");
});
afterAll(async () => {
  await launched.close();
});

const said = () => page.getByRole("region", { name: "This step" }).getByRole("status");

const violations = (rules?: Rules): Promise<string[]> => accessibilityViolations(page, rules);

describe("the backward view", () => {
  it("traces a small network from its empty state", async () => {
    expect(await violations()).toEqual([]);
    await page.getByRole("button", { name: "Trace the backward pass" }).click();
    await page.getByRole("heading", { name: "784-4-1, relu, MSE" }).waitFor();
    expect(await said().innerText()).toBe("Step 1 of 14, forward: x times w1");
  });

  it("walks by buttons, by keys in the graph, by the slider and by a click on a step", async () => {
    await page.getByRole("button", { name: "Step on", exact: true }).click();
    expect(await said().innerText()).toMatch(/^Step 2 of 14, forward: b1 added: z1$/);
    await page.getByRole("group", { name: /^Computation graph/ }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await said().innerText()).toMatch(/^Step 3 of 14, forward: relu/);
    await page.keyboard.press("End");
    expect(await said().innerText()).toMatch(/^Step 14 of 14, backward: db1/);
    await page.keyboard.press("+");
    await page.keyboard.press("0");
    await page.getByRole("slider", { name: "Step" }).focus();
    await page.keyboard.press("Home");
    expect(await said().innerText()).toMatch(/^Step 1 of 14/);
    await page.locator('g[data-step="7"]').click();
    expect(await said().innerText()).toMatch(/^Step 7 of 14, backward: .* where the backward pass begins/);
    expect(await page.getByRole("article", { name: /^writes: / }).innerText()).toMatch(/all values/);
  });

  it("A9: steps by arrow keys, Home and End from anywhere in the view, and leaves them to fields", async () => {
    await page.getByRole("heading", { name: "784-4-1, relu, MSE" }).click();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect(await said().innerText()).toBe("Step 3 of 14, forward: relu: a1");
    await page.keyboard.press("ArrowLeft");
    expect(await said().innerText()).toMatch(/^Step 2 of 14/);
    const depth = page.getByRole("textbox", { name: "Depth" });
    await depth.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("End");
    expect(await said().innerText()).toMatch(/^Step 2 of 14/);
    await depth.blur();
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("Last step").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });

  it("A9: at 1280 × 800 the values of the chosen step are in sight, beside short names with their formulas", async () => {
    await launched.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 800),
    );
    await page.getByRole("heading", { name: "784-4-1, relu, MSE" }).click();
    for (const [key, card] of [
      ["Home", "writes: x @ w1"],
      ["End", "writes: db1"],
    ] as const) {
      await page.keyboard.press(key);
      const box = await page.getByRole("article", { name: card, exact: true }).boundingBox();
      expect(box, card).not.toBeNull();
      expect((box?.y ?? 800) + Math.min(box?.height ?? 0, 120), card).toBeLessThanOrEqual(800);
    }
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.getByRole("article", { name: "writes: z1" }).getByText("= x @ w1 + b1").waitFor();
  });

  it("A9: seven layers stay legible: names at their size, the current step in sight, the whole on demand", async () => {
    await page.getByRole("textbox", { name: "Depth" }).fill("7");
    await page.getByRole("button", { name: "Trace", exact: true }).click();
    await page.getByRole("heading", { name: /7 layers/ }).waitFor();
    const graph = page.getByRole("group", { name: /^Computation graph/ });
    for (const key of ["End", "Home"]) {
      await page.keyboard.press(key);
      const [pane, node] = [
        await graph.boundingBox(),
        await page.locator('g[data-current="true"]').boundingBox(),
      ];
      if (pane === null || node === null) throw new Error("the graph shows no current step");
      expect(node.x).toBeGreaterThanOrEqual(pane.x - 1);
      expect(node.x + node.width).toBeLessThanOrEqual(pane.x + pane.width + 1);
      expect(node.height).toBeGreaterThan(34);
    }
    const labels = await page.locator("g[data-step] text:last-child").allTextContents();
    expect(labels.filter((label) => label.length > 9 || /[(.]/.test(label))).toEqual([]);
    expect(labels).toEqual(expect.arrayContaining(["z7", "a6", "dz7", "dW7", "db1", "dx", "L"]));
    await takeScreenshot(page, "backward-seven-layers");
    await page.getByRole("button", { name: "Show the whole graph" }).click();
    await expect
      .poll(() => graph.evaluate((pane) => pane.scrollWidth - pane.clientWidth))
      .toBeLessThanOrEqual(1);
    // Turning the wheel over the graph scrolls the page.
    expect(await graph.evaluate((pane) => pane.scrollHeight - pane.clientHeight)).toBeLessThanOrEqual(1);
  });

  it("looks right in both themes", async () => {
    for (const { theme, rules } of THEMES) {
      await chooseTheme(page, theme);
      await showView(page, "Backward");
      await takeScreenshot(page, `backward-${theme.toLowerCase()}`);
      expect(await violations(rules), theme).toEqual([]);
    }
  });
});
