import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { idle, showView } from "./drive-window.ts";
import { accessibilityViolations, THEMES, type Rules } from "./accessibility-violations.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { chooseTheme, PICTURES_WANTED, takeScreenshot } from "./take-screenshots.ts";
import { settled } from "./window-layout.ts";

const TRAINING_MS = 90_000;

let launched: LaunchedApp;
let page: Page;
beforeAll(async () => {
  launched = await launchApp({ page: "checkedIfThorough" });
  page = launched.page;
  await showView(page, "Train");
});
afterAll(async () => {
  await launched.close();
});

const controls = () => page.getByRole("region", { name: "Training settings" });
/** Not the same word in the code of the notebook, which is hidden and still in the page. */
const summaryOf = (title: string) => page.locator("summary").getByText(title, { exact: true });
const button = (name: string | RegExp) => page.getByRole("button", { name });

/** Starts a training by a button and waits for its run to end. */
async function trainToTheEnd(name: string): Promise<void> {
  const before = (await statuses()).length;
  await button(name).click();
  await expect.poll(async () => (await statuses()).length, { timeout: TRAINING_MS }).toBe(before + 1);
  await idle(page);
}

const trainingNumber = (label: string): Promise<string> =>
  page
    .locator("dl[aria-label='Training numbers'] > div", { hasText: label })
    .first()
    .locator("dd")
    .innerText();
const step = async (): Promise<number> => Number((await trainingNumber("step")).replaceAll(",", ""));

/** The id of what has the focus; "" is body, or what has none. */
const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? "");

const violations = (rules?: Rules): Promise<string[]> => accessibilityViolations(page, rules);

/** The state of the saved runs, newest first. */
const statuses = (): Promise<string[]> =>
  page.evaluate(async () => {
    const answer = await window.lab.runsList();
    return answer.ok ? answer.value.map(({ status }) => status) : [];
  });

/** Each layer of a list as it is read, without what can be chosen. */
const texts = (list: Locator): Promise<string[]> =>
  list
    .locator(":scope > li")
    .evaluateAll((items) =>
      items.map((item) =>
        [...item.querySelectorAll(":scope > span:not(:has(button))")]
          .map((span) => span.textContent.trim())
          .join(" "),
      ),
    );

