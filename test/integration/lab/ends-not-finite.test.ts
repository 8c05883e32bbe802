import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DatasetLibrary } from "../../../src/main/lab/datasets/dataset-library.ts";
import { MnistSource } from "../../../src/main/lab/datasets/mnist-source.ts";
import type { Lab } from "../../../src/main/lab/lab.ts";
import { readLabDocument } from "../../../src/shared/documents/read-lab-document.ts";
import type { RunSummary } from "../../../src/shared/runs/run-records.ts";
import { DEFAULT_VIEW } from "../../../src/shared/runs/run-table.ts";
import { NOTEBOOK_NETWORK } from "../../../src/shared/specs/network-spec.ts";
import { WORKER_FILE } from "../engine/start-engine.ts";
import { labOptions, openTunedLab } from "./open-test-lab.ts";

const OUT = dirname(WORKER_FILE);
const ROWS = 200;
/** Its loss is 0 divided by 0. */
const DIVIDED =
  "// lab notebook 1 · title: Divided · judge: backprop\n// %% code id=c23\nshow({ loss: zeros(1).div(zeros(1)) });\n";
const NETWORK = { ...NOTEBOOK_NETWORK, data: { name: "mnist", split: "train" as const, rows: ROWS } };

/** Every normalised pixel of it is NaN. */
class NotFiniteImages extends MnistSource {
  override readonly moments = { mean: NaN, std: NaN };
}

let folder = "";
let lab: Lab;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-nan-"));
  vi.spyOn(DatasetLibrary.prototype, "open").mockImplementation(
    () => new NotFiniteImages(resolve("resources")),
  );
  lab = await openTunedLab(labOptions(folder, 2));
});
afterAll(async () => {
  vi.restoreAllMocks();
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

const found = async (of: Lab, query: string): Promise<readonly string[]> =>
  (await of.runs.table({ ...DEFAULT_VIEW, query, scope: "active", offset: 0, limit: 10 })).ids;

async function expectFound(of: Lab, { id, kind }: RunSummary, where: string): Promise<void> {
  expect(await found(of, `kind:${kind} is:notFinite`)).toEqual([id]);
  expect(await found(of, `kind:${kind} "notFinite":"${where}"`)).toEqual([id]);
  expect(await found(of, `kind:${kind} -is:notFinite`)).toEqual([]);
}

describe("what ends with NaN is stored, shown and found as that (issue 14, item 18)", () => {
  it("the stages fail, with their numbers kept", async () => {
    const run = await lab.stages.start({ seed: 1, rows: ROWS, threads: 2, samples: 5 }).done;
    expect(run.status).toBe("failed");
    expect(run.failure).toMatch(/the loss of stage 1, Functions is NaN.*expected numbers/);
    expect(run.summary["loss"]).toBeNaN();
    const [first] = lab.stages.get({ runId: run.id }).report.results;
    expect(first).toMatchObject({ id: "functions", status: "failed", loss: NaN });
    expect(first.note).toMatch(/its loss is NaN/);
    expect(first.forward.samplesMs).toHaveLength(5);
    await expectFound(lab, run, "loss of functions");
    expect(await found(lab, "kind:stages loss=NaN")).toEqual([run.id]);
    expect(await found(lab, "kind:stages loss<1e9")).toEqual([]);
  });

  it("a notebook's cells fail", async () => {
    const { document } = readLabDocument("nan.lab.ts", DIVIDED);
    const settings = { seed: 1, rows: ROWS, threads: 2, limitMs: null };
    const { runId } = await lab.session.runSaved({ document, settings }, {});
    const { run, cells } = lab.runs.get({ runId });
    expect(run.status).toBe("finished");
    expect(cells[0]).toMatchObject({
      verdict: "failed",
      reason: expect.stringMatching(/^loss is NaN or infinite/) as string,
    });
    expect(run.summary["loss"]).toBeNaN();
    await expectFound(lab, run, "loss of cell c23");
  });

  it("an initialisation names the layers", async () => {
    const run = await lab.init.save({ network: NETWORK, otherwise: null, gradients: true, threads: 2 }).done;
    expect(run.status).toBe("finished");
    expect(run.summary["loss"]).toBeNaN();
    expect(run.summary["notFinite"]).toMatch(/^loss, lastStd, activation 1 of .*, gradient 2 of /);
    await expectFound(lab, run, "activation 1");
  });

  it("a gradient check does not pass", async () => {
    const run = await lab.gradcheck.start({
      network: NETWORK,
      references: ["float64"],
      bug: null,
      coordinates: 5,
      tolerance: "strict",
      threads: 2,
    }).done;
    expect(run.summary).toMatchObject({ passed: false, loss: NaN });
    await expectFound(lab, run, "w1 against float64");
  });

  it("a rung of the ladder is wrong", async () => {
    // The other threads' files lie beside the worker.
    const threads = join(folder, "threads");
    mkdirSync(threads);
    for (const file of readdirSync(OUT)) symlinkSync(join(OUT, file), join(threads, file));
    symlinkSync(resolve("test/integration/lab/nan-worker.mjs"), join(threads, "nan-worker.mjs"));
    mkdirSync(join(folder, "spoiled"));
    const spoiled = await openTunedLab({
      ...labOptions(join(folder, "spoiled"), 2),
      workerFile: join(threads, "nan-worker.mjs"),
    });
    try {
      const run = await spoiled.ladder.start({
        preset: "custom",
        shape: { m: 5, k: 784, n: 10 },
        threads: 2,
        budgetSeconds: 0.1,
        seed: 1,
        scaling: false,
      }).done;
      const { rungs } = spoiled.ladder.get({ runId: run.id });
      expect(rungs.find(({ rung }) => rung === "kernel")).toMatchObject({ status: "wrong", maxDiff: NaN });
      expect(run.summary["wrong"]).toBeGreaterThan(0);
      await expectFound(spoiled, run, "difference of");
    } finally {
      await spoiled.close();
    }
  });

  it("what was cut short before it had a number is not taken for NaN", async () => {
    const started = lab.init.save({ network: NETWORK, otherwise: null, gradients: true, threads: 2 });
    lab.activity.cancel();
    const run = await started.done;
    expect(run.status).toBe("cancelled");
    expect(run.summary).not.toHaveProperty("notFinite");
    expect(run.summary).not.toHaveProperty("loss");
  });
});
