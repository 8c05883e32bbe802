import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { STATISTICS, STATISTICS_LENGTH, type Op } from "../../../src/core/ops/op.ts";
import type { Tensor } from "../../../src/core/ops/recording-ops.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { resolveTraining } from "../../../src/main/lab/training/resolved-training.ts";
import { readParameters } from "../../../src/main/data/read-parameters.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { DatasetLibrary } from "../../../src/main/lab/datasets/dataset-library.ts";
import { DataRows } from "../../../src/main/lab/compute/data-rows.ts";
import { EVALUATION_ROWS } from "../../../src/main/lab/training/session/record-evaluation.ts";
import { Trainer, type StepMetric } from "../../../src/main/lab/training/session/trainer.ts";
import type { TrainerData } from "../../../src/main/lab/training/session/training-program.ts";
import { DEEP_CLASSIFIER, networkOf } from "../../../src/shared/specs/network-spec.ts";
import { NOTEBOOK_SPEC } from "../../../src/shared/specs/notebook-spec.ts";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { startEngine } from "../engine/start-engine.ts";
import { GOLDEN_FOLDER, openTestLab, type TestLab } from "./open-test-lab.ts";

interface Trajectory {
  readonly losses: readonly number[];
  readonly final_w1_norm: number;
  readonly final_w3_norm: number;
}

