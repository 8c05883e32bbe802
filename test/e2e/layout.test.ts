import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TRAIN_PRESETS } from "../../src/shared/specs/train-presets.ts";
import { THOROUGH } from "../thorough.ts";
import { idle, showView } from "./drive-window.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { runEachKind, runToEnd } from "./run-each-kind.ts";
import { takeScreenshot, takeWholeView } from "./take-screenshots.ts";
import {
  cutLabels,
  cutSelects,
  cutTexts,
  forecastShown,
  resizeWindow,
  scrollsSideways,
  setProjectorScale,
  setTheme,
  settled,
  WINDOW_SIZES,
} from "./window-layout.ts";

/**
 * `LAYOUT_PICTURES=1` keeps a picture of every view in every state, size and theme in test-results/screenshots, and of
 * the whole length of each; `LAYOUT_PICTURES=done` those of one state.
 */
const PICTURES = process.env["LAYOUT_PICTURES"] ?? "";

const scratchDir = mkdtempSync(join(tmpdir(), "backprop-lab-layout-"));
const profile = join(scratchDir, "profile");
let launched: LaunchedApp;
let page: Page;
/** Settings are kept from one start to the next. */
let lightChosen = false;
beforeAll(async () => {
  launched = await launchApp({ userDataDir: profile, notebook: "shipped" });
  page = launched.page;
});
afterAll(async () => {
  await launched.close();
  rmSync(scratchDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

/** Views with a column of settings, and the button that it is all for. */
const PRIMARY: Readonly<Partial<Record<string, string>>> = {
  Notebook: "Run all",
  Ladder: "Run ladder",
  Initialise: "Save as a run",
  Stages: "Run stages",
  Backward: "Trace",
  Gradients: "Check gradients",
  Train: "Start training",
};
const VIEWS = [...Object.keys(PRIMARY), "Runs", "Data", "Diagnostics", "Settings"];
/** These say under their primary button what a run will take, a moment after they are shown. */
const FORECASTING = new Set(["Ladder", "Stages", "Backward", "Gradients", "Initialise", "Train"]);
interface Appearance {
  readonly width: number;
  readonly height: number;
  readonly large: boolean;
}
/** The usual window and the least room; before a release every size with and without the projector's scale. */
const APPEARANCES: readonly Appearance[] = THOROUGH
  ? [false, true].flatMap((large) => WINDOW_SIZES.map(([width, height]) => ({ width, height, large })))
  : [
      { width: 1280, height: 800, large: false },
      { width: 960, height: 640, large: true },
    ];

/** By its words: to find it by its role, Playwright goes through every element of every view that was shown before. */
const primaryButton = (name: string): Locator =>
  page
    .locator("main button")
    .filter({ hasText: new RegExp(`^${name}$`), visible: true })
    .first();

async function expectInSight(name: string): Promise<void> {
  const box = await primaryButton(name).boundingBox();
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

/** Nothing of a view is cut or scrolls sideways, and its primary button is in sight; pictures in both themes. */
async function expectWhole(views: readonly string[], state: string, look: Appearance): Promise<void> {
  const { width, height, large } = look;
  await resizeWindow(launched.app, page, width, height);
  await setProjectorScale(page, large);
  const kept = PICTURES === "1" || PICTURES === state;
  for (const theme of kept ? (["Dark", "Light"] as const) : (["Light"] as const)) {
    if (kept || !lightChosen) await setTheme(page, theme);
    lightChosen = theme === "Light";
    for (const view of views) {
      await showView(page, view);
      const primary = PRIMARY[view];
      if (primary !== undefined) await primaryButton(primary).waitFor();
      if (FORECASTING.has(view)) await forecastShown(page);
      // Something always comes or goes while a training is on.
      await (state === "running" ? settled(page, 5) : settled(page));
      const name = `${state}-${view.toLowerCase()}-${width}${large ? "-projector" : ""}-${theme.toLowerCase()}`;
      if (kept) await takeScreenshot(page, name);
      if (primary !== undefined) await expectInSight(primary);
      const at = `${view}, ${state}, ${width} × ${height}${large ? ", projector" : ""}`;
      const [sideways, texts, selects, labels] = await Promise.all([
        scrollsSideways(page),
        cutTexts(page),
        cutSelects(page),
        cutLabels(page),
      ]);
      expect
        .soft({ sideways, texts, selects, labels }, at)
        .toEqual({ sideways: [], texts: [], selects: [], labels: [] });
      if (kept) await takeWholeView(page, `${name}-whole`);
    }
  }
}

const title = "at $width × $height, projector $large";

describe("every view is whole, and keeps its primary button in sight (A5)", () => {
  describe("before anything ran", () => {
    it("begins with the classifier, and the empty view has a button of its own", async () => {
      await resizeWindow(launched.app, page, 1280, 800);
      await setProjectorScale(page, false);
      await showView(page, "Train");
      expect(await page.getByLabel("Preset").inputValue()).toBe("small");
      await expectInSight("Start the training");
    });

    it.each(APPEARANCES)(title, (look) => expectWhole(VIEWS, "empty", look), 240_000);
  });

  describe("when an experiment of each kind has ended", () => {
    beforeAll(async () => {
      await runEachKind(page);
      await showView(page, "Backward");
      await page.keyboard.press("Control+Enter");
      await page.getByText(/^Step 1 of/).waitFor();
      // As a window opened after them.
      await page.reload();
      await idle(page);
    }, 240_000);
    it.each(APPEARANCES)(title, (look) => expectWhole(VIEWS, "done", look), 240_000);
  });

  describe("while a training is on", () => {
    beforeAll(async () => {
      const spec = { ...TRAIN_PRESETS.large.spec, epochs: 1000 };
      const started = await page.evaluate(
        (given) => window.lab.trainingStart({ spec: given, threads: 1 }),
        spec,
      );
      expect(started.ok).toBe(true);
      await page.getByRole("button", { name: /^Cancel / }).waitFor();
    });
    afterAll(async () => {
      await page.getByRole("button", { name: /^Cancel / }).click();
      await idle(page);
    }, 120_000);
    it.each(APPEARANCES)(
      title,
      // What the header says of it lies over each view alike.
      (look) => expectWhole(THOROUGH ? ["Train", "Notebook", "Runs"] : ["Train", "Runs"], "running", look),
      240_000,
    );
  });

  // As after the reload above; that each view shows its last result after a restart, restart.test.ts tells.
  describe.skipIf(!THOROUGH)("after a restart", () => {
    beforeAll(async () => {
      await launched.close();
      launched = await launchApp({ userDataDir: profile });
      page = launched.page;
      await idle(page);
    }, 120_000);
    it.each(APPEARANCES)(title, (look) => expectWhole(VIEWS, "restarted", look), 240_000);
  });

  describe("with runs side by side", () => {
    const MOST_HEAD_PX = 320;
    beforeAll(async () => {
      const { spec } = TRAIN_PRESETS.small;
      for (let seed = 1; seed <= 20; seed++) {
        const tiny = {
          ...spec,
          seed,
          data: { name: "mnist", split: "train", rows: 200 },
          validRows: 50,
          epochs: 1,
        };
        await runToEnd(page, { training: { spec: tiny, threads: 1 } });
      }
    }, 240_000);
    it.each(THOROUGH ? [2, 9, 20] : [20])(
      "%i of them have a head that leaves room for what differs",
      async (many) => {
        await resizeWindow(launched.app, page, 1280, 800);
        await setProjectorScale(page, false);
        await showView(page, "Runs");
        await page.getByRole("textbox", { name: "Filter the runs" }).fill("kind:train seed<=20");
        const boxes = page.getByRole("checkbox", { name: /^Select (?!all|none|every)/ });
        await expect.poll(() => boxes.count()).toBeGreaterThanOrEqual(many);
        for (let at = 0; at < many; at++) await boxes.nth(at).check();
        await page.getByRole("button", { name: "Compare", exact: true }).click();
        await page.getByRole("heading", { name: `${many} runs side by side` }).waitFor();
        const key = page.getByRole("list", { name: "Compared runs" });
        expect(await key.getByRole("listitem").count()).toBe(many);
        expect((await key.boundingBox())?.height).toBeLessThan(MOST_HEAD_PX);
        const settings = await page.getByRole("region", { name: "Settings side by side" }).boundingBox();
        expect(settings!.y + settings!.height, "the settings are in sight").toBeLessThan(800);
        for (const look of APPEARANCES) await expectWhole(["Runs"], `compared-${many}`, look);
        await resizeWindow(launched.app, page, 1280, 800);
        await setProjectorScale(page, false);
        await showView(page, "Runs");
        await page.getByRole("button", { name: "All runs" }).click();
        await page.getByRole("button", { name: "Select none" }).click();
      },
      240_000,
    );
  });

  it("also when every setting is unfolded and the column is at its top or its end", async () => {
    await resizeWindow(launched.app, page, 960, 640);
    await setProjectorScale(page, true);
    await showView(page, "Train");
    await page.getByText("More settings", { exact: true }).click();
    for (const field of ["Batch size", "Checkpoint every", "Preset"]) {
      await page.getByLabel(field).scrollIntoViewIfNeeded();
      await expectInSight("Start training");
    }
    expect(await cutLabels(page)).toEqual([]);
    await page.getByText("More settings", { exact: true }).click();
  });
});
