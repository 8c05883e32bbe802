import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { LabBridge } from "../../src/shared/ipc/lab-bridge.ts";
import { idle, showView } from "./drive-window.ts";
import { accessibilityViolations } from "./accessibility-violations.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { chooseTheme, PICTURES_WANTED, takeScreenshot } from "./take-screenshots.ts";

declare global {
  // What preload puts on the page.
  interface Window {
    lab: LabBridge;
  }
}

const LONG_MS = 90_000;
const CODE = `const bent = activation("bent", (z) => z.maximum(z.mul(0.1)));
lossFunction("cauchy", (y, t) => y.sub(t).square().add(1).log());
ownLayer("squeeze", (n) => new nn.Residual(new nn.Sequential(new nn.Linear(n, Math.floor(n / 4)), bent, new nn.Linear(Math.floor(n / 4), n))));
ownLayer("byHand", (n) => new nn.Linear(n, n), (layer, x, y) => {
  x.g = y.g!.matmul(layer.weight);
  layer.weight.g = y.g!.t().matmul(x);
  layer.bias.g = y.g!.sum({ dim: 0 });
});
checkLayer(bent, { x: randn(6, 4) });`;
const SQUEEZE = "x + f(x) with f: linear n → n / 4, bent, linear n / 4 → n";

let launched: LaunchedApp;
let page: Page;
beforeAll(async () => {
  launched = await launchApp();
  page = launched.page;
});
afterAll(() => launched.close());

const button = (name: string | RegExp) => page.getByRole("button", { name });
const cell = (number: number): Locator => page.locator(`section[aria-label^="Cell ${number} of"]`);
const layer = (number: number): Locator =>
  page
    .getByRole("list", { name: "Layers", exact: true })
    .locator(":scope > li")
    .nth(number - 1);
/** The views before stay in the page, hidden. */
const shown = (found: Locator): Locator => found.locator("visible=true").first();
const field = (label: string): Locator => shown(page.getByLabel(label, { exact: true }));
const press = (keys: string) => page.keyboard.press(keys);

const violations = (): Promise<string[]> => accessibilityViolations(page);
/** The same in both themes. */
async function pictures(name: string, view: string): Promise<void> {
  if (!PICTURES_WANTED) return;
  await takeScreenshot(page, name);
  await chooseTheme(page, "Dark");
  await showView(page, view);
  await page.waitForTimeout(500);
  await takeScreenshot(page, `${name}-dark`);
  await chooseTheme(page, "Light");
  await showView(page, view);
}
/** Few rows: that it trains is looked at, not how well. */
const ROWS = "2000";
async function train(): Promise<void> {
  const runs = (): Promise<number> =>
    page.evaluate(async () => {
      const answer = await window.lab.runsList();
      return answer.ok ? answer.value.length : 0;
    });
  const before = await runs();
  await field("Rows").fill(ROWS);
  await button("Start training").click();
  // It may be over before anybody sees it on.
  await expect.poll(runs, { timeout: LONG_MS }).toBe(before + 1);
  await idle(page);
}
async function trainToTheEnd(): Promise<void> {
  await train();
  await page
    .getByText(/^finished$/)
    .first()
    .waitFor();
}
/** By its label, which begins with the name. */
async function chooseOwn(list: Locator, label = /^bent, of /): Promise<void> {
  const option = list.locator("option", { hasText: label });
  await option.waitFor({ state: "attached" });
  await list.selectOption((await option.getAttribute("value")) ?? "");
}

it("is written in a notebook and checked there", async () => {
  await page.locator('section[aria-label^="Cell 1 of 1,"]').focus();
  await press("Enter");
  await page.getByRole("textbox", { name: /^Code of cell 1/ }).waitFor();
  await press("Control+a");
  await page.keyboard.insertText(CODE);
  await press("Control+Enter");
  const defined = cell(1).getByRole("group", { name: "Activation bent" });
  await defined.getByText("bent(z) = maximum(z, z * 0.1)").waitFor({ timeout: LONG_MS });
  await cell(1).getByRole("group", { name: "Layer squeeze" }).getByText(SQUEEZE).waitFor();
  await cell(1).getByRole("group", { name: "Layer byHand" }).getByText("dw1 = t(x) @ dy").waitFor();
  await cell(1)
    .getByText(/agrees? with float64/)
    .first()
    .waitFor({ timeout: LONG_MS });
  await press("Escape");
  expect(await violations()).toEqual([]);
  await pictures("own-activation-notebook", "Notebook");
});

it("is chosen by name in Train, and its run is compared with relu's", async () => {
  await showView(page, "Train");
  const controls = page.getByRole("region", { name: "Training settings" });
  await controls.getByLabel("Preset").selectOption("small");
  await controls.getByLabel("Epochs").fill("1");
  await train();
  await page.locator("summary").getByText("Model", { exact: true }).click();
  await button("Remove layer 2").click();
  await chooseOwn(page.getByLabel("Kind of the new layer"));
  await button("Add layer").click();
  expect(await layer(2).getByLabel("forward of layer 2").inputValue()).toBe("maximum(z, z * 0.1)");
  await pictures("own-activation-train", "Train");
  await train();
  await showView(page, "Runs");
  for (const name of [/^Select 784-50-10, relu/, /^Select 784-50-10, bent/]) {
    await page.getByRole("checkbox", { name }).first().check();
  }
  await button("Compare").click();
  const settings = page.getByRole("region", { name: "Settings side by side" });
  await settings.getByRole("rowheader", { name: "layers.1.forward" }).waitFor();
  await settings.getByText("maximum(z, z * 0.1)", { exact: true }).first().waitFor();
  const parts = page.getByRole("table", { name: "Parts of one’s own side by side" });
  await parts.getByRole("row", { name: /^activation bent .*its own code/ }).waitFor();
  await pictures("own-activation-runs", "Runs");
  await page
    .getByRole("list", { name: "Compared runs" })
    .getByRole("button", { name: /bent/ })
    .first()
    .click();
  const kept = page.getByRole("region", { name: "Parts of one’s own" });
  await kept.getByRole("button", { name: "Code: activation bent" }).click();
  await kept.getByText('lossFunction("cauchy"').waitFor();
  await kept.scrollIntoViewIfNeeded();
  expect(await violations()).toEqual([]);
  await pictures("own-activation-run", "Runs");
});