const { trajectories } = JSON.parse(readFileSync(join(GOLDEN_FOLDER, "golden.json"), "utf8")) as {
  readonly trajectories: Readonly<Record<string, Trajectory>>;
};
const SGD = { name: "sgd", lr: 0.05, momentum: 0, nesterov: false, weightDecay: 0 } as const;
const OPTIMIZERS: Readonly<Record<string, TrainSpec["optimizer"]>> = {
  sgd: SGD,
  sgd_momentum: { ...SGD, lr: 0.02, momentum: 0.9 },
  sgd_weight_decay: { ...SGD, weightDecay: 0.01 },
  adam: { name: "adam", lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
};

/** Batches of 64 rows as they lie, 40 steps. */
const IN_ORDER: TrainSpec = {
  ...NOTEBOOK_SPEC,
  ...DEEP_CLASSIFIER,
  data: { name: "mnist", split: "train", rows: 2_560 },
  shuffle: false,
  validRows: 0,
  epochs: undefined,
  steps: 40,
};

let engine: Engine;
let data: DataRows;
beforeAll(async () => {
  engine = await startEngine(2);
  data = new DataRows(
    engine,
    new DatasetLibrary({ root: "no-such-folder", resourcesDir: resolve("resources") }),
  );
});
afterAll(async () => {
  data.release();
  await engine.close();
});

/** Trains to the end and gives every step's loss. */
async function losses(trainer: Trainer, until = Infinity): Promise<number[]> {
  const found: number[] = [];
  while (!trainer.finished && trainer.step < until) {
    await trainer.advance((metrics) => {
      found.push(...metrics.filter(({ name }) => name === "loss").map(({ value }) => value));
    });
  }
  return found;
}

async function start(spec: TrainSpec, given?: TrainerData): Promise<Trainer> {
  return new Trainer(engine, resolveTraining(spec), {
    data: given ?? { train: await data.trainingRows(spec.data), valid: null, background: 0 },
    threads: 2,
    givesWay: false,
    parameters: await readParameters(networkOf(spec), GOLDEN_FOLDER, "deep_"),
  });
}

const norm = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

const bitsOf = (values: Float32Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, values.length);

describe("Trainer", () => {
  it("has from bytes the bits that it has from floats: losses, weights, evaluations of several pieces", async () => {
    const rows = 2 * EVALUATION_ROWS + 123;
    const spec: TrainSpec = {
      ...IN_ORDER,
      shuffle: true,
      data: { ...IN_ORDER.data, rows },
      augmentShift: 2,
      statisticsEvery: 3,
    };
    const valid = { name: spec.data.name, split: "valid", rows: 500 } as const;
    const background = await data.background(spec.data.name);
    const found = async (given: TrainerData): Promise<unknown> => {
      const trainer = await start(spec, given);
      const metrics: unknown[] = [];
      while (!trainer.finished) {
        await trainer.advance((batch) => {
          metrics.push(...batch.map(({ name, step, value }) => [name, step, value]));
        });
      }
      const evaluations = await trainer.evaluate();
      const weights = Object.entries(trainer.state().values).map(([name, values]) => [name, bitsOf(values)]);
      trainer.release();
      return { metrics, evaluations, weights };
    };
    const floats = await found({
      train: { ...(await data.rows(spec.data)), byteValues: null },
      valid: { ...(await data.rows(valid)), byteValues: null },
      background,
    });
    const train = await data.trainingRows(spec.data);
    expect(train.x.dtype).toBe("uint8");
    const bytes = await found({ train, valid: await data.trainingRows(valid), background });
    expect(bytes).toEqual(floats);
  });

  it("gathers the floats that the data set's rows are, and scales them by the engine's own statistics", async () => {
    const { x, byteValues } = await data.trainingRows(IN_ORDER.data);
    expect(byteValues?.affine).not.toBeNull();
    const { memory } = engine.arena;
    const table = viewOf(memory, byteValues!.values, "float32").slice();
    const gathered = Float32Array.from(viewOf(memory, x, "uint8"), (byte) => table[byte]);
    const floatRows = viewOf(memory, (await data.rows(IN_ORDER.data)).x, "float32").slice();
    // A matcher would take half a minute over two million elements.
    expect(Buffer.from(gathered.buffer).equals(Buffer.from(floatRows.buffer))).toBe(true);
    const { x: bytes } = await data.trainingRows({ name: "mnist", split: "train", rows: 50_000 });
    const scope = engine.arena.scope();
    const floats = scope.tensor("x", bytes.shape);
    const values = scope.tensor("values", [256]);
    viewOf(memory, values, "float32").set(Float32Array.from({ length: 256 }, (_, byte) => byte / 256));
    const out = scope.tensor("statistics", [STATISTICS_LENGTH], "float64");
    const ops: Op<Tensor>[] = [
      { op: "gatherBytes", bytes, values, indices: null, out: floats, affine: null },
      { op: "statistics", x: floats, out },
    ];
    await engine.run([{ program: { ops }, repeats: 1 }], { threads: 2 });
    const statistics = viewOf(memory, out, "float64").slice();
    scope.release();
    const [mean, std] = [statistics[STATISTICS.mean], statistics[STATISTICS.std]];
    expect(Float32Array.from(table, (_, byte) => (byte / 256 - mean) * (1 / std))).toEqual(table);
  });

  it.each(Object.entries(OPTIMIZERS))("follows PyTorch's losses with %s", async (name, optimizer) => {
    const trainer = await start({ ...IN_ORDER, optimizer });
    const found = await losses(trainer);
    const { values } = trainer.state();
    trainer.release();
    const golden = trajectories[name];
    expect(found).toHaveLength(40);
    found.forEach((loss, step) => {
      expect(Math.abs(loss / golden.losses[step] - 1), `step ${step + 1}`).toBeLessThan(1e-4);
    });
    expect(Math.abs(norm(values["w1"]) / golden.final_w1_norm - 1)).toBeLessThan(1e-4);
    expect(Math.abs(norm(values["w3"]) / golden.final_w3_norm - 1)).toBeLessThan(1e-4);
  });

  it("goes on from a saved state with the same losses, bit by bit", async () => {
    const spec: TrainSpec = {
      ...IN_ORDER,
      shuffle: true,
      steps: 120,
      optimizer: OPTIMIZERS["adam"],
      schedule: { name: "oneCycle", warmupSteps: 0 },
      clipNorm: 1,
    };
    const whole = await start(spec);
    const expected = await losses(whole);
    const half = await start(spec);
    const first = await losses(half, 50);
    const saved = half.state();
    whole.release();
    half.release();
    const again = await start(spec);
    again.restore(saved);
    const rest = await losses(again);
    again.release();
    expect([...first, ...rest]).toEqual(expected);
  });

  it("evaluates an epoch that is one dispatch by the same dispatch, with the bits of one of its own", async () => {
    const spec: TrainSpec = {
      ...IN_ORDER,
      data: { ...IN_ORDER.data, rows: 100 },
      shuffle: true,
      statisticsEvery: 3,
      steps: undefined,
      epochs: 7,
      optimizer: OPTIMIZERS["adam"],
    };
    const given = {
      train: await data.trainingRows(spec.data),
      valid: await data.trainingRows({ name: "mnist", split: "valid", rows: 50 }),
      background: await data.background("mnist"),
    };
    const dispatches = vi.spyOn(engine, "run");
    const found = async (evaluates: boolean): Promise<{ epochs: unknown; runs: number }> => {
      const trainer = await start(spec, given);
      dispatches.mockClear();
      const epochs: unknown[] = [];
      while (!trainer.finished) {
        const steps: unknown[] = [];
        const keep = (batch: readonly StepMetric[]): void => {
          steps.push(...batch.map(({ name, step, value }) => [name, step, value]));
        };
        await trainer.advance(keep, { evaluates });
        const { step, values } = trainer.state();
        const weights = Object.entries(values).map(([name, floats]) => [name, bitsOf(floats)]);
        epochs.push({ step, steps, weights, found: await trainer.evaluate() });
      }
      const runs = dispatches.mock.calls.length;
      trainer.release();
      return { epochs, runs };
    };
    const [apart, together] = [await found(false), await found(true)];
    dispatches.mockRestore();
    expect(together.epochs).toEqual(apart.epochs);
    expect([apart.runs, together.runs]).toEqual([14, 7]);
  });

  it("plans a short epoch's program once: its memory and its barriers are the first epoch's", async () => {
    const trainer = await start({ ...IN_ORDER, data: { ...IN_ORDER.data, rows: 128 }, statisticsEvery: 2 });
    const before = engine.plansReused;
    await losses(trainer);
    trainer.release();
    // Of 20 epochs each has a program without statistics and one with them; only the first's are planned.
    expect(engine.plansReused - before).toBe(2 * 19);
  });

  it("clips the norm of all gradients together", async () => {
    const free = await start({ ...IN_ORDER, optimizer: { ...SGD, lr: 1 }, steps: 1 });
    const clipped = await start({ ...IN_ORDER, optimizer: { ...SGD, lr: 1 }, steps: 1, clipNorm: 0.5 });
    const moved = async (trainer: Trainer): Promise<number> => {
      const before = trainer.state().values;
      await losses(trainer);
      const after = trainer.state().values;
      trainer.release();
      const squares = Object.keys(before).map((name) =>
        norm(after[name].map((value, i) => value - before[name][i])),
      );
      return Math.hypot(...squares);
    };
    expect(await moved(free)).toBeGreaterThan(0.6);
    expect(await moved(clipped)).toBeCloseTo(0.5, 4);
  });

  it("fault 37: keeps the last good weights when the loss is no longer finite", async () => {
    const trainer = await start({ ...IN_ORDER, optimizer: { ...SGD, lr: 1e30 } });
    const before = trainer.state();
    await expect(losses(trainer)).rejects.toThrow(/NaN or infinite at step/);
    expect(trainer.state()).toEqual(before);
    trainer.release();
  });
});

describe("Lab.train()", () => {
  let test: TestLab;
  beforeAll(async () => {
    test = await openTestLab(2);
  });
  afterAll(async () => {
    await test.close();
  });

  it("trains a classifier, with its accuracy on both sets after each epoch", async () => {
    const spec: TrainSpec = {
      ...IN_ORDER,
      shuffle: true,
      epochs: 3,
      steps: undefined,
      validRows: 1_000,
      optimizer: { ...SGD, lr: 0.1 },
    };
    const run = await test.lab.training.start({ spec, threads: 2 }).done;
    expect(run).toMatchObject({ kind: "training", status: "finished", rows: 2_560 });
    const metrics = test.lab.runs.metrics(run.id);
    const accuracy = metrics.filter(({ name }) => name === "validAccuracy").map(({ value }) => value);
    expect(accuracy).toHaveLength(4);
    expect(accuracy[0]).toBeLessThan(0.3);
    expect(accuracy[3]).toBeGreaterThan(0.8);
    expect(run.summary["validAccuracy"]).toBe(accuracy[3]);
    expect(metrics.filter(({ name }) => name === "loss")).toHaveLength(120);
  });
});
