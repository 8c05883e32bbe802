// How fast the shipped window answers: from the start to the notebook that comes with the app, each view's first frame,
// a notebook of 300 cells opened and scrolled, a key to its paint (idle, and while the engine runs at full speed),
// the completion list. Called by `npm run bench -- window`; the figures are of this machine and moment, no test.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { _electron } from "playwright-core";

const CELLS = 300;
const KEYS = 200;
const KEY_EVERY_MS = 50;
const COMPLETIONS = 10;
const PATIENCE_MS = 30_000;
const LOOK_MS = 3_000;

const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;
const ms = (value) => Math.round(value * 10) / 10;

/** Every fourth cell is text. */
const LONG = [
  "// lab notebook 1 · title: Long · seed: 1 · threads: 2 · rows: 1000",
  ...Array.from({ length: CELLS }, (_, at) =>
    at % 4 === 3
      ? `// %% md id=m${at}\n// ## Part ${at}\n//\n// $y_{${at}} = x W + b$`
      : `// %% code id=c${at} title="Step ${at}"\nconst x${at} = randn(8, 8);\nfunction f${at}(a: Tensor) {\n  return a.matmul(x${at}).tanh();\n}`,
  ),
  "",
].join("\n");

/** Types into the focused text and has the page say how long each key took to be painted. */
async function keysToPaint(page) {
  await page.evaluate(() => {
    window.paints = [];
    window.measureKey = (event) => {
      const began = event.timeStamp;
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => window.paints.push(performance.now() - began);
        channel.port2.postMessage(0);
      });
    };
    window.addEventListener("keydown", window.measureKey, true);
  });
  for (let key = 0; key < KEYS; key++) {
    await page.keyboard.press(key % 12 === 11 ? "Space" : "a");
    await page.waitForTimeout(KEY_EVERY_MS);
  }
  return page.evaluate(() => {
    window.removeEventListener("keydown", window.measureKey, true);
    return window.paints;
  });
}

const scrollToTop = (page) =>
  page.evaluate(() => {
    let pane = document.querySelector("section[aria-label^='Cell ']");
    while (pane !== null && getComputedStyle(pane).overflowY !== "auto") pane = pane.parentElement;
    pane.scrollTop = 0;
  });

/** Frames of a scroll from top to bottom: share under 17 ms, and the longest. */
const scrollFrames = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const cell = document.querySelector("section[aria-label^='Cell ']");
        let pane = cell?.parentElement ?? null;
        while (pane !== null && getComputedStyle(pane).overflowY !== "auto") pane = pane.parentElement;
        const frames = [];
        let last = performance.now();
        const step = () => {
          const now = performance.now();
          frames.push(now - last);
          last = now;
          pane.scrollTop += 60;
          if (pane.scrollTop + pane.clientHeight >= pane.scrollHeight - 1 || frames.length > 1_500)
            resolve(frames);
          else requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      }),
  );

/**
 * What this machine takes for a frame of the same size with nothing of the app in it: a text area and 300 plain texts.
 * What stays above it is ours.
 */
async function openFloor(app) {
  const opened = app.waitForEvent("window");
  await app.evaluate(({ BrowserWindow }) => {
    const window = new BrowserWindow({ width: 1280, height: 800, webPreferences: { partition: "floor" } });
    return window.loadURL("data:text/html,<title>floor</title>");
  });
  const page = await opened;
  await page.evaluate((cells) => {
    const pane = document.createElement("div");
    pane.style.cssText = "height: 90vh; overflow-y: auto";
    const area = document.createElement("textarea");
    pane.append(area);
    for (let at = 1; at <= cells; at++) {
      const cell = document.createElement("section");
      cell.setAttribute("aria-label", `Cell ${at}`);
      const text = document.createElement("pre");
      text.textContent = `const x${at} = randn(8, 8);\nfunction f${at}(a: Tensor) {\n  return a;\n}`;
      cell.append(text);
      pane.append(cell);
    }
    document.body.append(pane);
    area.focus();
  }, CELLS);
  return page;
}

/** Milliseconds from the click on each view's button to its first frame with something in it, the first time and again. */
async function viewsToFrame(page) {
  const buttons = page.getByRole("navigation", { name: "Views" }).getByRole("button");
  const names = (await buttons.allInnerTexts()).map((text) => text.trim()).filter((text) => text !== "");
  const show = (name) =>
    page
      .getByRole("navigation", { name: "Views" })
      .getByRole("button", { name, exact: true })
      .evaluate(
        (button, title) =>
          new Promise((resolve) => {
            const began = performance.now();
            const look = () => {
              const pane = [...document.querySelectorAll("#view > div")].find((one) => one.checkVisibility());
              const shown = document.querySelector("h1")?.textContent === title && pane?.innerText.trim();
              // A frame on, it has been painted.
              requestAnimationFrame(shown ? () => resolve(performance.now() - began) : look);
            };
            button.click();
            look();
          }),
        name,
      );
  const shown = {};
  for (const round of ["firstMs", "againMs"]) {
    for (const name of names) {
      shown[name] = { ...shown[name], [round]: ms(await show(name)) };
      await page.waitForTimeout(500);
    }
  }
  await show(names[0]);
  return shown;
}

/** Milliseconds from a dot to the list of completions. */
async function completions(page) {
  const times = [];
  for (let one = 0; one <= COMPLETIONS; one++) {
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText("x0.matmul(x0)");
    await page.waitForTimeout(300);
    const began = performance.now();
    await page.keyboard.type(".t");
    await page
      .locator(".cm-tooltip-autocomplete")
      .getByRole("option")
      .first()
      .waitFor({ timeout: PATIENCE_MS });
    times.push(performance.now() - began);
    await page.keyboard.press("Escape");
  }
  // The first one starts the service.
  return { firstMs: ms(times[0]), medianMs: ms(quantile(times.slice(1), 0.5)) };
}

