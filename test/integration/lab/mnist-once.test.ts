import { afterAll, beforeAll, expect, it } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collectGarbage } from "../../../src/main/engine/collect-garbage.ts";
import { INIT_PRESETS } from "../../../src/main/lab/init/init-presets.ts";
import type { Lab } from "../../../src/main/lab/lab.ts";
import { openLab } from "../../../src/main/lab/open-lab.ts";
import { TRAIN_PRESETS } from "../../../src/shared/specs/train-presets.ts";
import { labOptions, runSeedNotebook } from "./open-test-lab.ts";

/** Images and labels of the training file. */
const TRAINING_BYTES = 60_000 * 785;
/** All else that main keeps in buffers: messages of threads, SQLite's pages. */
const OTHER_BYTES = 12e6;
const IDLE_MS = 4_000;

let folder = "";
let lab: Lab;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-mnist-"));
  lab = await openLab({ ...labOptions(folder, 2), idleMs: IDLE_MS });
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Bytes that anything in main still refers to, outside V8's heap and the arena. */
async function buffers(): Promise<number> {
  await collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

it("MNIST's files are in memory once, whoever reads them, and not at all when the lab is idle", async () => {
  const before = await buffers();
  const kept: Record<string, number> = {};
  const look = async (name: string): Promise<void> => {
    kept[name] = (await buffers()) - before;
  };
  const spec = { ...TRAIN_PRESETS.small.spec, epochs: undefined, steps: 10 };
  const { runId, done } = lab.training.start({ spec, threads: 2 });
  expect((await done).status).toBe("finished");
  await look("training");
  const [preset] = INIT_PRESETS;
  const network = {
    ...preset.settings.network,
    data: { name: "mnist", split: "train", rows: 3_000 } as const,
  };
  await lab.init.measure({ ...preset.settings, network, threads: 2 });
  await look("initialise");
  await lab.stages.start({ seed: 1, rows: 500, threads: 2, samples: 5 }).done;
  await look("stages");
  await runSeedNotebook(lab, { rows: 500 });
  await look("notebook");
  await lab.learned.inspect({ runId, weights: "final" });
  await look("what it learned");
  const gradcheck = {
    network: { ...network, data: { ...network.data, rows: 100 } },
    references: ["float64" as const],
    bug: null,
    coordinates: 2,
    tolerance: "strict" as const,
    threads: 2,
  };
  await lab.gradcheck.start(gradcheck).done;
  await look("gradient check");

  const told = JSON.stringify(kept);
  const most = Math.max(...Object.values(kept));
  // A second copy would be too much; that there is one shows that copies are counted.
  expect(most, told).toBeLessThan(TRAINING_BYTES + OTHER_BYTES);
  expect(most, told).toBeGreaterThan(TRAINING_BYTES);
  await expect
    .poll(async () => (await buffers()) - before, { timeout: 60_000, interval: 500 })
    .toBeLessThan(OTHER_BYTES);
}, 300_000);
