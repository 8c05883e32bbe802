import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { withGivenWeights } from "../../../src/main/exchange/weights/given-weights.ts";
import type { LabEvent } from "../../../src/main/lab/activity/experiment.ts";
import { collectSweep } from "../../../src/main/lab/cluster/collect-sweep.ts";
import { SweepFolder } from "../../../src/main/lab/cluster/sweep-folder.ts";
import type { TaskEnd } from "../../../src/main/lab/cluster/sweep-task.ts";
import type { Lab } from "../../../src/main/lab/lab.ts";
import { connect } from "../../../src/main/store/open/database.ts";
import { clusterOptionsSchema } from "../../../src/shared/experiments/cluster-sweep.ts";
import type { SweepSpec } from "../../../src/shared/specs/sweep-spec.ts";
import { TRAIN_PRESETS } from "../../../src/shared/specs/train-presets.ts";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { nativeBinding } from "../store/recorded-values.ts";
import { labOptions, openTunedLab } from "./open-test-lab.ts";

const linear = (inFeatures: number, out: number) =>
  ({ type: "linear", in: inFeatures, out, init: "kaimingNormal" }) as const;
const SPEC: TrainSpec = {
  ...TRAIN_PRESETS.small.spec,
  layers: [linear(2, 8), { type: "relu", shift: 0 }, linear(8, 2)],
  data: { name: "toy-moons-100-10-1", split: "train", rows: 60 },
  validRows: 20,
  batchSize: 20,
  epochs: 1,
};
const SWEEP: SweepSpec = { kind: "grid", base: SPEC, values: { seed: [1, 2] } };

/** A lab with a database of its own. */
const openIn = (folder: string): Promise<Lab> => openTunedLab(labOptions(folder, 1));

const newFolder = (): string => mkdtempSync(join(tmpdir(), "backprop-lab-cluster-"));

/** Asks a lab for something, and waits for what it tells of it unasked. */
async function told(lab: Lab, name: LabEvent["name"], act: () => unknown): Promise<unknown> {
  const payload = new Promise((resolve) => {
    const stop = lab.subscribe((event) => {
      if (event.name !== name) return;
      stop();
      resolve(event.payload);
    });
  });
  await act();
  return payload;
}

