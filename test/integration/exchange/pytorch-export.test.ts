import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as v from "valibot";
import { readSafetensors } from "../../../src/main/data/safetensors.ts";
import { LOSS_NAMES } from "../../../src/core/network/network.ts";
import { SIMPLE_ACTIVATION_NAMES } from "../../../src/core/ops/activation.ts";
import { stateEntries } from "../../../src/main/exchange/torch/torch-state.ts";
import { networkOf } from "../../../src/shared/specs/network-spec.ts";
import {
  optimizerSchema,
  scheduleSchema,
  trainSpecSchema,
  type TrainSpec,
} from "../../../src/shared/specs/train-spec.ts";
import { LAYER_TYPES, typesIn } from "../../unit/main/exchange/lab-networks.ts";
import { times } from "../../thorough.ts";
import { openTestLab, type TestLab } from "../lab/open-test-lab.ts";
import { runPython, runTrainings, TORCH_PYTHON } from "./run-python.ts";

/** More than a step of the rate and a warm-up take. */
const STEPS = times(16, 40);
const linear = (from: number, out: number): object => ({ type: "linear", in: from, out });
const hidden = (...between: readonly object[]): object => ({
  layers: [linear(784, 20), ...between, linear(20, 10)],
});
const CASES: Readonly<Record<string, object>> = {
  "relu with shift, mse, clipping": {
    layers: [linear(784, 30), { type: "relu", shift: 0.5 }, linear(30, 1)],
    loss: "mse",
    optimizer: { name: "sgd", lr: 0.01 },
    clipNorm: 0.5,
  },
  "mse on onehot, rows as they lie, last batch left out": {
    ...hidden({ type: "relu" }),
    loss: "mseOneHot",
    shuffle: false,
    dropLast: true,
    data: { name: "mnist", split: "train", rows: 1_030 },
  },
  "label smoothing, last batch smaller": {
    ...hidden({ type: "relu" }),
    labelSmoothing: 0.1,
    data: { name: "mnist", split: "train", rows: 1_030 },
  },
  l1: {
    layers: [linear(784, 30), { type: "relu" }, linear(30, 1)],
    loss: "l1",
    optimizer: { name: "sgd", lr: 0.01 },
  },
  huber: {
    layers: [linear(784, 30), { type: "relu" }, linear(30, 1)],
    loss: "huber",
    delta: 0.7,
    optimizer: { name: "sgd", lr: 0.01 },
  },
  "a loss of one's own": {
    layers: [linear(784, 30), { type: "relu" }, linear(30, 1)],
    loss: "own",
    ownLoss: { name: "cauchy", forward: "maximum(log((y - t) ** 2 + 1), 0.001)" },
    optimizer: { name: "sgd", lr: 0.01 },
  },
  "class weights": {
    ...hidden({ type: "relu" }),
    // Whole numbers all of them, which are no floats in Python.
    classWeights: [1, 2, 3, 1, 1, 1, 4, 1, 1, 2],
    labelSmoothing: 0.05,
  },
  "binary cross entropy, weighted": {
    ...hidden({ type: "relu" }),
    loss: "binaryCrossEntropy",
    classWeights: [1, 2, 3, 0.5, 1, 1, 4, 1, 1, 0.1],
  },
  dropout: hidden({ type: "relu" }, { type: "dropout", rate: 0.3 }, { type: "dropout", rate: 0.1 }),
  "batch norm": hidden({ type: "batchNorm", momentum: 0.2 }, { type: "relu" }),
  "layer norm": hidden({ type: "layerNorm", eps: 1e-3 }, { type: "relu" }),
  "residual block": hidden({
    type: "residual",
    layers: [{ type: "batchNorm" }, { type: "relu" }, { type: "dropout", rate: 0.2 }, linear(20, 20)],
  }),
  "product of branches": hidden({
    type: "residual",
    layers: [
      { type: "batchNorm" },
      {
        type: "product",
        left: [linear(20, 12), { type: "own", name: "silu", forward: "z * sigmoid(z)" }],
        right: [linear(20, 12), { type: "dropout", rate: 0.2 }],
      },
      linear(12, 20),
    ],
  }),
  "gate of x": hidden({ type: "product", left: [], right: [linear(20, 20), { type: "sigmoid" }] }),
  "leaky relu": hidden({ type: "leakyRelu", slope: 0.2 }),
  ...Object.fromEntries(SIMPLE_ACTIVATION_NAMES.map((type) => [type, hidden({ type })])),
  "activations of one's own": hidden(
    { type: "own", name: "swish", forward: "z * sigmoid(z)" },
    linear(20, 20),
    {
      type: "own",
      name: "bump",
      forward: "exp(-square(z)) + 0.1 * abs(z)",
      backward: "dy * (0.1 * sign(z) - 2 * z * exp(-square(z)))",
    },
  ),
  "a layer of one's own": hidden({
    type: "ownLayer",
    name: "squeeze",
    layers: [
      { type: "linear", out: 10 },
      { type: "tanh" },
      { type: "layerNorm" },
      { type: "linear", out: 20 },
    ],
  }),
  "shifted images": { ...hidden({ type: "relu" }), augmentShift: 2 },
  "sgd with Nesterov": {
    optimizer: { name: "sgd", lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 },
  },
  adam: { optimizer: { name: "adam", lr: 0.003, weightDecay: 0.01 } },
  adamw: { optimizer: { name: "adamw", lr: 0.001, weightDecay: 0.1 } },
  // With eps 1e-8 and this rate one weight is 1.5e-4 from float64 (PyTorch's 0.2e-4): its first gradient, 2.7e-8, is
  // left of terms of 0.08, and a rounding of 5e-9 in it moves the weight by a tenth of the rate.
  "adamw, larger rate and eps": { optimizer: { name: "adamw", lr: 0.003, weightDecay: 0.1, eps: 1e-6 } },
  rmsprop: { optimizer: { name: "rmsprop", lr: 0.002, alpha: 0.9, weightDecay: 0.01 } },
  adagrad: { optimizer: { name: "adagrad", lr: 0.02, lrDecay: 0.1, initialAccumulatorValue: 0.1 } },
  "steps of the rate": { schedule: { name: "step", every: 7, gamma: 0.5 } },
  "steps, warm-up": { schedule: { name: "step", every: 7, gamma: 0.5, warmupSteps: 5 } },
  cosine: { schedule: { name: "cosine" } },
  "cosine, warm-up": { schedule: { name: "cosine", warmupSteps: 10 } },
  "one cycle": { schedule: { name: "oneCycle" } },
  "one cycle, warm-up": { schedule: { name: "oneCycle", warmupSteps: 3 } },
  "constant, warm-up": { schedule: { name: "constant", warmupSteps: 4 } },
  // Beside the network as it was drawn, which is what the first epoch has to be better than.
  "early stop after the first of several epochs": {
    data: { name: "mnist", split: "train", rows: 200 },
    earlyStop: { patience: 1, minDelta: 100 },
  },
};
const specOf = (given: object): TrainSpec =>
  v.parse(trainSpecSchema, {
    ...hidden({ type: "relu" }),
    loss: "crossEntropy",
    seed: 7,
    data: { name: "mnist", split: "train", rows: 1_000 },
    batchSize: 50,
    validRows: 200,
    steps: STEPS,
    optimizer: { name: "sgd", lr: 0.05 },
    statisticsEvery: 0,
    ...given,
  });

