import { afterAll, beforeAll, expect, test } from "vitest";
import { TRAIN_PRESETS } from "../../src/shared/specs/train-presets.ts";
import { idle } from "./drive-window.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { runToEnd } from "./run-each-kind.ts";

/** What an idle app may hold more than at its start. */
const MOST_KEPT_BYTES = 200e6;
/** It gives back after 30 s without work; what has ended then goes bit by bit. */
const GIVEN_BACK_MS = 240_000;

const TEST_MS = 900_000;

let launched: LaunchedApp;
beforeAll(async () => {
  launched = await launchApp();
});
afterAll(() => launched.close());

const SMALL = TRAIN_PRESETS.small.spec;
const network = (rows: number) => ({
  layers: SMALL.layers,
  loss: SMALL.loss,
  data: { name: "mnist", split: "train", rows },
  seed: 3,
});
const training = (seed: number) => ({
  spec: { ...SMALL, seed, epochs: undefined, steps: 100 },
  threads: 2,
});
const notebook = (mean: string) =>
  "// lab notebook 1 · title: Memory · rows: 20000\n// %% code id=a\nconst d = data();\n" +
  `show({ mean: d.xTrain.${mean} });\n`;

/** Ten experiments of all kinds, some of them hundreds of megabytes. */
const EXPERIMENTS: readonly Readonly<Record<string, unknown>>[] = [
  { training: training(1) },
  { stages: { seed: 3, rows: 800, threads: 2, samples: 5 } },
  { init: { network: network(50_000), otherwise: "xavierNormal", gradients: true, threads: 2 } },
  {
    gradcheck: {
      network: network(1_000),
      references: ["float64", "tfjs"],
      bug: null,
      coordinates: 2,
      tolerance: "strict",
      threads: 2,
    },
  },
  {
    ladder: {
      preset: "custom",
      scaling: false,
      shape: { m: 200, k: 200, n: 200 },
      threads: 2,
      budgetSeconds: 0.1,
      seed: 3,
    },
  },
  { notebook: notebook("mean()") },
  { profile: training(2) },
  { training: training(3) },
  { init: { network: network(20_000), otherwise: null, gradients: true, threads: 2 } },
  { notebook: notebook("square().mean()") },
];

const memory = async () => {
  const answer = await launched.page.evaluate(() => window.lab.diagnosticsGet());
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
};

test(
  "after ten experiments of all kinds an idle app holds what it held at its start, within 200 MB",
  async () => {
    const { page } = launched;
    await idle(page);
    const { rssBytes: start } = await memory();
    for (const one of EXPERIMENTS) {
      const ends = await runToEnd(page, one);
      expect(ends).not.toBeTypeOf("string");
    }
    const runs = await page.evaluate(() => window.lab.runsList());
    expect(
      runs.ok && runs.value.map(({ kind, status, failure }) => `${kind} ${status} ${failure ?? ""}`).sort(),
    ).toEqual(EXPERIMENTS.flatMap((one) => Object.keys(one).map((kind) => `${kind} finished `)).sort());
    const { rssBytes: after, peakRssBytes } = await memory();
    expect(peakRssBytes).toBeGreaterThan(start + MOST_KEPT_BYTES);
    const kept = { bytes: Infinity };
    await expect
      .poll(async () => (kept.bytes = (await memory()).rssBytes - start), {
        timeout: GIVEN_BACK_MS,
        interval: 2_000,
      })
      .toBeLessThan(MOST_KEPT_BYTES);
    const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
    process.stdout.write(
      `main process: ${mb(start)} at its start, ${mb(peakRssBytes)} at most, ${mb(after)} after ten experiments, ${mb(kept.bytes)} more than at its start when idle\n`,
    );
  },
  TEST_MS,
);