describe("the train view", () => {
  it("builds a model layer by layer, and says what does not fit", async () => {
    await controls().getByLabel("Preset").selectOption("small");
    await summaryOf("Model").click();
    const layers = page.getByRole("list", { name: "Layers", exact: true }).locator(":scope > li");
    await expect.poll(() => layers.count()).toBe(3);
    await page.getByLabel("Kind of the new layer").selectOption("dropout");
    await button("Add layer").click();
    await expect.poll(() => layers.allInnerTexts()).toHaveLength(4);
    await page.getByLabel("outputs of layer 1").fill("60");
    await page.getByText("784-60-10, 47,710 parameters").waitFor();
    await page.getByLabel("outputs of layer 4").fill("9");
    await page.getByText("the loss crossEntropy needs 10 outputs; the last layer has 9").first().waitFor();
    expect(await button("Start training").isDisabled()).toBe(true);
    await button("Give the last layer 10 outputs").click();
    await expect.poll(() => button("Start training").isDisabled()).toBe(false);
    expect(await violations()).toEqual([]);
    await summaryOf("Model").click();
  });

  it("builds the inside of a block layer by layer, and keeps what it must be wide", async () => {
    await controls().getByLabel("Preset").selectOption("small");
    await summaryOf("Model").click();
    await page.getByLabel("Kind of the new layer", { exact: true }).selectOption("residual");
    await button("Add layer").click();
    const inside = page.getByRole("list", { name: "Layers of f of layer 3", exact: true });
    await expect.poll(() => texts(inside)).toEqual(["linear 50 →", "relu shift", "linear 50 → 50"]);
    await inside.getByLabel("outputs of layer 1 of f of layer 3").fill("20");
    await expect.poll(() => texts(inside)).toEqual(["linear 50 →", "relu shift", "linear 20 → 50"]);
    const kind = page.getByLabel("Kind of the new layer in f of layer 3", { exact: true });
    expect(await kind.locator("option").allInnerTexts()).not.toContain("residual block");
    await kind.selectOption("product");
    await button("Add to f of layer 3").click();
    const right = page.getByRole("list", { name: "Layers of g of layer 4 of f of layer 3", exact: true });
    await expect.poll(() => texts(right)).toEqual(["linear 50 → 50"]);
    await button("Remove layer 1 of g of layer 4 of f of layer 3").click();
    await expect.poll(() => texts(right)).toEqual([]);
    await page.getByText("g(x) = x", { exact: true }).waitFor();
    expect(await button("Start training").isDisabled()).toBe(false);
    expect(await violations()).toEqual([]);
    await takeScreenshot(page, "train-block");
    await button("Remove layer 4 of f of layer 3").click();
    await button("Move layer 3 of f of layer 3 up").click();
    await expect.poll(() => texts(inside)).toEqual(["linear 50 →", "linear 20 → 50", "relu shift"]);
    await button(/^Remove layer 3$/).click();
    await summaryOf("Model").click();
  });

  it("trains, pauses, takes another learning rate, goes on, and shows every chart", async () => {
    await controls().getByLabel("Epochs").fill("60");
    await button("Start training").press("Enter");
    await expect.poll(step).toBeGreaterThan(200);
    expect(await focused()).toBe("view");
    await button("Pause").click();
    const paused = await page.getByText(/^Paused at step/).innerText();
    const before = Number(paused.replace("Paused at step ", "").replaceAll(",", ""));
    // The numbers come ten times a second.
    await expect.poll(step).toBe(before);
    await page.waitForTimeout(400);
    expect(await step()).toBe(before);
    await page.getByLabel("Another learning rate from now on").fill("0.0005");
    await button("Change").click();
    await button("Go on").click();
    await expect.poll(step).toBeGreaterThan(before + 200);
    for (const title of ["Update : weight ratio", "Dead units", "Gradient norm", "Learning rate", "Speed"]) {
      await page.getByText(title, { exact: true }).first().waitFor();
    }
    await page.getByLabel("Charts").selectOption("epoch");
    await page.getByLabel("Smoothing of the loss").selectOption("0.99");
    for (const theme of PICTURES_WANTED ? (["Light", "Dark"] as const) : (["Light"] as const)) {
      await chooseTheme(page, theme);
      await showView(page, "Train");
      await settled(page);
      await takeScreenshot(page, `train-live-${theme.toLowerCase()}`);
      await page.getByText("Update : weight ratio", { exact: true }).first().scrollIntoViewIfNeeded();
      await settled(page);
      await takeScreenshot(page, `train-charts-${theme.toLowerCase()}`);
    }
  });

  it("is cancelled at once, keeps the focus that a button takes away, and is resumed where it was", async () => {
    await button("Pause").focus();
    await page.keyboard.press("Control+.");
    await idle(page);
    await expect.poll(focused).toBe("view");
    expect((await statuses())[0]).toBe("cancelled");
    const reached = await step();
    await button("Resume").click();
    await expect.poll(step).toBeGreaterThan(reached);
    await button(/^Cancel /).press("Enter");
    await idle(page);
    await expect.poll(focused).toBe("view");
    await controls().getByLabel("Epochs").fill("1");
    const before = (await statuses()).length;
    await button("Start training").press("Enter");
    await expect.poll(async () => (await statuses()).length).toBe(before + 1);
    await idle(page);
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("Start training");
  });

  it("runs what waits in the queue, one after the other", async () => {
    await controls().getByLabel("Epochs").fill("1");
    await summaryOf("Sweep").click();
    await page.getByLabel("Choices of value 1").fill("0.002, 0.005");
    await page.getByLabel("Choices of value 2").fill("1");
    // A third value whose name, then whose choice is wrong: said beside it, and taken away again.
    await button("Another value").click();
    await page.getByLabel("Name of value 3").fill("batchsize");
    await page.getByText("a training has no batchsize").waitFor();
    expect(await button("Add the trainings to the queue").isDisabled()).toBe(true);
    await page.getByLabel("Name of value 3").fill("batchSize");
    await page.getByLabel("Choices of value 3").fill("0");
    await page.getByText("batch size must be at least 1").waitFor();
    const names = await page.getByLabel("Name of value 3").getAttribute("list");
    expect(await page.locator(`[id="${names}"] option[value="optimizer.lr"]`).count()).toBe(1);
    expect(await violations()).toEqual([]);
    await button("Remove value 3").click();
    await page.getByText(/^2 trainings.*; the largest needs .*B$/).waitFor();
    await button("Add 2 trainings to the queue").click();
    await expect
      .poll(async () => (await statuses()).slice(0, 2), { timeout: TRAINING_MS })
      .toEqual(["finished", "finished"]);
    await idle(page);
    expect(Number(await trainingNumber("validation accuracy"))).toBeGreaterThan(0.94);
    await page.getByText("Random sample", { exact: true }).click();
    await page.getByLabel("Trainings", { exact: true }).fill("1");
    await page.getByLabel("Choices of value 1").fill("0.002 to 0.005 log");
    const before = (await statuses()).length;
    await button("Add 1 training to the queue").click();
    await expect.poll(async () => (await statuses()).length, { timeout: TRAINING_MS }).toBe(before + 1);
    await idle(page);
    expect((await statuses())[0]).toBe("finished");
  });

  it("shows what it learned, and recognises a drawn digit", async () => {
    await button("Look at it").click();
    await page.getByRole("region", { name: "Worst mistakes" }).waitFor();
    await page.getByText("Last hidden layer on two axes").first().waitFor();
    // A cell of the matrix opens the rows behind it: by keys, right ones too, and by a click.
    const cells = page.getByRole("group", { name: "Cells: Confusion matrix" });
    const behind = page.getByRole("region", { name: "Rows of the cell" });
    await cells.focus();
    for (const key of ["Home", "ArrowDown", "ArrowRight", "ArrowLeft", "ArrowRight", "Enter"]) {
      await page.keyboard.press(key);
    }
    await behind.getByRole("heading", { name: /^1, right: [\d,]+ validation rows, the first 12$/ }).waitFor();
    await expect.poll(() => behind.getByRole("img").count()).toBe(24);
    expect(await cells.getByRole("status").innerText()).toMatch(/^1, 1: [\d,]+$/);
    await cells.scrollIntoViewIfNeeded();
    const matrix = await cells.boundingBox();
    if (matrix === null) throw new Error("there is no matrix");
    const clickCell = (row: number, column: number): Promise<void> =>
      page.mouse.click(
        matrix.x + ((column + 0.5) / 10) * matrix.width,
        matrix.y + ((row + 0.5) / 10) * matrix.height,
      );
    await clickCell(4, 9);
    await behind.getByRole("heading", { name: /^4 → 9: / }).waitFor();
    await clickCell(4, 9);
    await behind.waitFor({ state: "detached" });
    await page.getByText("10,000 test rows, never looked at so far", { exact: true }).waitFor();
    await button("Score on the test rows…").click();
    await page.getByText(/This look is counted\./).waitFor();
    await button("Look at the test rows").click();
    const tested = page.getByRole("status").filter({ hasText: "On the test rows" });
    await tested.getByText("1, 1 with this run").waitFor();
    await tested.getByText(/^9\d(\.\d+)? %$/).waitFor();
    await page.getByText("10,000 test rows, looked at 1 time so far, 1 with this run").waitFor();
    const pad = page.getByRole("application");
    await takeScreenshot(page, "train-mistakes");
    await pad.scrollIntoViewIfNeeded();
    const box = await pad.boundingBox();
    if (box === null) throw new Error("there is no drawing area");
    const at = (x: number, y: number): [number, number] => [box.x + x * box.width, box.y + y * box.height];
    // A one, from top to bottom.
    await page.mouse.move(...at(0.52, 0.15));
    await page.mouse.down();
    for (let part = 0; part <= 10; part++)
      await page.mouse.move(...at(0.52 - part * 0.004, 0.15 + part * 0.07));
    await page.getByText(/^The network says /).waitFor();
    // A3: nothing moves while the pointer is down, here at the end of the page where it would slide.
    expect(await pad.boundingBox()).toEqual(box);
    await page.mouse.up();
    await page.getByText(/^The network says 1, /).waitFor();
    for (const { theme, rules } of THEMES) {
      await chooseTheme(page, theme);
      await showView(page, "Train");
      await settled(page);
      await takeScreenshot(page, `train-learned-${theme.toLowerCase()}`);
      await page.getByRole("region", { name: "Confusion matrix" }).scrollIntoViewIfNeeded();
      await takeScreenshot(page, `train-confusion-${theme.toLowerCase()}`);
      await pad.scrollIntoViewIfNeeded();
      expect(await violations(rules)).toEqual([]);
    }
  });

  it("saves weights, and begins the next training with them", async () => {
    await button("Save as .safetensors").click();
    await page.getByText("Weights saved").waitFor();
    const [file] = readdirSync(launched.saveDir).filter((name) => name.endsWith(".safetensors"));
    await summaryOf("Model").click();
    const chosen = page.getByLabel("Files of weights");
    await chosen.setInputFiles(join(launched.saveDir, file));
    await button("Draw them instead").click();
    await button("Save as .npy folder").click();
    const npy = (): string[] => readdirSync(launched.saveDir).filter((name) => name.endsWith(".npy"));
    await expect.poll(() => npy().length).toBe(4);
    await chosen.setInputFiles(npy().map((name) => join(launched.saveDir, name)));
    await page.getByText("4 .npy files", { exact: true }).waitFor();
    await controls().getByLabel("Epochs").fill("1");
    await trainToTheEnd("Start training");
    expect(Number(await trainingNumber("validation accuracy"))).toBeGreaterThan(0.955);
    const before = (await statuses()).length;
    await controls().getByLabel("Seed").fill("77");
    await button("Add to the queue").click();
    await expect.poll(async () => (await statuses()).length, { timeout: TRAINING_MS }).toBe(before + 1);
    await idle(page);
    const begunWith = await page.evaluate(async () => {
      const answer = await window.lab.runsList();
      return answer.ok ? answer.value[0]?.config["weights"] : "";
    });
    expect(begunWith).toMatch(/^from a file, [0-9a-f]{12}$/);

    await page.getByText("A Slurm cluster").click();
    await button("Prepare only").click();
    const card = page.getByRole("region", { name: /^Sweep random sweep/ });
    await card.getByLabel("by itself, while the app is open").click();
    await expect
      .poll(() =>
        page.evaluate(async () => {
          const answer = await window.lab.sweepsList();
          return answer.ok ? answer.value.map(({ collectsByItself }) => collectsByItself) : [];
        }),
      )
      .toEqual([true]);
    expect(await card.getByLabel("by itself, while the app is open").isChecked()).toBe(true);
    expect(await violations()).toEqual([]);
    await takeScreenshot(page, "train-cluster-card");
    const sweeps = join(launched.saveDir, "lab-sweeps");
    const [folder] = readdirSync(sweeps);
    expect(readdirSync(join(sweeps, folder, "weights"))).toHaveLength(1);
    await card.getByRole("button", { name: "Take off the list" }).click();
    await card.waitFor({ state: "detached" });
    await page.getByText("This computer", { exact: true }).click();
    await button("Draw them instead").click();
    await summaryOf("Model").click();
  });

  it("shows a saved training on its page: what happened, charts, and a way to repeat it", async () => {
    await showView(page, "Runs");
    const cut = page.getByRole("row").filter({ hasText: "cancelled" }).first();
    await cut.getByRole("button").or(cut.getByRole("link")).first().click();
    await page.getByText("What happened").waitFor();
    await page.locator("text='Update : weight ratio' >> visible=true").first().waitFor();
    await page.locator("[aria-label='Drawing: Loss while training'] >> visible=true").focus();
    const finer = page.getByText(/^Zoomed in: [\d,]+ recorded points/);
    // The chart is made when it is in sight: keys before that are nobody's.
    const zoomed = async () => {
      await page.keyboard.press("+");
      return finer.count();
    };
    await expect.poll(zoomed, { timeout: 20_000, interval: 500 }).toBe(1);
    await takeScreenshot(page, "run-training");
    expect(await violations()).toEqual([]);
    await page.keyboard.press("0");
    await finer.waitFor({ state: "detached" });
    await page.locator("[aria-label='Drawing: Speed'] >> visible=true").focus();
    const speeds = page.getByText(/^Zoomed in: [\d,]+ recorded steps, /);
    const zoomedSpeed = async () => {
      await page.keyboard.press("+");
      return speeds.count();
    };
    await expect.poll(zoomedSpeed, { timeout: 20_000, interval: 500 }).toBe(1);
    await button("New experiment with these settings").click();
    await expect.poll(() => controls().getByLabel("Epochs").inputValue()).toBe("60");
  });

  it("finds a learning rate and takes it", async () => {
    await controls().getByLabel("Preset").selectOption("small");
    await button("Find a learning rate").click();
    await button(/^Take \d/).waitFor();
    await button(/^Take \d/).click();
    expect(Number(await controls().getByLabel("Learning rate").inputValue())).toBeGreaterThan(1e-5);
    await takeScreenshot(page, "train-lr-search");
    const search = page.getByRole("region", { name: "Search for a learning rate" });
    await search.getByRole("button", { name: "Open the run" }).click();
    await page.getByRole("heading", { name: "Search for a learning rate" }).waitFor();
    const again = button(/^Open in Train with the rate \d/);
    await again.waitFor();
    await takeScreenshot(page, "run-lr-search");
    expect(await violations()).toEqual([]);
    const rate = /[\d.]+$/.exec(await again.innerText())?.[0];
    await again.click();
    expect(Number(await controls().getByLabel("Learning rate").inputValue())).toBe(Number(rate));
    await search.getByRole("button", { name: "Close" }).click();
    await search.waitFor({ state: "detached" });
  });

  it("bends a boundary live, and takes the network to the other views and back", async () => {
    await summaryOf("Model").click();
    await page.getByText(/^As JSON/).click();
    const linear = (inFeatures: number, out: number) => ({
      type: "linear",
      in: inFeatures,
      out,
      init: "kaimingNormal",
    });
    const moons = {
      layers: [
        linear(2, 8),
        { type: "batchNorm" },
        { type: "tanh" },
        linear(8, 8),
        { type: "tanh" },
        linear(8, 2),
      ],
      loss: "crossEntropy",
      data: { name: "toy-moons-400-10-1", split: "train", rows: 200 },
      seed: 3,
      optimizer: { name: "adam", lr: 0.01 },
      batchSize: 10,
      epochs: 40,
      validRows: 20,
      keepEveryMinutes: 1e-6,
    };
    await page.getByLabel("Training as JSON").fill(JSON.stringify(moons));
    await button("Take this JSON").click();
    await summaryOf("Model").click();
    await button("Start training").click();
    await page.getByRole("region", { name: "Decision boundary" }).first().waitFor();
    await idle(page);
    await button("Look at it").click();
    await page.getByRole("region", { name: "Calibration" }).waitFor();
    await button("Mix each column and look").click();
    await page.getByRole("group", { name: "Drawing: Importance of features" }).waitFor();
    const weights = page.getByRole("combobox", { name: "Weights to look at" });
    await weights.selectOption("weights kept after step 0");
    await button("Look at it").click();
    await page.getByText(/^After step 0, 20 validation rows/).waitFor();
    await weights.selectOption("weights at the end");
    await button("Look at it").click();
    await page.getByText(/^After step 800, /).waitFor();
    for (const { theme, rules } of THEMES) {
      await chooseTheme(page, theme);
      await showView(page, "Train");
      await page.getByRole("region", { name: "Decision boundary" }).first().scrollIntoViewIfNeeded();
      await settled(page);
      await takeScreenshot(page, `train-plane-${theme.toLowerCase()}`);
      await page.getByRole("region", { name: "Calibration" }).scrollIntoViewIfNeeded();
      await takeScreenshot(page, `train-calibration-${theme.toLowerCase()}`);
      expect(await violations(rules)).toEqual([]);
    }
    await button("Open in Gradients").click();
    await page.getByText("2-8-8-2, batch norm, tanh, cross entropy").first().waitFor();
    await button("Check gradients").first().waitFor();
    await takeScreenshot(page, "gradients-from-train");
    await button("Open in Backward").click();
    await page.getByText("2-8-8-2, batch norm, tanh, cross entropy").first().waitFor();
    await button("Open in Train").click();
    await page
      .getByText(/^2-8-8-2, .* parameters$/)
      .first()
      .waitFor();
  });

  it("learns 20 rows by heart", async () => {
    await controls().getByLabel("Preset").selectOption("large");
    await trainToTheEnd("Overfit 20 rows");
    const loss = (await trainingNumber("loss, last step")).replace("−", "-");
    expect(Number(loss)).toBeLessThan(0.01);
  });
});
