import { afterAll, beforeAll, expect, it } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Lab } from "../../../src/main/lab/lab.ts";
import { INIT_PRESETS } from "../../../src/main/lab/init/init-presets.ts";
import { labOptions, openTunedLab } from "./open-test-lab.ts";

const IDLE_MS = 300;

let folder = "";
let lab: Lab;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-idle-"));
  lab = await openTunedLab({ ...labOptions(folder, 2), idleMs: IDLE_MS });
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

/** All that is measured but the time it took. */
const measure = async (): Promise<unknown> => {
  const [preset] = INIT_PRESETS;
  const { network } = preset.settings;
  const data = { ...network.data, split: "train", rows: 50_000 } as const;
  const report = await lab.init.measure({ ...preset.settings, network: { ...network, data }, threads: 2 });
  return report.sides.map(({ ms: _ms, ...side }) => side);
};

it("issue 15: an idle lab holds no memory for experiments that are over, and computes the same afterwards", async () => {
  const before = await measure();
  const grown = lab.diagnostics.get().arena;
  expect(grown.committedBytes).toBeGreaterThan(300e6);
  await expect.poll(() => lab.diagnostics.get().arena.committedBytes).toBeLessThan(100e6);
  const { arena } = lab.diagnostics.get();
  expect(arena.usedBytes).toBe(0);
  expect(arena.peakBytes).toBe(grown.committedBytes);
  expect(arena.givenBackBytes).toBe(grown.committedBytes - arena.committedBytes);
  expect(await measure()).toEqual(before);
});
