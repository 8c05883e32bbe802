import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runSweepCommand, sweepWanted } from "../../../src/main/cli/sweep-command.ts";
import { Interruption } from "../../../src/main/cli/interruption.ts";
import type { Lab } from "../../../src/main/lab/lab.ts";
import type { LabOptions } from "../../../src/main/lab/open-lab.ts";
import { openStore } from "../../../src/main/store/open/open-store.ts";
import { connect } from "../../../src/main/store/open/database.ts";
import { TRAIN_PRESETS } from "../../../src/shared/specs/train-presets.ts";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { nativeBinding } from "../store/recorded-values.ts";
import { labOptions, openTunedLab } from "./open-test-lab.ts";

const SPEC: TrainSpec = {
  ...TRAIN_PRESETS.normalised.spec,
  data: { name: "mnist", split: "train", rows: 1_000 },
  batchSize: 20,
  epochs: 8,
  validRows: 100,
  statisticsEvery: 20,
};

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "backprop-lab-goes-on-"));
  folders.push(folder);
  return folder;
}

async function inLab<T>(
  folder: string,
  change: Partial<LabOptions>,
  body: (lab: Lab) => Promise<T> | T,
): Promise<T> {
  const lab = await openTunedLab({ ...labOptions(folder, 1), ...change });
  try {
    return await body(lab);
  } finally {
    await lab.close();
  }
}

/** Trains until some epochs are done, then cancels. @returns the run. */
async function cutShort(lab: Lab, spec: TrainSpec = SPEC): Promise<string> {
  const started = lab.training.start({ spec, threads: 1 });
  while ((lab.training.state()?.step ?? 0) < 150) await new Promise((resolve) => setTimeout(resolve, 2));
  lab.activity.cancel();
  expect((await started.done).status).toBe("cancelled");
  return started.runId;
}

const values = (lab: Lab, runId: string): string[] =>
  lab.runs
    .metrics(runId)
    .map(({ name, step, value }) => `${name} ${step}: ${value}`)
    .sort();

describe("a training that goes on (issue 20, 2)", () => {
  it("is refused with other kernels, which are named; under a new id a copy goes on and both are named", async () => {
    const folder = newFolder();
    const runId = await inLab(folder, { kernels: "relaxed128" }, (lab) => cutShort(lab));
    const whole = await inLab(newFolder(), { kernels: "relaxed128" }, async (lab) => {
      const run = await lab.training.start({ spec: SPEC, threads: 1 }).done;
      return { id: run.id, values: values(lab, run.id), steps: run.summary["steps"] };
    });
    expect(runId).toBe(whole.id);

    const copy = await inLab(folder, { kernels: "simd128" }, async (lab) => {
      const before = values(lab, runId);
      expect(() => lab.training.resume({ runId })).toThrow(
        /begun with the kernels relaxed128, and here are simd128.*--kernels.*--resume training-\w+ --again/,
      );
      const started = lab.training.resume({ runId, underNewId: true });
      expect(started.runId).not.toBe(runId);
      const run = await started.done;
      expect(run).toMatchObject({
        status: "finished",
        config: { kernels: "simd128", continues: runId },
      });
      const events = lab.runs.get({ runId: run.id }).events.map(({ text }) => text);
      expect(events.join("\n")).toMatch(new RegExp(`goes on from run ${runId}: .*relaxed128.*simd128`));
      expect(events.join("\n")).toMatch(/from the checkpoint of step \d+/);
      // The one that was begun is as it was, and the copy has its beginning.
      expect(lab.runs.get({ runId }).run.status).toBe("cancelled");
      expect(values(lab, runId)).toEqual(before);
      expect(values(lab, run.id).length).toBe(whole.values.length);
      return run.id;
    });

    await inLab(folder, { kernels: "relaxed128" }, async (lab) => {
      // Where it was begun it goes on as itself, with the values of one that was never cut short.
      const run = await lab.training.resume({ runId }).done;
      expect(run).toMatchObject({ id: runId, status: "finished", summary: { steps: whole.steps } });
      expect(values(lab, runId)).toEqual(whole.values);
      expect(lab.runs.get({ runId: copy }).run.status).toBe("finished");
    });
  }, 120_000);

  it("is refused by another version, also where an earlier one kept nothing of its code", async () => {
    const folder = newFolder();
    // Another version would time the kernels again.
    const kernels = "simd128";
    const runId = await inLab(folder, { kernels }, (lab) => cutShort(lab));
    await inLab(folder, { kernels, appVersion: "a later one" }, (lab) => {
      expect(() => lab.training.resume({ runId })).toThrow(
        /version test, kernels \w+, and this is a later one/,
      );
    });
    const forget = (): void => {
      const path = labOptions(folder, 1).databasePath;
      openStore({ path, nativeBinding }).close();
      const db = connect(path, { nativeBinding });
      db.exec("UPDATE run SET config = json_remove(config, '$.kernels', '$.build')");
      db.close();
    };
    forget();
    await inLab(folder, { kernels, appVersion: "a later one" }, (lab) => {
      expect(() => lab.training.resume({ runId })).toThrow(/its id is not the one that they give here/);
    });
    await inLab(folder, { kernels: "javascript" }, (lab) => {
      expect(() => lab.training.resume({ runId })).toThrow(
        /begun with the kernels \w+, and here are javascript/,
      );
    });
    await inLab(folder, { kernels }, async (lab) => {
      expect((await lab.training.resume({ runId }).done).status).toBe("finished");
    });
  }, 120_000);

  it("has the steps and seconds of all its parts (issue 20, 9)", async () => {
    const folder = newFolder();
    await inLab(folder, {}, async (lab) => {
      const runId = await cutShort(lab);
      const { events: _, ...before } = lab.runs.get({ runId });
      const trainedMs = Math.max(...lab.runs.metrics(before.run.id).map(({ wallMs }) => wallMs));
      const { summary } = await lab.training.resume({ runId }).done;
      expect(summary["steps"]).toBe(8 * 50);
      const last = Math.max(...lab.runs.metrics(runId).map(({ wallMs }) => wallMs));
      expect(last).toBeGreaterThan(trainedMs);
      // From the first step to the last, as the points have it.
      expect(Number(summary["seconds"]) * 1000).toBeGreaterThanOrEqual(last);
      expect(Number(summary["stepsPerSecond"])).toBeCloseTo(400 / Number(summary["seconds"]), 6);
    });
  }, 60_000);
});

