import { OutOfMemoryError } from "../../../src/core/errors.ts";
import { afterEach, describe, expect, it } from "vitest";
import { notebookSpec, openTestLab, type TestLab } from "./open-test-lab.ts";
import type { LabEvent } from "../../../src/main/lab/activity/experiment.ts";

let open: TestLab | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

describe("Lab.training.start()", () => {
  it("fault 7: refuses what does not fit into memory before anything is allocated, and leaves no run", async () => {
    open = await openTestLab(1);
    const layers = [
      { type: "linear" as const, in: 784, out: 30_000, init: "kaimingNormal" as const },
      { type: "relu" as const, shift: 0 },
      { type: "linear" as const, in: 30_000, out: 30_000, init: "kaimingNormal" as const },
      { type: "relu" as const, shift: 0 },
      { type: "linear" as const, in: 30_000, out: 1, init: "kaimingNormal" as const },
    ];
    const spec = { ...notebookSpec({ rows: 100 }), layers };
    expect(open.lab.training.forecast(spec).refusal).toMatch(/^This needs [\d.]+ GB and [\d.]+ GB are free/);
    expect(() => open!.lab.training.start({ spec, threads: 1 })).toThrow(OutOfMemoryError);
    expect(() => open!.lab.training.enqueue({ requests: [{ spec, threads: 1 }], note: "" })).toThrow(
      OutOfMemoryError,
    );
    expect(() => open!.lab.lrsearch.start({ spec, threads: 1 })).toThrow(OutOfMemoryError);
    await expect(open.lab.profile.measure({ spec, threads: 1 })).rejects.toThrow(OutOfMemoryError);
    const misfit = { ...spec, layers: layers.slice(2) };
    expect(() => open!.lab.lrsearch.start({ spec: misfit, threads: 1 })).toThrow(
      /takes 30000 values where 784 come in|takes 30,000 values where 784 come in/,
    );
    expect(open.lab.runs.list()).toEqual([]);
    expect(open.lab.activity.state()).toBeNull();
  });

  it("refuses a second experiment while one runs", async () => {
    open = await openTestLab(1);
    const started = open.lab.training.start({ spec: notebookSpec({ rows: 1_000 }), threads: 1 });
    expect(() => open!.lab.training.start({ spec: notebookSpec({ rows: 100 }), threads: 1 })).toThrow(
      /still running/,
    );
    await started.done;
  });

  it("lowers the loss, reports every step and saves all metrics", async () => {
    open = await openTestLab(2);
    const live: number[] = [];
    open.lab.subscribe((event: LabEvent) => {
      if (event.name === "trainingMetrics") live.push(...event.payload.points.map(({ value }) => value));
    });
    const run = await open.lab.training.start({
      spec: notebookSpec({ seed: 3, rows: 5_050, epochs: 2, batchSize: 100, lr: 0.01 }),
      threads: 2,
    }).done;
    expect(run.status).toBe("finished");
    const metrics = open.lab.runs.metrics(run.id);
    const losses = metrics.filter(({ name }) => name === "loss");
    // 50 full batches and one of 50 rows an epoch.
    expect(losses.map(({ step }) => step)).toEqual(Array.from({ length: 102 }, (_, index) => index + 1));
    const valid = metrics.filter(({ name }) => name === "validLoss");
    expect(valid.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    expect(valid[2].value).toBeLessThan(valid[0].value / 2);
    expect(live.length).toBe(metrics.length);
    expect(run.summary["validLoss"]).toBe(valid[2].value);
  });

  it("fault 47: thousands of steps a second reach the window some 20 times a second, none left out", async () => {
    open = await openTestLab(2);
    const sizes: number[] = [];
    let others = 0;
    open.lab.subscribe((event: LabEvent) => {
      if (event.name === "trainingMetrics") sizes.push(event.payload.points.length);
      else others++;
    });
    const beganMs = performance.now();
    const spec = { ...notebookSpec({ rows: 8_000, epochs: 1, batchSize: 1, lr: 1e-4 }), statisticsEvery: 1 };
    const { points } = open.lab.training.forecast(spec);
    const run = await open.lab.training.start({ spec, threads: 2 }).done;
    const seconds = (performance.now() - beganMs) / 1000;
    expect(run.status).toBe("finished");
    const recorded = open.lab.runs.metrics(run.id).length;
    // The forecast is for a classifier: this network has no accuracy to record.
    expect([0, 2 * 2]).toContain(points - recorded);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(recorded);
    // Beside the 20: one at the end of each dispatch and of each epoch.
    expect(sizes.length).toBeLessThan(30 * seconds + 10);
    expect(others).toBeLessThan(60 * seconds + 20);
  });

  it("fault 37: stops at the first loss that is not finite and keeps what came before", async () => {
    open = await openTestLab(2);
    const run = await open.lab.training.start({
      spec: notebookSpec({ seed: 3, rows: 2_000, epochs: 5, batchSize: 50, lr: 50 }),
      threads: 2,
    }).done;
    expect(run.status).toBe("failed");
    expect(run.failure).toMatch(/NaN or infinite at step \d+/);
    expect(open.lab.runs.metrics(run.id).length).toBeGreaterThan(2);
  });
});