it("is among the activations of Gradients, Backward and Initialise", async () => {
  for (const view of ["Gradients", "Backward", "Initialise"]) {
    await showView(page, view);
    await field("Network").selectOption("custom");
    await chooseOwn(field("Activation"));
    await shown(page.getByText("maximum(z, z * 0.1)", { exact: true })).waitFor();
  }
  await chooseOwn(field("Loss"), /^cauchy, of /);
  await shown(page.getByText("log(square(y - t) + 1)", { exact: true })).waitFor();
  await chooseOwn(field("Activation"), /^squeeze, of /);
  await shown(page.getByText(SQUEEZE, { exact: true })).waitFor();
  await page
    .getByText("Drawing the network…")
    .locator("visible=true")
    .waitFor({ state: "hidden", timeout: LONG_MS });
  await pictures("own-activation-initialise", "Initialise");
});

it("whose formula is written over belongs to no notebook any more", async () => {
  await showView(page, "Train");
  if (!(await page.getByLabel("Kind of the new layer").isVisible()))
    await page.locator("summary").getByText("Model", { exact: true }).click();
  const list = layer(2).getByLabel("definition of layer 2");
  expect(await list.inputValue()).toMatch(/^notebook /);
  await layer(2).getByLabel("forward of layer 2").fill("maximum(z, z * 0.2)");
  await expect.poll(() => list.inputValue()).toBe("");
  await chooseOwn(list);
  await expect.poll(() => layer(2).getByLabel("forward of layer 2").inputValue()).toBe("maximum(z, z * 0.1)");
});

it("trains with a loss of the notebook, which can be written over", async () => {
  await chooseOwn(field("Loss"), /^cauchy, of /);
  expect(await field("Loss of one number").inputValue()).toBe("log(square(y - t) + 1)");
  await trainToTheEnd();
  expect(await violations()).toEqual([]);
  await pictures("own-loss-train", "Train");
  await field("Loss of one number").fill("square(y - t");
  await shown(page.getByText(/the end at place 13: expected \)/)).waitFor();
  await field("Loss of one number").fill("square(y - t)");
  await expect.poll(() => field("Loss").inputValue()).toBe("own");
  await expect.poll(() => button("Start training").isDisabled()).toBe(false);
});

it("trains with a layer of the notebook, whose width follows what comes in", async () => {
  await field("Preset").selectOption("small");
  await chooseOwn(field("Kind of the new layer"), /^squeeze, of /);
  await button("Add layer").click();
  await layer(3).getByText("50 → 50", { exact: true }).waitFor();
  await layer(3).getByText(SQUEEZE, { exact: true }).waitFor();
  expect(await layer(3).getByLabel("definition of layer 3").inputValue()).toMatch(/^notebook /);
  await layer(1).getByLabel("outputs of layer 1").fill("30");
  await layer(3).getByText("30 → 30", { exact: true }).waitFor();
  await layer(3).getByLabel("initialisation of layer 3").selectOption("xavierNormal");
  await field("Kind of the new layer").selectOption("product");
  await button("Add layer").click();
  await layer(4).getByText("f(x) ⊙ g(x)").waitFor();
  expect(await layer(5).innerText()).toMatch(/linear\s*30 →/);
  await field("Epochs").fill("1");
  await trainToTheEnd();
  await layer(3).scrollIntoViewIfNeeded();
  expect(await violations()).toEqual([]);
  await pictures("own-layer-train", "Train");
});

it("trains with a layer whose backward is written by hand, and shows its lines", async () => {
  await field("Preset").selectOption("small");
  await chooseOwn(field("Kind of the new layer"), /^byHand, of /);
  await button("Add layer").click();
  await layer(3).getByRole("button", { name: "Code: backward of layer 3" }).click();
  await layer(3).getByText("dw1 = t(x) @ dy").waitFor();
  await field("Epochs").fill("1");
  await trainToTheEnd();
  expect(await violations()).toEqual([]);
});

it("begins with parts that work, from the menu of new notebooks", async () => {
  await showView(page, "Notebook");
  await button("New notebook").click();
  await page.getByRole("menuitem", { name: "Activation, loss and layer of your own" }).click();
  await cell(4).waitFor();
  await button("Run all").click();
  await page.getByText("reproduced", { exact: true }).waitFor({ timeout: LONG_MS });
  for (const [number, name] of [
    [2, "Activation bend"],
    [3, "Loss cauchy"],
    [4, "Layer block"],
  ] as const) {
    // Results are drawn when they come near.
    await cell(number).scrollIntoViewIfNeeded();
    await cell(number).getByRole("group", { name }).waitFor();
  }
  // The first sizes' reports are folded away behind the last one.
  await cell(2).getByText("4 more reports of this check: all passed").click();
  expect(await cell(2).getByRole("group", { name: "Report of checkLayer" }).count()).toBe(5);
});
