import type { CDPSession } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LabBridge } from "../../src/shared/ipc/lab-bridge.ts";
import { TRAIN_PRESETS } from "../../src/shared/specs/train-presets.ts";
import { THOROUGH, times } from "../thorough.ts";
import { idle, showView } from "./drive-window.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";

declare global {
  interface Window {
    lab: LabBridge;
  }
}

const TRAININGS = times(6, 20);
const VISITS = times(5, 50);
/** Until then everything that is made once has been made. */
const SETTLED_AFTER = 3;
/** A name may be longer, a badge may come; 17 more trainings made it six times as much. */
const MOST_GROWTH = 1.05;
/** Some seconds' worth of what a person would wait for, in a fraction of one. */
const TINY_SPEC = {
  ...TRAIN_PRESETS.small.spec,
  data: { name: "mnist", split: "train" as const, rows: 200 },
  validRows: 50,
  epochs: 3,
  statisticsEvery: 2,
};

/** Beside the thousands of elements of the notebook that comes with the app, less than a twentieth more would be a lot. */
let launched: LaunchedApp;
let devtools: CDPSession;
beforeAll(async () => {
  launched = await launchApp({ notebook: THOROUGH ? "shipped" : "empty" });
  devtools = await launched.page.context().newCDPSession(launched.page);
});
afterAll(() => launched.close());

interface Counted {
  readonly canvases: number;
  readonly elements: number;
  /** With those that are out of the page but not collected. */
  readonly nodes: number;
  readonly listeners: number;
  readonly heapMB: number;
}

/** What the page holds once everything that can be collected is. */
async function count(): Promise<Counted> {
  await devtools.send("HeapProfiler.collectGarbage");
  const { nodes, jsEventListeners } = await devtools.send("Memory.getDOMCounters");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  const [canvases, elements] = await launched.page.evaluate(() => [
    document.querySelectorAll("canvas").length,
    document.querySelectorAll("*").length,
  ]);
  return { canvases, elements, nodes, listeners: jsEventListeners, heapMB: Math.round(usedSize / 1e6) };
}

async function train(seed: number): Promise<void> {
  const { page } = launched;
  const spec = { ...TINY_SPEC, seed };
  const started = await page.evaluate((given) => window.lab.trainingStart({ spec: given, threads: 1 }), spec);
  if (!started.ok) throw new Error(started.error.message);
  await idle(page);
  // The charts come as they near the visible part.
  await page.getByText("What it learned").scrollIntoViewIfNeeded();
  await page.getByText("Update : weight ratio", { exact: true }).first().scrollIntoViewIfNeeded();
  await page.getByText(/^Activation 1 over the steps/).waitFor();
  await page.waitForTimeout(250);
}

test(`A1: after ${TRAININGS} trainings the page holds what it held after a few`, async () => {
  await showView(launched.page, "Train");
  const counts: Counted[] = [];
  for (let seed = 1; seed <= TRAININGS; seed++) {
    await train(seed);
    counts.push(await count());
  }
  expectConstant(counts[SETTLED_AFTER - 1], counts.at(-1)!);
});

test(`A1: after ${VISITS} visits to every view the page holds what it held after a few`, async () => {
  const { page } = launched;
  const visitAll = async (times: number) => {
    await page.evaluate(async (visits) => {
      const views = [...document.querySelectorAll<HTMLElement>("nav[aria-label='Views'] button")];
      for (let visit = 0; visit < visits; visit++) {
        for (const view of views) {
          view.click();
          await new Promise(requestAnimationFrame);
        }
      }
    }, times);
    await showView(launched.page, "Train");
    await idle(page);
    await page.waitForTimeout(500);
    return count();
  };
  // Fast visits are over before the layers are measured; once they were, their charts stay.
  await showView(launched.page, "Initialise");
  await page.getByText("Drawing the network…").waitFor({ state: "hidden" });
  // In idle moments the notebook gets its colours, on a busy machine for long.
  await showView(launched.page, "Notebook");
  await steady(() => page.evaluate(() => document.querySelectorAll("*").length));
  const settled = await visitAll(SETTLED_AFTER);
  expectConstant(settled, await visitAll(VISITS));
});

/** Waits until a number has been the same for some seconds. */
async function steady(read: () => Promise<number>): Promise<void> {
  const last: number[] = [];
  await expect
    .poll(
      async () => {
        last.push(await read());
        return new Set(last.slice(-STEADY_READINGS)).size + Math.max(0, STEADY_READINGS - last.length);
      },
      { timeout: 120_000, interval: 500 },
    )
    .toBe(1);
}

const STEADY_READINGS = 8;

function expectConstant(settled: Counted, last: Counted): void {
  expect(settled.canvases).toBeGreaterThan(5);
  expect(last.canvases, "canvases").toBe(settled.canvases);
  const grown = (key: keyof Counted) => last[key] / settled[key];
  const grew = `from ${JSON.stringify(settled)} to ${JSON.stringify(last)}`;
  for (const key of ["elements", "nodes", "listeners"] as const) {
    expect(grown(key), `${key} ${grew}`).toBeLessThan(MOST_GROWTH);
  }
}
