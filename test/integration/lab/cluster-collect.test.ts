import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withGivenWeights } from "../../../src/main/exchange/weights/given-weights.ts";
import type { LabEvent } from "../../../src/main/lab/activity/experiment.ts";
import type { Lab } from "../../../src/main/lab/lab.ts";
import { clusterOptionsSchema } from "../../../src/shared/experiments/cluster-sweep.ts";
import type { SweepSpec } from "../../../src/shared/specs/sweep-spec.ts";
import { TRAIN_PRESETS } from "../../../src/shared/specs/train-presets.ts";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";
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
    expect(await told(second, "sweepCollected", wish)).toEqual({ id, name: "over seed", runs: 1 });
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
