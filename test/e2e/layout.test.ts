import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

/** Views with a column of settings, and the button that it is all for. */
const PRIMARY = {
  Notebook: "Run all",
  Ladder: "Run ladder",
  Initialise: "Save as a run",
  Stages: "Run stages",
  Backward: "Trace",
  Gradients: "Check gradients",
  Train: "Start training",
} as const;
const OTHERS = ["Runs", "Diagnostics", "Settings"] as const;
const SIZES = [
  [1280, 800],
  [960, 640],
  [1920, 1080],
] as const;

const show = (view: string): Promise<void> =>
  page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: view, exact: true }).click();

async function resize(width: number, height: number): Promise<void> {
  await launched.app.evaluate(
    ({ BrowserWindow }, size) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height);
    },
    { width, height },
  );
  await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width);
}

async function projector(on: boolean): Promise<void> {
  await show("Settings");
  const choice = page.getByRole("switch", { name: "Projector scale" });
  if ((await choice.isChecked()) !== on) await choice.click({ force: true });
  await expect
    .poll(() => page.evaluate(() => document.documentElement.dataset["projector"]))
    .toBe(String(on));
}

/** What can be moved sideways though it is no table and no code. */
const sideways = (): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("html, body, section, main, main *")]
      .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
      .filter((box) => ["auto", "scroll"].includes(getComputedStyle(box).overflowX))
      .filter((box) => box.closest("pre, table, .katex") === null && box.querySelector("table, pre") === null)
      .map((box) => {
        const right = box.getBoundingClientRect().left + box.clientWidth;
        const wide = [...box.querySelectorAll<HTMLElement>("*")].filter(
          (inner) => inner.getBoundingClientRect().right > right + 1,
        );
        const named = wide.slice(0, 3).map(({ tagName, className }) => `${tagName} ${className}`);
        return `${box.tagName} ${box.className} ${box.scrollWidth} > ${box.clientWidth}: ${named.join(", ")}`;
      }),
  );

/** Selects of the settings whose longest text does not fit into its box. */
const cutSelects = (): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll("select")]
      .filter((select) => select.checkVisibility() && select.closest("section") !== null)
      .flatMap((select) => {
        const style = getComputedStyle(select);
        const context = document.createElement("canvas").getContext("2d");
        if (context === null) return [];
        context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        return [...select.options]
          .filter(({ text }) => context.measureText(text).width > room + 0.5)
          .map(({ text }) => `"${text}" of ${Math.ceil(context.measureText(text).width)} px in ${room} px`);
      }),
  );

/** Labels of the settings that lose part of their text. */
const cutLabels = (): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("section label, section legend")]
      .filter((label) => label.checkVisibility() && label.scrollWidth > label.clientWidth + 1)
      .filter((label) => getComputedStyle(label).display !== "inline")
      .map((label) => `${label.innerText} ${label.scrollWidth} > ${label.clientWidth}`),
  );

async function expectInSight(name: string): Promise<void> {
  const box = await page.getByRole("button", { name, exact: true }).boundingBox();
  const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  expect(box, `${name} is drawn`).not.toBeNull();
  if (box === null) return;
  expect(box.x, `${name}, left`).toBeGreaterThanOrEqual(0);
  expect(box.y, `${name}, top`).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width, `${name}, right`).toBeLessThanOrEqual(width);
  expect(box.y + box.height, `${name}, bottom`).toBeLessThanOrEqual(height);
  // Nothing lies over it.
  const hit = await page.evaluate(
    ({ x, y }) => document.elementFromPoint(x, y)?.closest("button")?.innerText ?? "",
    { x: box.x + box.width / 2, y: box.y + box.height / 2 },
  );
  expect(hit.trim()).toBe(name);
}

describe("every view keeps its primary button in sight (A5)", () => {
  it.each([false, true].flatMap((large) => SIZES.map(([width, height]) => ({ large, width, height }))))(
    "at $width × $height, projector $large",
    async ({ large, width, height }) => {
      await resize(width, height);
      await projector(large);
      for (const view of Object.keys(PRIMARY) as (keyof typeof PRIMARY)[]) {
        await show(view);
        const button = page.getByRole("button", { name: PRIMARY[view], exact: true });
        await button.waitFor();
        // The forecast under it comes a moment later.
        await page.waitForTimeout(350);
        await expectInSight(PRIMARY[view]);
        expect(await sideways(), `${view} scrolls sideways`).toEqual([]);
        expect(await cutSelects(), `${view} cuts a select`).toEqual([]);
        expect(await cutLabels(), `${view} cuts a label`).toEqual([]);
        await takeScreenshot(page, `layout-${view.toLowerCase()}-${width}${large ? "-projector" : ""}`);
      }
      for (const view of OTHERS) {
        await show(view);
        await page.waitForTimeout(200);
        expect(await sideways(), `${view} scrolls sideways`).toEqual([]);
      }
    },
    120_000,
  );

  it("also when every setting is unfolded and the column is at its top or its end", async () => {
    await resize(960, 640);
    await projector(true);
    await show("Train");
    await page.getByText("More settings", { exact: true }).click();
    for (const field of ["Batch size", "Checkpoint every", "Preset"]) {
      await page.getByLabel(field).scrollIntoViewIfNeeded();
      await expectInSight("Start training");
    }
    expect(await cutLabels()).toEqual([]);
    await takeScreenshot(page, "layout-train-more");
    await page.getByText("More settings", { exact: true }).click();
  });

  it("begins with the classifier, and the empty view has a button of its own", async () => {
    await resize(1280, 800);
    await projector(false);
    await show("Train");
    expect(await page.getByLabel("Preset").inputValue()).toBe("small");
    await expectInSight("Start the training");
  });
});
