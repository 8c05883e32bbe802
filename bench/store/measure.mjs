// The store at the size it has after years, in the real window: how long the table, a filter, a run's page, a comparison
// and an export take, and how smoothly a chart of half a million points moves. Called by `npm run bench -- store`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { _electron } from "playwright-core";

const RUNS = 5_000;
const POINTS = 10_000_000;
/** Of each figure; the median counts. */
const REPEATS = 5;

const LIMITS = {
  "table opens": 300,
  "table opens again": 300,
  "filter answers": 100,
  "query of the thread alone": 100,
  "page of a run with 50,000 steps": 300,
  "comparison of 10 runs × 50,000 points": 1000,
  "frame while a chart is moved, median": 1000 / 60 + 1,
  "export of 1,000,000 rows": 10_000,
};

const NAV_RUNS = { within: "nav button", text: "Runs" };

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * @param {{ electronPath: string, args: readonly string[], env: NodeJS.ProcessEnv, outDir: string, resultsDir: string, projectDir: string }} settings
 * @returns {Promise<number>} Exit code: 1 when a limit is passed.
 */
export async function measure({ electronPath, args, env, outDir, resultsDir, projectDir }) {
  const profile = path.join(resultsDir, "store-profile");
  const database = path.join(profile, "lab.sqlite");
  const saveDir = path.join(resultsDir, "store-exports");
  mkdirSync(saveDir, { recursive: true });
  if (!existsSync(database)) makeDatabase({ electronPath, env, outDir, database, profile });
  process.stderr.write(`${database}: ${(statSync(database).size / 1e6).toFixed(0)} MB\n`);
  /** @type {Record<string, number[]>} */
  const samples = {};
  const add = (name, ms) => (samples[name] ??= []).push(ms);
  const memory = { before: 0, peak: 0 };

  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const app = await _electron.launch({
      executablePath: electronPath,
      args: [...args, projectDir, `--user-data-dir=${profile}`],
      env: { ...env, BACKPROP_LAB_SAVE_DIR: saveDir },
    });
    try {
      const page = await app.firstWindow();
      await page.waitForLoadState("load");
      await page.getByText("Nothing is running").waitFor();
      await page.waitForTimeout(1_500);
      add("table opens", await timed(page, NAV_RUNS, "[data-run]"));
      await page.evaluate(() => localStorage.removeItem("backprop-lab.runs-view"));
      await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: "Notebook" }).click();
      add("table opens again", await timed(page, NAV_RUNS, "[data-run]"));
      for (const query of ["kind:train lr>0.01", 'tag:keep "cosine"', "last.loss<0.2 seed:3"]) {
        add("filter answers", await filterTime(page, query));
        add("query of the thread alone", await queryTime(page, query));
      }
      await setFilter(page, "last.loss>0 kind:training started>=2025-09");
      await page.waitForTimeout(500);
      add(
        "page of a run with 50,000 steps",
        await timed(page, { within: "[data-run]" }, 'canvas[aria-label*="step 50,000"]'),
      );
      await page.getByRole("button", { name: "All runs" }).click();
      await page.locator("[data-run]").first().waitFor();
      await page.waitForTimeout(300);
      for (let i = 0; i < 10; i++)
        await page
          .locator('[role="row"] input[type="checkbox"]')
          .nth(i + 1)
          .check();
      add(
        "comparison of 10 runs × 50,000 points",
        await timed(
          page,
          { within: "button", text: "Compare" },
          '[data-drawn="true"] canvas[aria-label^="loss:"]',
        ),
      );
      await page.waitForTimeout(500);
      for (const ms of await frames(page)) add("frame while a chart is moved, median", ms);
      if (repeat < 3) add("export of 1,000,000 rows", await exportTime(page, app, memory));
    } finally {
      await app.close();
    }
  }
  return report(samples, memory, resultsDir);
}

function makeDatabase({ electronPath, env, outDir, database, profile }) {
  mkdirSync(profile, { recursive: true });
  process.stderr.write(`making ${RUNS} runs with ${POINTS} points, about a minute\n`);
  const { status } = spawnSync(
    electronPath,
    [path.join(outDir, "main", "make-store.js"), database, String(RUNS), String(POINTS)],
    { env: { ...env, ELECTRON_RUN_AS_NODE: "1" }, stdio: ["ignore", 2, 2] },
  );
  if (status === 0) return;
  rmSync(profile, { recursive: true, force: true });
  throw new Error(`the database could not be made (exit code ${status})`);
}

/**
 * From a click in the page to the first frame that shows `shown`.
 *
 * @param {import("playwright-core").Page} page
 * @param {{ within: string, text?: string }} what
 * @param {string} shown
 */