describe("lab sweep (issue 20, 3)", () => {
  it("skips what is over and goes on with what was cut short, however often it is called", async () => {
    const folder = newFolder();
    const file = join(folder, "sweep.json");
    // The last one diverges, and would again.
    const rates = [0.001, 0.002, 0.003, 1e30];
    writeFileSync(file, JSON.stringify({ kind: "grid", base: SPEC, values: { "optimizer.lr": rates } }));
    await inLab(folder, {}, async (lab) => {
      const wanted = await sweepWanted(file);
      const sweep = async (interruption = new Interruption()): Promise<number> =>
        runSweepCommand(lab, wanted, { threads: 1, json: true }, interruption);
      const runs = (): string[] =>
        lab.runs
          .list()
          .map(({ id, status, config }) => `${String(config["lr"])} ${id} ${status}`)
          .sort();

      // Ctrl+C in the second training.
      const interruption = new Interruption();
      interruption.listen(() => lab.activity.cancel());
      let begun = 0;
      const stop = lab.subscribe(({ name, payload }) => {
        if (name === "runChanged" && payload.status === "running") begun++;
        if (name === "trainingMetrics" && begun === 2 && (payload.points.at(-1)?.step ?? 0) > 150)
          interruption.request("SIGINT");
      });
      expect(await sweep(interruption)).toBe(1);
      stop();
      expect(runs().map((run) => run.replace(/ training\S+/, ""))).toEqual([
        "0.001 finished",
        "0.002 cancelled",
      ]);
      const ids = lab.runs.list().map(({ id }) => id);

      expect(await sweep()).toBe(1);
      const after = runs();
      expect(after.map((run) => run.replace(/ training\S+/, ""))).toEqual([
        "0.001 finished",
        "0.002 finished",
        "0.003 finished",
        "1e+30 failed",
      ]);
      expect(ids.every((id) => after.some((run) => run.includes(`${id} `)))).toBe(true);
      const [second] = lab.runs.list().filter(({ config }) => config["lr"] === 0.002);
      expect(lab.runs.get({ runId: second.id }).events.map(({ kind }) => kind)).toContain("resumed");

      const before = lab.runs.list().map(({ id, finishedAt }) => [id, finishedAt]);
      expect(await sweep()).toBe(1);
      expect(lab.runs.list().map(({ id, finishedAt }) => [id, finishedAt])).toEqual(before);
      expect(readdirSync(join(folder, "lab-checkpoints")).length).toBe(4);
    });
  }, 120_000);
});