let test: TestLab;
beforeAll(async () => {
  test = await openTestLab(2);
});
afterAll(async () => {
  await test.close();
});

const folderOf = (name: string): string => join(test.folder, `torch ${name.replaceAll(/\W+/g, "-")}`);

async function trainAndExport(name: string): Promise<string> {
  const run = await test.lab.training.start({ spec: specOf(CASES[name] ?? {}), threads: 2 }).done;
  expect(run.failure).toBeNull();
  await test.lab.exchange.exportPyTorch({ runId: run.id }, { path: folderOf(name), overwrite: false });
  return run.id;
}

it("has a case for every optimiser, schedule, loss and layer", () => {
  const specs = Object.values(CASES).map(specOf);
  const names = (schema: { options: readonly { entries: { name: { literal: string } } }[] }): string[] =>
    schema.options.map(({ entries }) => entries.name.literal);
  expect(new Set(specs.map(({ optimizer }) => optimizer.name))).toEqual(new Set(names(optimizerSchema)));
  expect(new Set(specs.map(({ schedule }) => schedule.name))).toEqual(new Set(names(scheduleSchema)));
  expect(new Set(specs.map(({ loss }) => loss))).toEqual(new Set(LOSS_NAMES));
  expect(new Set(specs.flatMap(({ layers }) => typesIn(layers)))).toEqual(new Set(LAYER_TYPES));
});