/** What stands in for the cluster: this lab trains a line of the plan and leaves its bundle as a task does. */
describe("a sweep's folder without a cluster", () => {
  const [home, other] = [newFolder(), newFolder()];
  let lab: Lab;
  let second: Lab;
  let dir: string;
  let plan: { readonly run: string; readonly weights: string; readonly spec: TrainSpec }[];
  let weights: Buffer;

  const train = async (index: number): Promise<void> => {
    const { spec, run } = plan[index];
    const given = await withGivenWeights(weights, (givenFor) => givenFor(spec));
    expect((await lab.training.start({ spec, threads: 1, given }).done).id).toBe(run);
    const path = join(home, `${index}.bundle`);
    await lab.runs.export({ what: "bundle", runIds: [run], path, weights: true });
    writeFileSync(join(dir, "done", `000${index}.bundle.gz`), gzipSync(readFileSync(path)));
  };

  beforeAll(async () => {
    lab = await openIn(home);
    second = await openIn(other);
    const { id: runId } = await lab.training.start({ spec: SPEC, threads: 1 }).done;
    const path = join(home, "weights.safetensors");
    await lab.learned.saveWeights({ runId, weights: "final" }, { format: "safetensors", path });
    weights = readFileSync(path);
  }, 120_000);
  afterAll(async () => {
    await lab.close();
    await second.close();
    for (const folder of [home, other]) rmSync(folder, { recursive: true, force: true });
  });

  it("has the weights that the window has chosen once for all its trainings, and each training begins with them", async () => {
    const options = v.parse(clusterOptionsSchema, { threads: 1 });
    const request = {
      sweep: SWEEP,
      name: "over seed",
      options,
      prepareOnly: true,
    };
    ({ dir } = await withGivenWeights(weights, (givenFor) =>
      lab.sweeps.submitIn(request, { parent: home, givenFor }),
    ));
    plan = readFileSync(join(dir, "plan.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as (typeof plan)[number]);
    expect(readdirSync(join(dir, "weights"))).toEqual([`${plan[0].run}.safetensors`]);
    for (const { spec, run, weights: file } of plan) {
      expect(existsSync(join(dir, file))).toBe(true);
      expect(run).not.toBe(lab.training.identify({ spec, threads: 1 }).id);
    }
  });

  it("is collected for each database by itself, while the app is open and after a restart", async () => {
    await train(0);
    const [{ id }] = lab.sweeps.list();
    expect((await lab.sweeps.collect({ id })).skipped).toEqual([plan[0].run]);
    expect((await lab.sweeps.status({ id })).counts).toMatchObject({ collected: 1, done: 0 });

    expect(await second.sweeps.remember(dir)).toMatchObject({ id, collectsByItself: false });
    expect((await second.sweeps.status({ id })).counts).toMatchObject({ collected: 0, done: 1 });
    const wish = () => second.sweeps.collectByItself({ id, on: true });
    expect(await told(second, "sweepCollected", wish)).toEqual({
      id,
      name: "over seed",
      runs: 1,
      unfinished: 0,
    });
    expect(second.runs.list().map((run) => run.id)).toEqual([plan[0].run]);

    await second.close();
    await train(1);
    second = await openIn(other);
    expect(second.sweeps.list()).toMatchObject([{ id, collectsByItself: true }]);
    await told(second, "sweepCollected", () => second.sweeps.collectWished());
    const looked = await told(second, "sweepLooked", () => undefined);
    expect(looked).toMatchObject({ id, status: { counts: { collected: 2, done: 0 } } });
    expect(new Set(second.runs.list().map((run) => run.id))).toEqual(new Set(plan.map(({ run }) => run)));
    await second.sweeps.collectByItself({ id, on: false });
    expect(second.sweeps.list()).toMatchObject([{ id, collectsByItself: false }]);
  });
});

/** The task of a compute node runs here, in a lab and a database of its own, and the folder is collected by another. */
describe("trainings of a sweep that do not finish", () => {
  const [node, again, home] = [newFolder(), newFolder(), newFolder()];
  const said: string[] = [];
  let lab: Lab;
  let folder: SweepFolder;
  let runs: readonly string[];

  const task = async (at: string, attempt: string): Promise<TaskEnd> => {
    const worker = await openIn(at);
    try {
      return await worker.cluster.task({
        folder,
        task: 0,
        scratch: at,
        attempt,
        node: "node1",
        stopWish: () => null,
        say: (line) => said.push(line),
      });
    } finally {
      await worker.close();
    }
  };
  const steps = (run: string): readonly number[] => lab.runs.metrics(run, "loss").map(({ step }) => step);

  beforeAll(async () => {
    // Wherever this is tested: no cluster answers.
    vi.stubEnv("PATH", "/nowhere");
    lab = await openIn(home);
    const base: TrainSpec = {
      ...SPEC,
      optimizer: { name: "adam", lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
      schedule: { name: "constant", warmupSteps: 0 },
      epochs: 30,
    };
    const { dir } = await lab.cluster.prepare({
      sweep: { kind: "grid", base, values: { "optimizer.lr": [0.01, 1e38, 0.02] } },
      name: "over the rate",
      options: v.parse(clusterOptionsSchema, { threads: 1, chunk: 3 }),
      from: home,
      given: () => Promise.resolve(null),
    });
    folder = new SweepFolder(dir);
    runs = folder.planHeads().map(({ run }) => run);
    // This node refuses what the third training records late.
    await (await openIn(node)).close();
    const db = connect(join(node, "lab.sqlite"), { nativeBinding });
    db.exec(`CREATE TRIGGER reads_badly BEFORE INSERT ON point
      WHEN NEW.step > 60 AND (SELECT run_id FROM series WHERE id = NEW.series_id) = '${runs[2]}'
      BEGIN SELECT RAISE(ABORT, 'the node has a bad disk'); END`);
    db.close();
  }, 120_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await lab.close();
    for (const name of [node, again, home]) rmSync(name, { recursive: true, force: true });
  });

  it("one that diverged is collected like others, says so, and is compared; one that failed in its middle keeps what it had", async () => {
    expect(await task(node, "1.0")).toBe("failed");
    expect([folder.indices("done"), folder.indices("state")]).toEqual([new Set([0, 1]), new Set([2])]);
    const before = await lab.cluster.status(folder.dir);
    expect(before).toMatchObject({ toCollect: 2, counts: { done: 2, failed: 0, unknown: 1 } });
    expect(before.trainings[1]).toMatchObject({
      state: "done",
      diverged: true,
      reason: expect.stringMatching(/became NaN or infinite at step/) as string,
    });

    const { added, unfinished, problem } = await lab.cluster.collect(folder.dir);
    expect([added, unfinished]).toEqual([runs.slice(0, 2), []]);
    // Whether the third is still on, nobody has said.
    expect(problem).toMatch(/squeue/);
    const { run, events } = lab.runs.get({ runId: runs[1] });
    expect(run).toMatchObject({ status: "failed", config: { sweep: "over the rate" } });
    expect(run.failure).toMatch(/became NaN or infinite/);
    expect(events.map(({ kind }) => kind)).toContain("diverged");
    expect(lab.runs.metrics(runs[1]).length).toBeGreaterThan(0);
    const { runs: compared } = await lab.runs.compare({ runIds: runs.slice(0, 2) });
    expect(compared.map(({ id }) => id)).toEqual(runs.slice(0, 2));
    const after = await lab.cluster.status(folder.dir);
    expect(after).toMatchObject({ toCollect: 0, counts: { collected: 2, done: 0 } });
    expect(after.trainings[1]).toMatchObject({ state: "collected", diverged: true });

    // As when Slurm says that its task has ended.
    const place = { appPath: "", resourcesDir: "", databasePath: join(home, "lab.sqlite") };
    const left = await collectSweep({ runs: lab.runs, place }, folder, [2]);
    expect(left).toMatchObject({ added: [runs[2]], unfinished: [runs[2]], damaged: [] });
    const failed = lab.runs.get({ runId: runs[2] }).run;
    expect(failed).toMatchObject({ status: "failed" });
    expect(failed.failure).toMatch(/the node has a bad disk/);
    expect(steps(runs[2]).length).toBeGreaterThan(0);
    expect(Math.max(...steps(runs[2]))).toBeLessThanOrEqual(60);
    expect(folder.collectedBy(join(home, "lab.sqlite")).states).toEqual(new Set([2]));
  });

  it("it goes on from there in another attempt, and takes its own place when it is done", async () => {
    expect(await task(again, "2.0")).toBe("whole");
    expect(said).toContain("0002 (optimizer.lr 0.02): goes on");
    const { added, unfinished, problem } = await lab.cluster.collect(folder.dir);
    expect([added, unfinished, problem]).toEqual([[runs[2]], [], ""]);
    expect(lab.runs.get({ runId: runs[2] }).run).toMatchObject({ status: "finished", failure: null });
    expect(steps(runs[2])).toEqual(Array.from({ length: 90 }, (_, i) => i + 1));
  });
});
