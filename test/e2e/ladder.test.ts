import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "csv-parse/sync";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LabBridge } from "../../src/shared/ipc/lab-bridge.ts";
import type { Result } from "../../src/shared/ipc/wire-error.ts";
import { idle, showView } from "./drive-window.ts";
import { accessibilityViolations, THEMES, type Rules } from "./accessibility-violations.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { chooseTheme, PICTURES_WANTED, takeScreenshot } from "./take-screenshots.ts";

declare global {
  interface Window {
    lab: LabBridge;
  }
}

const RUNGS = [
  "reference",
  "triple-loop",
  "elementwise",
  "broadcast",
  "einsum",
  "cache-order",
  "kernel",
  "sharded",
  "tfjs",
  "pytorch",
] as const;

const profile = mkdtempSync(join(tmpdir(), "backprop-lab-ladder-"));
let launched: LaunchedApp;
let page: Page;
beforeAll(async () => {
  // The test itself reads the pixels of its charts.
  launched = await launchApp({ userDataDir: profile, expectedComplaints: [/willReadFrequently/] });
  page = launched.page;
  await showView(page, "Ladder");
});
afterAll(async () => {
  await launched.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

const field = (label: string): Locator =>
  page.getByRole("region", { name: "Ladder settings" }).getByRole("textbox", { name: label, exact: true });

const choosePreset = (title: string): Promise<void> =>
  page.getByRole("radiogroup", { name: "Product" }).getByText(title, { exact: true }).click();

const runButton = (): Locator => page.getByRole("button", { name: "Run ladder" });

async function climb(): Promise<void> {
  await runButton().click();
  await page.getByRole("button", { name: /^Cancel / }).waitFor();
  await idle(page);
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** Counts, until nothing runs any more, which rungs the window is told of and how often main answers meanwhile. */
const untilClimbed = (): Promise<{ readonly told: number; readonly answers: number }> =>
  page.evaluate(async () => {
    const rungs = new Set<string>();
    const stop = window.lab.on("rungChanged", ({ result }) => rungs.add(result.rung));
    for (let [begun, answers] = [false, 0]; ;) {
      const activity = await window.lab.activityState();
      const isRunning = activity.ok && activity.value !== null;
      if (begun && !isRunning) {
        stop();
        return { told: rungs.size, answers };
      }
      begun ||= isRunning;
      answers += isRunning ? 1 : 0;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

/** The ladder that was begun last. */
const lastLadder = async () => {
  const [{ id: runId }] = valueOf(await page.evaluate(() => window.lab.runsList()));
  return valueOf(await page.evaluate((id) => window.lab.ladderGet({ runId: id }), runId));
};

/** Of the view that is shown: the page of a ladder's run has the same charts. */
const chartBox = (chart: string): Locator =>
  page.locator(`[data-chart="${chart}"]`).filter({ visible: true });

const card = (rung: string): Locator => page.locator(`article[data-rung="${rung}"]`);

const violations = (rules?: Rules): Promise<string[]> => accessibilityViolations(page, rules);

/** A picture of one chart alone, and whether anything but its ground was drawn. */
async function chartShot(chart: string, theme: string): Promise<void> {
  const folder = resolve("test-results/screenshots");
  mkdirSync(folder, { recursive: true });
  const box = chartBox(chart);
  await box.scrollIntoViewIfNeeded();
  await box.locator("canvas").waitFor();
  const colours = () =>
    box.locator("canvas").evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
      return new Set(new Uint32Array(pixels?.buffer ?? new ArrayBuffer(0))).size;
    });
  await expect.poll(colours, { message: `${chart}, ${theme}` }).toBeGreaterThan(10);
  if (PICTURES_WANTED)
    await box.screenshot({ path: join(folder, `ladder-${chart}-${theme.toLowerCase()}.png`) });
}

/** The CSV that was saved last under a name with this word. */
async function savedRows(word: string): Promise<Record<string, string>[]> {
  // A file that is still being written is called ".tmp".
  const named = () =>
    readdirSync(launched.saveDir).filter((name) => name.includes(word) && name.endsWith(".csv"));
  await expect.poll(named).toHaveLength(1);
  const [name = ""] = named();
  const text = readFileSync(join(launched.saveDir, name), "utf8");
  return parse<Record<string, string>>(text, { columns: true, bom: true });
}

describe("the ladder view", () => {
  it("shows every rung with its idea, code and memory access before anything ran", async () => {
    await expect.poll(() => page.locator("article[data-rung]").count()).toBe(RUNGS.length);
    await page.getByText("No ladder was climbed yet").waitFor();
    await card("cache-order")
      .getByRole("button", { name: /^Code: / })
      .click();
    await expect.poll(() => card("cache-order").locator("code").innerText()).toContain("for (let");
    expect(await violations()).toEqual([]);
  });

  it("steps through a rung's memory access by keyboard, and plays nothing under reduced motion", async () => {
    await page.emulateMedia({ reducedMotion: "no-preference" });
    const player = card("elementwise").getByRole("group", { name: /^Memory access of / });
    await player.getByRole("slider").focus();
    await page.keyboard.press("ArrowRight");
    expect(await player.getByRole("slider").getAttribute("aria-valuetext")).toMatch(/^step 2 of 16: /);
    expect(await player.getByRole("button", { name: /^Play/ }).count()).toBe(1);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await expect.poll(() => player.getByRole("button", { name: /^Play/ }).count()).toBe(0);
  });

  it("says beside the field what is wrong, and forecasts what a ladder will take", async () => {
    await choosePreset("Custom");
    await field("m").fill("0");
    await page.getByText("m must be at least 1").waitFor();
    expect(await runButton().isDisabled()).toBe(true);
    await field("m").fill("2000");
    await field("k").fill("2000");
    await field("n").fill("2000");
    await field("Budget").fill("1");
    await page.getByText("the budget cuts some rungs").click();
    await page
      .getByText(/skipped: about/)
      .first()
      .waitFor();
    await page.getByText(/^needs .*B of memory/).waitFor();
  });

  it("climbs Lesson and shows every rung verified, and why rung 7 can gain nothing", async () => {
    await choosePreset("Lesson");
    // Enough for a cold call of each rung on a busy machine.
    await field("Budget").fill("2");
    const climbed = untilClimbed();
    await climb();
    const { told, answers } = await climbed;
    expect(told).toBe(RUNGS.length);
    // In Electron's main process, TensorFlow.js too.
    expect(answers).toBeGreaterThan(10);
    const { rungs } = await lastLadder();
    expect(rungs.map(({ rung, status }) => `${rung} ${status}`)).toEqual(
      RUNGS.map((rung) => `${rung} ${rung === "pytorch" ? "unavailable" : "measured"}`),
    );
    expect(rungs.slice(0, 9).every(({ verified }) => verified)).toBe(true);
    for (const rung of RUNGS.filter((name) => name !== "pytorch")) {
      expect(await card(rung).innerText(), rung).toMatch(/verified|reference/);
      expect(await card(rung).innerText(), rung).toMatch(/median ± ½ IQR/);
    }
    // Whether it gains nothing is a measurement; that it is left to one worker, and why, is not.
    expect(await card("sharded").innerText()).toMatch(/left to 1 of \d+ workers: waking the others/);
  });

  it("pins a value and zooms by keyboard, hides what the legend names, and shows the same as a table", async () => {
    const samples = chartBox("samples");
    await samples.scrollIntoViewIfNeeded();
    const stage = samples.getByRole("group", { name: /^Drawing: / });
    await stage.focus();
    // The chart is drawn a moment after it comes into view.
    const said = async () => {
      await page.keyboard.press("ArrowRight");
      return stage.getByRole("status").innerText();
    };
    await expect.poll(said).toMatch(/sample \d+/);
    await page.keyboard.press("Enter");
    const pins = samples.getByRole("list", { name: /^Pinned values/ });
    expect(await pins.innerText()).toMatch(/sample \d+/);
    await page.keyboard.press("+");
    await samples.getByRole("button", { name: /^Reset zoom/ }).click();
    await pins.getByRole("button", { name: /^Unpin/ }).click();
    const entry = samples.getByRole("button", { name: /^cold call/ });
    await entry.click();
    expect(await entry.getAttribute("aria-pressed")).toBe("false");
    await entry.click();
    await samples.getByRole("button", { name: /^Show as table/ }).click();
    await samples.getByRole("table").waitFor();
    await samples.getByRole("button", { name: /^Show as chart/ }).click();
  });

  it("saves a chart as a picture at twice its size and puts it on the clipboard", async () => {
    const samples = chartBox("samples");
    const { width } = await samples.locator("canvas").evaluate((canvas) => ({ width: canvas.clientWidth }));
    await samples.getByRole("button", { name: /^Save as PNG/ }).click();
    const named = () => readdirSync(launched.saveDir).filter((name) => name.endsWith(".png"));
    await expect.poll(named).toHaveLength(1);
    const [name = ""] = named();
    const png = readFileSync(join(launched.saveDir, name));
    const rem = await page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize));
    // The header's width, after its signature and the first chunk's length and name.
    expect(png.readUInt32BE(16)).toBe(Math.round(2 * (width + 2 * rem)));
    const drawn = await samples.locator("canvas").evaluate((canvas) => (canvas as HTMLCanvasElement).width);
    expect(drawn, "the chart on the page is as before").toBe(width);
    await samples.getByRole("button", { name: /^Copy picture/ }).click();
    await page.getByText(/^Picture of .* copied$/).waitFor();
    const types = await launched.app.evaluate(async ({ clipboard }) => {
      const availableFormats: unknown = Reflect.get(clipboard, "availableFormats");
      if (typeof availableFormats === "function") return availableFormats.call(clipboard) as string[];
      return (await clipboard.read()).flatMap((item) => item.types);
    });
    expect(types).toContain("image/png");
  });

  it("exports one row a sample and one row a rung, in full precision", async () => {
    await page.getByRole("button", { name: "Samples as CSV" }).click();
    const samples = await savedRows("samples");
    const of = (rung: string) => samples.filter((row) => Object.values(row).includes(rung));
    for (const rung of RUNGS.filter((name) => name !== "pytorch")) {
      expect(of(rung).length, rung).toBeGreaterThan(5);
    }
    await page.getByRole("button", { name: "Summary as CSV" }).click();
    expect((await savedRows("summary")).length).toBeGreaterThanOrEqual(9);
  });

  it("compares two ladders rung by rung", async () => {
    // Every rung is warm, and a call takes it microseconds.
    await field("Budget").fill("0.3");
    await climb();
    await page.getByLabel("With another ladder").selectOption({ index: 1 });
    const table = page.getByRole("region", { name: "Ratios of the two ladders" });
    await table.waitFor();
    // The first call of TensorFlow.js, in which it compiles, may use up the budget of a slow machine.
    const { length } = RUNGS.filter((rung) => rung !== "tfjs" && rung !== "pytorch");
    expect([1 + length, 2 + length]).toContain(await table.getByRole("row").count());
    expect(await table.innerText()).toMatch(/faster|slower|no difference shown/);
    expect(await page.getByText("different machines").count()).toBe(0);
  });

  it("leads to the run's page and back with the same settings", async () => {
    await page.getByRole("button", { name: "Open the run" }).click();
    await page.getByRole("region", { name: "Rungs of this ladder" }).waitFor();
    for (const chart of ["bars", "samples"]) {
      await chartBox(chart).locator("canvas").waitFor();
    }
    await takeScreenshot(page, "ladder-run-page");
    await page.getByRole("button", { name: "Open in Ladder with these settings" }).click();
    expect(await field("Budget").inputValue()).toBe("0.3");
    await page.getByRole("heading", { name: /^Lesson/ }).waitFor();
  });

  it("answers while a sweep is climbed, and draws every chart in both themes", async () => {
    await choosePreset("Square sweep");
    await page.getByLabel("Scaling").check();
    await field("Threads").fill("2");
    // The least there is: seven sizes times ten rungs, and what is shown does not depend on it.
    await field("Budget").fill("0.1");
    await runButton().click();
    await chartBox("bars").locator("canvas").waitFor();
    // How soon is measured by hand on a quiet machine; here the window must answer at all while workers are busy.
    const entry = chartBox("bars").getByRole("button", { name: "Show as table" });
    await entry.click();
    await chartBox("bars").getByRole("button", { name: "Show as chart" }).click();
    // What is measured by then draws every chart; the larger sizes are most of the work.
    const sizes = page.getByRole("radiogroup", { name: "Size shown" });
    await sizes.getByText("256³", { exact: true }).waitFor();
    await page.getByRole("button", { name: /^Cancel / }).click();
    await idle(page);
    // On a busy machine the budget cuts what scales at a large size.
    await sizes.getByText("64³", { exact: true }).click();
    for (const { theme, rules } of THEMES) {
      await chooseTheme(page, theme);
      await showView(page, "Ladder");
      for (const chart of ["bars", "samples", "sizes", "scaling", "roofline"]) await chartShot(chart, theme);
      expect(await violations(rules), theme).toEqual([]);
    }
  });

  it("cancels, keeps what was measured, and exports it", async () => {
    await page.getByRole("region", { name: "Results" }).getByRole("heading").first().scrollIntoViewIfNeeded();
    await choosePreset("Notebook");
    await field("Budget").fill("2");
    await runButton().click();
    await card("triple-loop").getByText("median ± ½ IQR").waitFor();
    await page.getByRole("button", { name: /^Cancel / }).click();
    await idle(page);
    await page.getByRole("region", { name: "Results" }).getByText("cancelled").first().waitFor();
    expect(await card("triple-loop").innerText()).toMatch(/median ± ½ IQR/);
    const { runId, rungs } = await lastLadder();
    expect(rungs.some(({ status, samples }) => status === "measured" && samples.length > 1)).toBe(true);
    const saved = valueOf(
      await page.evaluate(
        (id) => window.lab.runsExport({ what: "ladder-samples", runIds: [id], weights: false }),
        runId,
      ),
    );
    if (saved.kind !== "saved") throw new Error("nothing was saved");
    expect(saved.path).toContain("ladder samples of Notebook 100 × 1,000 × 100.csv");
    expect(readFileSync(saved.path, "utf8").trim().split("\n")).toHaveLength(saved.rows + 1);
  });
});
