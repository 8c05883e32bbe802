import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openIdleLab, openLab } from "../../../src/main/lab/open-lab.ts";
import { labOptions, makeTuned, notebookSpec } from "./open-test-lab.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-idle-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A lab whose kernels an earlier test has chosen, without workers. */
async function idleLab() {
  const options = labOptions(folder, 2);
  await makeTuned(options.databasePath, options.appVersion);
  return openIdleLab(options);
}

test("a lab is read before its workers have started, and runs what it is asked after", async () => {
  const lab = await idleLab();
  expect((await lab.documents.list({ search: "" })).length).toBeGreaterThan(0);
  expect(lab.activity.state()).toBeNull();
  await Promise.all([lab.start(), lab.start()]);
  const run = await lab.training.start({ spec: notebookSpec({ rows: 100, lr: 0.001 }), threads: 2 }).done;
  expect(run.status).toBe("finished");
  expect(lab.diagnostics.get()).toMatchObject({ pool: { workers: 2, healthy: true } });
  await lab.close();
});

test("a lab that is closed before its workers, or while they start, ends like any other", async () => {
  const unstarted = await idleLab();
  await unstarted.close();
  await expect(unstarted.start()).resolves.toBeUndefined();

  const starting = await idleLab();
  const started = starting.start();
  await starting.close();
  await expect(started).resolves.toBeUndefined();
});

test("a lab whose workers cannot start says so and gives its database back", async () => {
  const options = labOptions(folder, 2);
  await makeTuned(options.databasePath, options.appVersion);
  const workerFile = join(folder, "no-worker.js");
  await expect(openLab({ ...options, workerFile })).rejects.toThrow(/no-worker/);
  const lab = await openLab(options);
  expect(lab.opened.notices).toEqual([]);
  await lab.close();
});
