import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import type { Locator, Page } from "playwright-core";
import type { LabBridge } from "../../src/shared/ipc/lab-bridge.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { idle, showView, viewButton } from "./drive-window.ts";
import { THOROUGH } from "../thorough.ts";
import { accessibilityViolations, THEMES } from "./accessibility-violations.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { chooseTheme, takeScreenshot } from "./take-screenshots.ts";
import { settled } from "./window-layout.ts";

declare global {
  interface Window {
    lab: LabBridge;
  }
}

/** Few enough rows for a test of the window; the numbers on all rows have tests of their own. */
const ROWS = "4000";
/** An editor that was made, but not yet measured, guesses how high it is: what is looked at between two frames is a line off. */
const LINE_PX = 24;
/** The other views have such a test in their own files. */
const VIEWS = ["Notebook", "Diagnostics", "Settings"] as const;

const profile = mkdtempSync(join(tmpdir(), "backprop-lab-notebook-"));
let launched: LaunchedApp;
beforeAll(async () => {
  launched = await launchApp({ userDataDir: profile, notebook: "shipped" });
});
afterAll(async () => {
  await launched.close();
  rmSync(profile, { recursive: true, force: true });
});

const field = (page: Page, label: string) =>
  page.getByRole("region", { name: /settings|controls/i }).getByLabel(label, { exact: true });

/** A number among the training numbers. */
const trainingNumber = (page: Page, label: string): Promise<string> =>
  page
    .locator("dl[aria-label='Training numbers'] > div", { hasText: label })
    .first()
    .locator("dd")
    .innerText();

const cell = (number: number): Locator => page().locator(`section[aria-label^="Cell ${number} of"]`);
const page = (): Page => launched.page;
/** The cell of this heading. */
const named = (title: string): Locator =>
  page()
    .locator("section[aria-label^='Cell ']")
    .filter({ has: page().getByRole("heading", { name: title }) });

/** A notebook whose only cell times a product. */
const TIMED = `// lab notebook 1 · title: Timed · threads: 1 · rows: 100
// %% code id=a title=Product
const A = randn(20, 20);
show({ product: time(() => A.matmul(A), { samples: 5 }) });
`;

