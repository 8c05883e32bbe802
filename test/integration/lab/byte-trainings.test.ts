import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawParameters } from "../../../src/core/init/draw-parameters.ts";
import { hash32 } from "../../../src/core/random/hash.ts";
import { Engine } from "../../../src/main/engine/engine.ts";
import { DataRows } from "../../../src/main/lab/compute/data-rows.ts";
import { DatasetLibrary } from "../../../src/main/lab/datasets/dataset-library.ts";
import { resolveTraining } from "../../../src/main/lab/training/resolved-training.ts";
import { Trainer } from "../../../src/main/lab/training/session/trainer.ts";
import type { TrainerData } from "../../../src/main/lab/training/session/training-program.ts";
import { openStore } from "../../../src/main/store/open/open-store.ts";
import type { Store } from "../../../src/main/store/store.ts";
import type { InstructionSet } from "../../../src/shared/engine/instruction-sets.ts";
import { MNIST_DATASET } from "../../../src/shared/experiments/dataset.ts";
import type { StoredDataset } from "../../../src/shared/experiments/stored-dataset.ts";
import { NOTEBOOK_SPEC } from "../../../src/shared/specs/notebook-spec.ts";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { WORKER_FILE } from "../engine/start-engine.ts";
import { THOROUGH } from "../../thorough.ts";
import { labOptions } from "./open-test-lab.ts";

const CLASSES = 4;
/** Pictures of 13 × 7: no whole number of vectors, rows at odd bytes. */
const ODD = { features: 91, layout: { height: 13, width: 7, channels: 1 }, trainRows: 157, validRows: 23 };

/** Imported pictures whose bytes are normalised by one scaling. */
const odd = (id: string, scaling: StoredDataset["scaling"]): StoredDataset => ({
  dataset: {
    ...MNIST_DATASET,
    ...ODD,
    id,
    title: id,
    testRows: 0,
    normalisation: scaling.offsets.length > 1 ? "feature" : "global",
    target: { kind: "classes", names: Array.from({ length: CLASSES }, (_, index) => String(index)) },
  },
  scaling,
  recipe: null,
  files: [],
  notes: [],
  importedAt: "2026-11-28T00:00:00.000Z",
  sizeBytes: 0,
});
const IMPORTED = [
  odd("odd-width", { offsets: [101.7], scales: [1 / 63.3] }),
  odd("scaled-by-feature", {
    offsets: Array.from({ length: ODD.features }, (_, feature) => 90 + feature / 7),
    scales: Array.from({ length: ODD.features }, (_, feature) => 1 / (40 + feature)),
  }),
];

/** A folder of pictures as an earlier version left it. */
const FOLDER = { title: "Folder", trainRows: 130, validRows: 30, normalisation: "meanStd" };

let folder = "";
let store: Store;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-bytes-"));
  const { databasePath: path, nativeBinding } = labOptions(folder, 1);
  store = openStore({ path, nativeBinding });
  for (const stored of IMPORTED) {
    const { id, features, trainRows, validRows } = stored.dataset;
    const rows = trainRows + validRows;
    const place = join(store.datasetsFolder, id);
    mkdirSync(place, { recursive: true });
    writeFileSync(
      join(place, "features.bin"),
      Uint8Array.from({ length: rows * features }, (_, i) => hash32(i)),
    );
    const targets = Float32Array.from({ length: rows }, (_, row) => hash32(row) % CLASSES);
    writeFileSync(join(place, "targets.bin"), new Uint8Array(targets.buffer));
    store.datasets.save(stored);
  }
  const place = join(store.datasetsFolder, "folder");
  const rows = FOLDER.trainRows + FOLDER.validRows;
  mkdirSync(place);
  writeFileSync(join(place, "dataset.json"), JSON.stringify({ ...FOLDER, id: "folder" }));
  writeFileSync(
    join(place, "images.bin"),
    Uint8Array.from({ length: rows * 784 }, (_, i) => hash32(i)),
  );
  writeFileSync(
    join(place, "labels.bin"),
    Uint8Array.from({ length: rows }, (_, i) => hash32(i) % 10),
  );
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Trained {
  readonly name: string;
  readonly rows: number;
  readonly validRows: number;
  readonly features: number;
  readonly outputs: number;
  readonly asBytes: boolean;
}

/** Batches of 24 leave a part of one over. */
const TRAINED: readonly Trained[] = [
  { name: "mnist", rows: 331, validRows: 50, features: 784, outputs: 10, asBytes: true },
  { name: "folder", rows: 130, validRows: 30, features: 784, outputs: 10, asBytes: true },
  { name: "odd-width", rows: 157, validRows: 23, features: 91, outputs: CLASSES, asBytes: true },
  { name: "scaled-by-feature", rows: 157, validRows: 23, features: 91, outputs: CLASSES, asBytes: false },
];

const specOf = ({ name, rows, validRows, features, outputs }: Trained): TrainSpec => ({
  ...NOTEBOOK_SPEC,
  layers: [
    { type: "linear", in: features, out: 17, init: "kaimingNormal" },
    { type: "relu", shift: 0 },
    { type: "linear", in: 17, out: outputs, init: "kaimingNormal" },
  ],
  loss: "crossEntropy",
  data: { name, split: "train", rows },
  validRows,
  batchSize: 24,
  shuffle: true,
  dropLast: false,
  epochs: 2,
  statisticsEvery: 3,
});

async function found(engine: Engine, spec: TrainSpec, data: TrainerData, threads: number): Promise<unknown> {
  const training = resolveTraining(spec);
  const parameters = drawParameters(training.network, training.schemes, spec.seed);
  const trainer = new Trainer(engine, training, { data, threads, parameters, givesWay: false });
  const metrics: unknown[] = [];
  while (!trainer.finished) {
    await trainer.advance((batch) => {
      metrics.push(...batch.map(({ name, step, value }) => [name, step, value]));
    });
  }
  const evaluations = await trainer.evaluate();
  const weights = Object.entries(trainer.state().values).map(([name, values]) => [
    name,
    Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("hex"),
  ]);
  trainer.release();
  return { metrics, evaluations, weights };
}

describe("a training from bytes", () => {
  it.each([undefined, "javascript"] as const)(
    "has the bits of one from floats, whatever the pictures and the threads: kernels %s",
    async (kernels: InstructionSet | undefined) => {
      const engine = await Engine.start({
        threads: 4,
        workerFile: WORKER_FILE,
        ...(kernels === undefined ? {} : { kernels }),
      });
      const library = new DatasetLibrary({
        root: store.datasetsFolder,
        resourcesDir: resolve("resources"),
        store,
      });
      const rows = new DataRows(engine, library);
      for (const one of TRAINED) {
        const spec = specOf(one);
        const valid = { name: one.name, split: "valid", rows: one.validRows } as const;
        const background = await rows.background(one.name);
        for (const threads of THOROUGH ? [1, 2, 4] : [1, 4]) {
          const floats: TrainerData = {
            train: { ...(await rows.rows(spec.data)), byteValues: null },
            valid: { ...(await rows.rows(valid)), byteValues: null },
            background,
          };
          const wanted = await found(engine, spec, floats, threads);
          const bytes: TrainerData = {
            train: await rows.trainingRows(spec.data),
            valid: await rows.trainingRows(valid),
            background,
          };
          expect(bytes.train.x.dtype).toBe(one.asBytes ? "uint8" : "float32");
          expect(await found(engine, spec, bytes, threads), `${one.name}, ${threads} threads`).toEqual(
            wanted,
          );
        }
      }
      rows.release();
      await engine.close();
    },
  );
});
