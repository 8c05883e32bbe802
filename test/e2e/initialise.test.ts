import { readdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { showView } from "./drive-window.ts";
import { accessibilityViolations, THEMES, type Rules } from "./accessibility-violations.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { chooseTheme, takeScreenshot } from "./take-screenshots.ts";
import { settled } from "./window-layout.ts";

let launched: LaunchedApp;
let page: Page;
beforeAll(async () => {
  launched = await launchApp();
  page = launched.page;
  await showView(page, "Initialise");
});
afterAll(async () => {
  await launched.close();
});

const controls = () => page.getByRole("region", { name: "Initialisation settings" });
/** Words of these settings stand in the hidden notebook's code too. */
const results = () => page.getByRole("region", { name: "Results" });
/** How many rows go through the network is nothing that these tests look at. */
const takeFewRows = (): Promise<void> => controls().getByRole("textbox", { name: "Rows" }).fill("1000");
const layers = (title: string) => page.getByRole("region", { name: `Layers, ${title}` });

const violations = (rules?: Rules): Promise<string[]> => accessibilityViolations(page, rules);

describe("the initialise view", () => {
  it("draws ten layers by two schemes on its own, and says which vanishes", async () => {
    await layers("Kaiming normal, fan in").waitFor();
    expect(await layers("Kaiming normal, fan in").getByRole("row").count()).toBe(20);
    expect(await layers("normal / √n").getByText("bad", { exact: true }).count()).toBeGreaterThan(0);
    expect(
      await layers("normal / √n")
        .getByText(/the signal has almost vanished/)
        .count(),
    ).toBeGreaterThan(0);
  });

  it("follows the depth slider by keyboard, and the scheme", async () => {
    await takeFewRows();
    const slider = controls().getByRole("slider");
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await page.getByText("Depth, 11 linear layers").waitFor();
    await expect.poll(() => layers("Kaiming normal, fan in").getByRole("row").count()).toBe(22);
    await results().getByText("gradients", { exact: true }).click();
    await page.getByRole("img", { name: /^Histograms of gradients over depth: Kaiming/ }).waitFor();
    await page.getByRole("checkbox", { name: "Histograms over depth on a log scale" }).check();
    await results().getByText("activations", { exact: true }).click();
    await controls().getByLabel("Weights").selectOption("zeros");
    await layers("all zeros").waitFor();
    await page.getByText(/they stay alike for ever/).waitFor();
  });

  it("takes the notebook's first layer, and draws its band over 30 seeds", async () => {
    await controls().getByRole("button", { name: "Cell 12: normal / √n" }).click();
    await expect.poll(() => layers("normal / √n").getByRole("row").count()).toBe(4);
    await page.getByRole("button", { name: "Draw 30 seeds: Cell 12: normal / √n" }).click();
    await page.getByText(/the notebook is inside$/).waitFor({ timeout: 60_000 });
  });

  it("says beside the field what is wrong", async () => {
    await takeFewRows();
    await controls().getByRole("textbox", { name: "Depth" }).fill("0");
    await page.getByText("depth must be at least 1").waitFor();
    await controls().getByRole("textbox", { name: "Depth" }).fill("12");
    await expect.poll(() => layers("normal / √n").getByRole("row").count()).toBe(24);
    await controls().getByRole("textbox", { name: "Depth" }).fill("8");
    await expect.poll(() => layers("normal / √n").getByRole("row").count()).toBe(16);
  });

  it("A15: takes tanh with Xavier and a gain of 5/3, and an own standard deviation", async () => {
    await controls().getByLabel("Activation").selectOption("tanh");
    await controls().getByLabel("Weights").selectOption("xavierNormal");
    await controls().getByRole("textbox", { name: "Gain" }).fill("5/3");
    await layers("Xavier normal, gain 1.667").waitFor();
    await controls().getByRole("textbox", { name: "Gain" }).fill("0");
    await page.getByText("gain must be at least 0.000001").waitFor();
    await controls().getByLabel("Weights").selectOption("normal");
    await controls().getByRole("textbox", { name: "Standard deviation" }).fill("0.02");
    await layers("normal, standard deviation 0.02").waitFor();
  });

  it("A15: draws before and after the activation as two lines, and its tables fit at 1280", async () => {
    await page
      .getByText(/normal, standard deviation 0\.02, before the activation/)
      .first()
      .waitFor();
    await page
      .getByText(/normal, standard deviation 0\.02, after it/)
      .first()
      .waitFor();
    await launched.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 800),
    );
    for (const [scheme, title] of [
      ["kaimingNormal", "Kaiming normal, fan in"],
      ["zeros", "all zeros"],
      ["normal", "normal, standard deviation 0.02"],
    ] as const) {
      await controls().getByLabel("Weights").selectOption(scheme);
      await layers(title).waitFor();
      await settled(page);
      const tables = page.getByRole("region", { name: /^Layers, / }).filter({ visible: true });
      const beyond = await tables.evaluateAll((boxes) =>
        boxes.map((box) => box.scrollWidth - box.clientWidth),
      );
      expect(beyond.length).toBeGreaterThan(0);
      expect(Math.max(...beyond), scheme).toBeLessThanOrEqual(1);
    }
    await controls().getByRole("textbox", { name: "Standard deviation" }).fill("1");
    await controls().getByLabel("Activation").selectOption("relu");
    await controls().getByLabel("Weights").selectOption("scaledNormal");
    await layers("normal / √n").waitFor();
  });

  it("keeps its charts while another view is shown, and draws them anew in another theme or size", async () => {
    const chart = results().locator("canvas").first();
    const picture = () => chart.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    /** Of the canvas, and of what it fills. */
    const widthsPx = () =>
      chart.evaluate((canvas) => [canvas.clientWidth, canvas.parentElement?.clientWidth] as const);
    const [wide] = await widthsPx();
    await settled(page);
    // Whoever draws the chart anew wipes it out.
    await chart.evaluate((canvas: HTMLCanvasElement) => canvas.getContext("2d")?.fillRect(0, 0, 2, 2));
    const marked = await picture();
    await showView(page, "Ladder");
    await showView(page, "Initialise");
    await settled(page);
    expect(await picture()).toBe(marked);

    await chooseTheme(page, "Dark");
    await showView(page, "Initialise");
    await expect.poll(picture).not.toBe(marked);

    const resize = (widthPx: number) =>
      launched.app.evaluate(
        ({ BrowserWindow }, width) => BrowserWindow.getAllWindows()[0]?.setContentSize(width, 800),
        widthPx,
      );
    for (const [windowPx, isWide] of [
      [1000, false],
      [1280, true],
    ] as const) {
      await showView(page, "Ladder");
      await resize(windowPx);
      await showView(page, "Initialise");
      await expect
        .poll(async () => {
          const [canvas, around] = await widthsPx();
          return { fills: canvas === around, isWide: canvas === wide };
        })
        .toEqual({ fills: true, isWide });
    }
    await chooseTheme(page, "Light");
    await showView(page, "Initialise");
  });

  it("saves a run, whose page shows the same, and looks right in both themes", async () => {
    await controls().getByLabel("Compare with").selectOption("orthogonal");
    await layers("orthogonal").waitFor();
    await page.getByRole("button", { name: "Save as a run" }).click();
    await page.getByText("The initialisation is saved as a run").waitFor();
    for (const { theme, rules } of THEMES) {
      await chooseTheme(page, theme);
      await showView(page, "Initialise");
      await settled(page);
      await takeScreenshot(page, `initialise-${theme.toLowerCase()}`);
      expect(await violations(rules), theme).toEqual([]);
    }
    await showView(page, "Runs");
    await page
      .getByRole("button", { name: /normal \/ √n/ })
      .first()
      .click();
    await layers("orthogonal").waitFor();
    await page.getByRole("button", { name: "Layers as CSV" }).click();
    await expect.poll(() => readdirSync(launched.saveDir)).toHaveLength(1);

    // Whatever the form has become, the run brings its own settings back.
    await showView(page, "Initialise");
    await controls().getByRole("button", { name: "Cell 12: normal / √n" }).click();
    await showView(page, "Runs");
    await page.getByRole("button", { name: "Open in Initialise with these settings" }).click();
    expect(await controls().getByLabel("Compare with").inputValue()).toBe("orthogonal");
    await expect.poll(() => layers("normal / √n").getByRole("row").count()).toBe(16);
    expect(await layers("orthogonal").getByRole("row").count()).toBe(16);
  });
});