function timed(page, what, shown) {
  return page.evaluate(
    ([{ within, text }, selector]) =>
      new Promise((resolve, reject) => {
        const pressed = [...document.querySelectorAll(within)].find(
          (one) => one.getClientRects().length > 0 && (text === undefined || one.textContent.trim() === text),
        );
        const began = performance.now();
        pressed?.click();
        const look = () => {
          const found = [...document.querySelectorAll(selector)].some(
            (one) => one.getClientRects().length > 0,
          );
          if (found) requestAnimationFrame(() => resolve(performance.now() - began));
          else if (performance.now() - began > 20_000) reject(new Error(`no ${selector} within 20 s`));
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    [what, shown],
  );
}

/** From the last key of a query to the frame with the rows that it finds. */
async function filterTime(page, query) {
  await setFilter(page, "");
  await page.waitForTimeout(400);
  return page.evaluate(
    (asked) =>
      new Promise((resolve, reject) => {
        const grid = () => document.querySelector('[role="grid"]')?.getAttribute("aria-rowcount");
        const before = grid();
        const box = document.querySelector('input[aria-label="Filter the runs"]');
        const began = performance.now();
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, asked);
        box.dispatchEvent(new Event("input", { bubbles: true }));
        const look = () => {
          if (grid() !== before) requestAnimationFrame(() => resolve(performance.now() - began));
          else if (performance.now() - began > 20_000)
            reject(new Error("the filter changed nothing within 20 s"));
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    query,
  );
}

const setFilter = (page, query) => page.getByRole("textbox", { name: "Filter the runs" }).fill(query);

/** A query's way to the store's thread and back, without drawing. */
const queryTime = (page, query) =>
  page.evaluate(async (asked) => {
    const began = performance.now();
    const answer = await window.lab.runsTable({
      query: asked,
      scope: "active",
      sort: { column: "last.loss", descending: false },
      columns: ["last.loss", "config.lr"],
      groupBy: null,
      offset: 0,
      limit: 100,
    });
    if (!answer.ok) throw new Error(answer.error.message);
    return performance.now() - began;
  }, query);

/** Milliseconds between frames while the first chart is zoomed into and moved to and fro. */
async function frames(page) {
  const chart = page.getByRole("group", { name: "Drawing: loss" });
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  if (box === null) throw new Error("there is no chart of the loss");
  const [y, left, width] = [box.y + box.height / 2, box.x, box.width];
  await page.mouse.move(left + width * 0.4, y - 40);
  await page.mouse.down();
  await page.mouse.move(left + width * 0.8, y + 40, { steps: 3 });
  await page.mouse.up();
  await page.waitForTimeout(300);
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const stage = document.querySelector('[aria-label="Drawing: loss"]');
        const { left: x, top, width: wide, height } = stage.getBoundingClientRect();
        const send = (type, at) =>
          stage.dispatchEvent(
            new PointerEvent(type, {
              bubbles: true,
              pointerId: 1,
              button: 0,
              shiftKey: true,
              isPrimary: true,
              clientX: at,
              clientY: top + height / 2,
            }),
          );
        stage.setPointerCapture = () => undefined;
        const times = [];
        const began = performance.now();
        let last = began;
        send("pointerdown", x + wide / 2);
        const next = (now) => {
          times.push(now - last);
          last = now;
          if (now - began > 2_000) {
            send("pointerup", x + wide / 2);
            resolve(times.slice(2));
            return;
          }
          send("pointermove", x + wide / 2 + Math.sin((now - began) / 200) * 60);
          requestAnimationFrame(next);
        };
        requestAnimationFrame(next);
      }),
  );
}

/** Every point of twenty long trainings as CSV; `memory` gets what main's process had before and at most meanwhile. */
async function exportTime(page, app, memory) {
  memory.before = Math.max(memory.before, await app.evaluate(() => process.memoryUsage().rss));
  const watch = setInterval(() => {
    app
      .evaluate(() => process.memoryUsage().rss)
      .then((rss) => {
        memory.peak = Math.max(memory.peak, rss);
      })
      .catch(() => undefined);
  }, 100);
  try {
    return await page.evaluate(async () => {
      const table = await window.lab.runsTable({
        query: "last.loss>0 kind:training",
        scope: "active",
        sort: { column: "started", descending: true },
        columns: [],
        groupBy: null,
        offset: 0,
        limit: 0,
      });
      if (!table.ok) throw new Error(table.error.message);
      const began = performance.now();
      const saved = await window.lab.runsExport({
        what: "metrics",
        runIds: table.value.ids.slice(0, 20),
        weights: false,
      });
      if (!saved.ok || saved.value.kind !== "saved") throw new Error("nothing was exported");
      if (saved.value.rows < 1_000_000) throw new Error(`only ${saved.value.rows} rows were exported`);
      return performance.now() - began;
    });
  } finally {
    clearInterval(watch);
  }
}

function report(samples, memory, resultsDir) {
  const rows = Object.entries(samples).map(([name, ms]) => {
    const limit = LIMITS[name];
    const middle = median(ms);
    return {
      name,
      medianMs: middle,
      slowestMs: Math.max(...ms),
      limitMs: limit,
      samples: ms,
      met: middle <= limit,
    };
  });
  const grownMb = Math.max(0, memory.peak - memory.before) / 1e6;
  const machine = `${os.cpus()[0]?.model.trim() ?? "unknown CPU"}, ${os.cpus().length} cores`;
  const file = path.join(resultsDir, `store-${new Date().toISOString().replaceAll(/[:.]/g, "-")}.json`);
  writeFileSync(file, JSON.stringify({ machine, runs: RUNS, points: POINTS, rows, memory }, null, 2));
  process.stdout.write(`${machine}; ${RUNS} runs, ${POINTS} points\n`);
  for (const { name, medianMs, slowestMs, limitMs, samples: all, met } of rows) {
    process.stdout.write(
      `${met ? "✓" : "✗"} ${name}: median ${medianMs.toFixed(1)} ms, slowest ${slowestMs.toFixed(1)} ms of ${all.length}, limit ${limitMs.toFixed(0)} ms\n`,
    );
  }
  process.stdout.write(
    `memory while exporting: ${grownMb.toFixed(0)} MB more than before, limit 200 MB\n${file}\n`,
  );
  return rows.every(({ met }) => met) && grownMb <= 200 ? 0 : 1;
}