async function openLong(page) {
  await page.evaluate(async (text) => {
    const made = await window.lab.documentsCreate({ from: { kind: "text", text }, title: null });
    if (!made.ok) throw new Error(made.error.message);
  }, LONG);
  const entry = page.getByRole("list", { name: "Notebooks", exact: true }).getByText("Long", { exact: true });
  await entry.waitFor();
  const openedMs = await entry.evaluate(
    (element, wanted) =>
      new Promise((resolve) => {
        const began = performance.now();
        const look = () => {
          const shown = document.querySelector(`section[aria-label^='Cell 1 of ${wanted}']`) !== null;
          // A frame on, it has been painted.
          requestAnimationFrame(shown ? () => resolve(performance.now() - began) : look);
        };
        element.closest("button").click();
        look();
      }),
    CELLS,
  );
  return openedMs;
}

/**
 * @param {{ electronPath: string, args: string[], env: NodeJS.ProcessEnv, outDir: string, resultsDir: string, projectDir: string }} settings
 * @returns {Promise<number>} Exit code.
 */
export async function measure({ electronPath, args, env, resultsDir, projectDir }) {
  const profile = mkdtempSync(path.join(os.tmpdir(), "backprop-lab-window-"));
  const launched = performance.now();
  const app = await _electron.launch({
    executablePath: electronPath,
    args: [...args, projectDir, `--user-data-dir=${profile}`],
    env,
  });
  try {
    const page = await app.firstWindow();
    await page
      .getByRole("heading", { name: "Backpropagation from scratch" })
      .waitFor({ timeout: PATIENCE_MS });
    const startMs = performance.now() - launched;
    // The page's own clock: from its navigation on.
    const seedMs = await page.evaluate(() => performance.now());
    const skip = page.getByRole("button", { name: "Skip the tour" });
    if ((await skip.count()) > 0) await skip.click();
    const views = await viewsToFrame(page);
    const openedMs = await openLong(page);
    const framesAtOnce = await scrollFrames(page);
    // Cells that were not near yet get their colours in idle moments: as long as a person looks at what has opened.
    await page.waitForTimeout(LOOK_MS);
    await scrollToTop(page);
    await page.waitForTimeout(500);
    const frames = await scrollFrames(page);
    // It uses what the cell above defines.
    const first = page.locator("section[aria-label^='Cell 2 of']");
    await first.scrollIntoViewIfNeeded();
    await first.focus();
    await page.keyboard.press("Enter");
    await page.locator(".cm-content").first().waitFor();
    const completion = await completions(page);
    await page.keyboard.press("Control+a");
    const idle = await keysToPaint(page);
    const training = await page.evaluate(async () => {
      const layers = [
        { type: "linear", in: 784, out: 256, init: "kaimingNormal" },
        { type: "relu", shift: 0 },
        { type: "linear", in: 256, out: 10, init: "kaimingNormal" },
      ];
      const spec = {
        layers,
        loss: "crossEntropy",
        seed: 1,
        data: { name: "mnist", split: "train", rows: 50_000 },
        optimizer: { name: "sgd", lr: 0.01, momentum: 0, nesterov: false, weightDecay: 0 },
        schedule: { name: "constant", warmupSteps: 0 },
        clipNorm: null,
        batchSize: 64,
        epochs: 1_000,
        shuffle: true,
        dropLast: false,
        validRows: 1_000,
        augmentShift: 0,
        statisticsEvery: 10,
      };
      const threads = Math.min(64, navigator.hardwareConcurrency);
      const answer = await window.lab.trainingStart({ spec, threads });
      return answer.ok ? "" : answer.error.message;
    });
    if (training !== "") throw new Error(`the training did not start: ${training}`);
    await page.waitForTimeout(2_000);
    const busy = await keysToPaint(page);
    const floor = await openFloor(app);
    const floorBusy = await keysToPaint(floor);
    await page.evaluate(() => window.lab.activityCancel());
    await page.waitForTimeout(1_000);
    const floorIdle = await keysToPaint(floor);
    const floorFrames = await scrollFrames(floor);
    const paint = (times) => ({ medianMs: ms(quantile(times, 0.5)), p95Ms: ms(quantile(times, 0.95)) });
    const scroll = (times) => ({
      frames: times.length,
      under17ms: Math.round((100 * times.filter((frame) => frame < 17.5).length) / times.length),
      p95Ms: ms(quantile(times, 0.95)),
      longestMs: ms(Math.max(...times)),
    });
    const result = {
      at: new Date().toISOString(),
      cores: os.availableParallelism(),
      load: os.loadavg().map((value) => Math.round(value * 10) / 10),
      launchToNotebookMs: ms(startMs),
      pageToNotebookMs: ms(seedMs),
      views,
      open300CellsMs: ms(openedMs),
      scrollRightAfterOpening: scroll(framesAtOnce),
      scroll: scroll(frames),
      completion,
      keyToPaint: paint(idle),
      keyToPaintWhileTraining: paint(busy),
      floor: {
        scroll: scroll(floorFrames),
        keyToPaint: paint(floorIdle),
        keyToPaintWhileTraining: paint(floorBusy),
      },
    };
    mkdirSync(resultsDir, { recursive: true });
    writeFileSync(path.join(resultsDir, "window.json"), `${JSON.stringify(result, null, 2)}\n`);
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return 0;
  } finally {
    await app.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