describe("the window", () => {
  it("opens with the notebook that comes with the app, none of its cells run", async () => {
    await page().getByRole("heading", { name: "Backpropagation from scratch" }).waitFor();
    const { cells } = await page().evaluate(async () => {
      const answer = await window.lab.documentsOpen({ id: "bundled-backprop" });
      if (!answer.ok) throw new Error(answer.error.message);
      return answer.value.entry;
    });
    expect(await page().locator("section[aria-label^='Cell ']").count()).toBe(cells);
    expect(await page().locator("section[data-condition='never run']").count()).toBeGreaterThan(50);
    await cell(2).focus();
    await page().keyboard.press("Enter");
    await page().keyboard.type("x");
    expect(await cell(2).innerText()).not.toMatch(/^x|x$/m);
  });

  it("stands where it stood when it is shown again, cells out of sight passed over until it rests", async () => {
    const middle = named("Mean squared error");
    const topPx = () => middle.evaluate((one) => Math.round(one.getBoundingClientRect().top));
    const passesOver = () => page().evaluate(() => document.documentElement.hasAttribute("data-pass-over"));
    // Where somebody writes they are passed over all the time.
    await viewButton(page(), "Notebook").focus();
    await middle.evaluate((one) => one.scrollIntoView({ block: "center" }));
    // Colours and formulas come one cell a moment and change heights: a cell between what keeps its place and this one moves it.
    await expect.poll(() => page().locator("section[data-dressed='false']").count()).toBe(0);
    await settled(page());
    await expect.poll(passesOver).toBe(false);
    const before = await topPx();
    await showView(page(), "Ladder");
    // A wheel turned in another view; one that scrolls may still do so when the notebook is back.
    await page().evaluate(() => document.body.dispatchEvent(new WheelEvent("wheel", { bubbles: true })));
    await viewButton(page(), "Notebook").focus();
    expect(await passesOver()).toBe(true);
    await showView(page(), "Notebook");
    expect(Math.abs((await topPx()) - before)).toBeLessThan(LINE_PX);
    await expect.poll(passesOver).toBe(false);
    expect(Math.abs((await topPx()) - before)).toBeLessThan(LINE_PX);
  });

  it("is made one's own, runs on fewer rows, and shows a verdict with its reason at each number", async () => {
    await page().getByRole("button", { name: "Make it mine" }).click();
    await page().getByLabel("Title of the notebook").waitFor();
    await page().getByRole("button", { name: "Seed, rows and threads" }).click();
    await page().getByLabel("Rows", { exact: true }).fill(ROWS);
    await page().keyboard.press("Escape");
    const loss = named("Mean squared error");
    await loss.focus();
    await page().keyboard.press("Control+Enter");
    await loss.getByText("in band", { exact: true }).waitFor({ timeout: 120_000 });
    await loss.getByText(/losses of random draws lie between 18 and 45/).waitFor();
    // What it needs ran first, and says what fewer rows mean.
    const model = named("The model");
    expect(await model.getAttribute("data-condition")).toBe("never run");
    // Outputs far from what is shown are not drawn.
    await named("Load MNIST").scrollIntoViewIfNeeded();
    await named("Load MNIST")
      .getByText(/needs all 50,000 rows/)
      .waitFor();
    // From the palette, by its name: the very next key is the palette's, not the cell's that had the focus.
    await model.focus();
    const nextKeyGoesTo = await model.evaluate(async (focused) => {
      focused.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true, bubbles: true }));
      await Promise.resolve();
      return document.activeElement?.getAttribute("aria-label");
    });
    expect(nextKeyGoesTo).toBe("Find a command");
    await page().keyboard.press("Escape");
    await expect.poll(() => model.evaluate((cell) => cell === document.activeElement)).toBe(true);
    await page().keyboard.press("Control+k");
    await page().keyboard.type("run cell the model");
    await page().keyboard.press("Enter");
    await expect.poll(() => model.getAttribute("data-condition"), { timeout: 60_000 }).toBe("fresh");
  });

  it("stops a run of all cells and keeps what it had", async () => {
    await page().getByRole("button", { name: "Run all" }).click();
    await expect.poll(() => cell(2).getAttribute("data-condition"), { timeout: 60_000 }).toBe("fresh");
    await page()
      .getByRole("button", { name: /^Cancel / })
      .click();
    await idle(page());
    await showView(page(), "Runs");
    await page().getByRole("grid", { name: "Saved runs" }).getByText("cancelled").waitFor();
  });

  it("draws the loss while it trains", async () => {
    const { page } = launched;
    await showView(page, "Train");
    await field(page, "Rows").fill(ROWS);
    await field(page, "Epochs").fill("400");
    await page.getByRole("button", { name: "Start training" }).click();
    const steps: string[] = [];
    const pictures = new Set<string>();
    const canvas = page.locator("canvas:visible").first();
    await canvas.waitFor();
    for (let look = 0; look < 40 && steps.length < 4; look++) {
      const step = await trainingNumber(page, "step");
      if (step !== "–" && step !== steps.at(-1)) {
        steps.push(step);
        pictures.add((await canvas.screenshot()).toString("base64"));
      }
      await page.waitForTimeout(50);
    }
    expect(steps.length).toBeGreaterThan(2);
    expect(pictures.size).toBeGreaterThan(2);
    await expect.poll(async () => Number(await trainingNumber(page, "validation loss"))).toBeLessThan(10);
    await page.getByRole("button", { name: /^Cancel / }).click();
    await idle(page);
  });

  it("shows the notebook, the diagnostics and the settings in both themes without an accessibility violation", async () => {
    const { page } = launched;
    for (const { theme, rules } of THEMES) {
      await chooseTheme(page, theme);
      for (const view of VIEWS) {
        await showView(page, view);
        await settled(page);
        await takeScreenshot(page, `${view.toLowerCase()}-${theme.toLowerCase()}`);
        // The colours of so many cells take ten seconds; those of a short notebook are looked at in both themes.
        if (view === "Notebook" && !THOROUGH) {
          if (rules === "all") expect(await accessibilityViolations(page, "structure"), view).toEqual([]);
          continue;
        }
        expect(await accessibilityViolations(page, rules), `${view}, ${theme}`).toEqual([]);
      }
    }
  });

  it("still has the runs after a restart and exports the timings as CSV", async () => {
    await page().evaluate(async (text) => {
      const made = await window.lab.documentsCreate({ from: { kind: "text", text }, title: null });
      if (!made.ok) throw new Error(made.error.message);
      const ended = new Promise((resolve) => {
        window.lab.on("runChanged", (run) => run.status === "finished" && resolve(run));
      });
      const { id: documentId } = made.value;
      await window.lab.sessionRun({ documentId, text, selection: { kind: "all" } });
      await ended;
    }, TIMED);
    await launched.close();
    launched = await launchApp({ userDataDir: profile, notebook: "shipped" });
    const { saveDir } = launched;
    // What was open last is open again.
    await page().getByLabel("Title of the notebook").waitFor();
    await showView(page(), "Runs");
    const table = page().getByRole("grid", { name: "Saved runs" });
    await expect.poll(() => table.getByRole("row").count()).toBe(4);
    await table.getByText("Timed").click();
    await page().getByRole("heading", { name: "Timed" }).waitFor();
    await takeScreenshot(page(), "run-page");
    await page().getByRole("button", { name: "Export", exact: true }).click();
    await page()
      .getByRole("menuitem", { name: /^Timings as CSV/ })
      .click();
    await expect.poll(() => readdirSync(saveDir).filter((name) => name.endsWith(".csv")).length).toBe(1);
    const [name = ""] = readdirSync(saveDir);
    const text = readFileSync(join(saveDir, name), "utf8");
    const rows = parse<Record<string, string>>(text, { columns: true, bom: true });
    expect(rows.map((row) => row["stage"])).toEqual(Array(5).fill("Product: product"));
    expect(rows.every((row) => Number(row["milliseconds"]) > 0 && row["rows"] === "100")).toBe(true);
    expect(Object.keys(rows[0] ?? {})).toEqual(
      expect.arrayContaining(["run", "pass", "sample", "threads", "machine"]),
    );
  });
});
