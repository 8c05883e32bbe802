import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LadderSettings } from "../../src/shared/experiments/ladder.ts";
import type { Result } from "../../src/shared/ipc/wire-error.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";

const LESSON: LadderSettings = {
  preset: "lesson",
  shape: { m: 1, k: 1, n: 1 },
  threads: 2,
  budgetSeconds: 1,
  seed: 42,
  scaling: false,
};

let launched: LaunchedApp;
beforeAll(async () => {
  launched = await launchApp();
});
afterAll(async () => {
  await launched.close();
});

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe("the window's calls for the ladder", () => {
  it("measure a ladder in Electron's main process, TensorFlow.js too, and are answered meanwhile", async () => {
    const { started, told, answers } = await launched.page.evaluate(async (settings) => {
      const rungs = new Set<string>();
      window.lab.on("rungChanged", ({ result }) => rungs.add(result.rung));
      const run = await window.lab.ladderStart(settings);
      let count = 0;
      for (;;) {
        const activity = await window.lab.activityState();
        if (!activity.ok || activity.value === null) break;
        count++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return { started: run, told: rungs.size, answers: count };
    }, LESSON);
    const { runId } = valueOf(started);
    const record = valueOf(await launched.page.evaluate((id) => window.lab.ladderGet({ runId: id }), runId));
    expect(record.rungs.map(({ rung, status }) => `${rung} ${status}`)).toEqual([
      "reference measured",
      "triple-loop measured",
      "elementwise measured",
      "broadcast measured",
      "einsum measured",
      "cache-order measured",
      "kernel measured",
      "sharded measured",
      "tfjs measured",
      "pytorch unavailable",
    ]);
    expect(record.rungs.slice(0, 9).every(({ verified }) => verified)).toBe(true);
    expect(told).toBe(10);
    expect(answers).toBeGreaterThan(10);
  });

  it("cancel a ladder, which keeps what was measured, and export it", async () => {
    const { started, status } = await launched.page.evaluate(async (settings) => {
      const measured = new Promise<void>((resolve) => {
        window.lab.on("rungChanged", ({ result }) => {
          if (result.samples.length > 1) resolve();
        });
      });
      const ended = new Promise<string>((resolve) => {
        window.lab.on("runChanged", (run) => {
          if (run.status !== "running") resolve(run.status);
        });
      });
      const run = await window.lab.ladderStart({ ...settings, preset: "notebook" });
      await measured;
      await window.lab.activityCancel();
      return { started: run, status: await ended };
    }, LESSON);
    expect(status).toBe("cancelled");
    const { runId } = valueOf(started);
    const { rungs } = valueOf(
      await launched.page.evaluate((id) => window.lab.ladderGet({ runId: id }), runId),
    );
    expect(rungs.some(({ status: one, samples }) => one === "measured" && samples.length > 1)).toBe(true);
    const saved = valueOf(
      await launched.page.evaluate(
        (id) => window.lab.runsExport({ what: "ladder-samples", runIds: [id], weights: false }),
        runId,
      ),
    );
    if (saved.kind !== "saved") throw new Error("nothing was saved");
    expect(saved.path).toContain("ladder samples of Notebook 100 × 1,000 × 100.csv");
    expect(readFileSync(saved.path, "utf8").trim().split("\n")).toHaveLength(saved.rows + 1);
  });
});