describe.skipIf(TORCH_PYTHON === null)("in PyTorch (skipped where no Python can import torch)", () => {
  const relative = (a: number, b: number): number => Math.abs(a - b) / Math.max(Math.abs(b), 1e-12);

  it(
    `train.py prints ${STEPS} losses and ends with weights within 1e-4 of the lab's`,
    { timeout: 500_000 },
    async () => {
      const runIds = new Map<string, string>();
      for (const name of Object.keys(CASES)) runIds.set(name, await trainAndExport(name));
      const printed = await runTrainings(TORCH_PYTHON ?? "", Object.keys(CASES).map(folderOf));
      const parts = printed.split(/^folder .*$/m).slice(1);
      const found: Record<string, unknown> = {};
      for (const [index, name] of Object.keys(CASES).entries()) {
        const losses = [...(parts[index] ?? "").matchAll(/^step \d+ loss (\S+)$/gm)].map(([, loss]) =>
          Number(loss),
        );
        const ours = test.lab.runs.metrics(runIds.get(name) ?? "").filter((point) => point.name === "loss");
        expect(ours, name).toHaveLength("earlyStop" in (CASES[name] ?? {}) ? 4 : STEPS);
        expect(losses, name).toHaveLength(ours.length);
        const lossError = Math.max(...losses.map((loss, i) => relative(loss, ours[i]?.value ?? NaN)));
        const entries = stateEntries(networkOf(specOf(CASES[name] ?? {})));
        const read = async (file: string) =>
          (await readSafetensors(join(folderOf(name), file), undefined, { widen: true })).tensors;
        const [lab, torch] = [await read("weights.safetensors"), await read("trained.safetensors")];
        expect(Object.keys(torch).sort(), name).toEqual(entries.map(({ key }) => key).sort());
        let weightError = 0;
        for (const { key } of entries) {
          const [ours, theirs] = [lab[key], torch[key]];
          expect(theirs.shape, `${name} ${key}`).toEqual(ours.shape);
          theirs.data.forEach((value, i) => {
            weightError = Math.max(weightError, Math.abs(value - ours.data[i]));
          });
        }
        if (!(lossError < 1e-4) || !(weightError < 1e-4)) found[name] = { lossError, weightError };
      }
      expect(found).toEqual({});
    },
  );

  it(
    "what it learned loads strictly, and train.py alone says how far it is",
    { timeout: 300_000 },
    async () => {
      const name = "batch norm";
      await trainAndExport(name).catch(() => undefined);
      const printed = await runPython(TORCH_PYTHON ?? "", ["train.py", "--steps", "3"], folderOf(name));
      expect(printed).toMatch(/^3 losses compared with the lab's: largest relative difference \d/m);
      const program =
        "from model import Net; from lab_support import load_safetensors as load; " +
        "print(Net().load_state_dict(load('weights.safetensors'), strict=True), load('weights.safetensors')['1.num_batches_tracked'])";
      expect(await runPython(TORCH_PYTHON ?? "", ["-c", program], folderOf(name))).toBe(
        `<All keys matched successfully> tensor(${STEPS})\n`,
      );
    },
  );
});

describe("the folder", () => {
  it("reads as a person would write it", async () => {
    const spec = specOf(CASES["relu with shift, mse, clipping"] ?? {});
    const path = join(test.folder, "a folder");
    await test.lab.exchange.exportPyTorch({ spec }, { path, overwrite: false });
    expect(readFileSync(join(path, "model.py"), "utf8")).toContain(
      "        super().__init__(\n            nn.Linear(784, 30),\n            ShiftedReLU(0.5),\n            nn.Linear(30, 1),\n        )",
    );
    const { tensors } = await readSafetensors(join(path, "initial.safetensors"));
    expect(tensors["0.weight"].shape).toEqual([30, 784]);
    await expect(test.lab.exchange.exportPyTorch({ spec }, { path, overwrite: false })).rejects.toThrow(
      /exist/,
    );
  });

  it("leaves nothing where the disk is full (needs to mount a small disk)", async (context) => {
    const spec = specOf(CASES["dropout"] ?? {});
    const disk = join(test.folder, "disk");
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      return context.skip();
    }
    try {
      const fill = (path: string) => test.lab.exchange.exportPyTorch({ spec }, { path, overwrite: true });
      await expect(fill(join(disk, "a", "new"))).rejects.toThrow(/no space left on device/);
      expect(readdirSync(disk)).toEqual([]);
      // What was there stays.
      writeFileSync(join(disk, "notes.txt"), "mine");
      await expect(fill(disk)).rejects.toThrow(/no space left on device/);
      expect(readdirSync(disk)).toEqual(["notes.txt"]);
    } finally {
      execFileSync("umount", ["-l", disk]);
    }
  });
});
