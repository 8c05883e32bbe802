import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as v from "valibot";
import { ContractError } from "../../../src/core/errors.ts";
import { resolveTraining } from "../../../src/main/lab/training/resolved-training.ts";
import { readIdx } from "../../../src/main/data/read-idx.ts";
import { readNpy } from "../../../src/main/data/read-npy.ts";
import { readSafetensors, writeSafetensors } from "../../../src/main/data/safetensors.ts";
import { DataImporter } from "../../../src/main/lab/datasets/import/data-importer.ts";
import { DatasetLibrary } from "../../../src/main/lab/datasets/dataset-library.ts";
import { Checkpoints } from "../../../src/main/lab/training/session/checkpoints.ts";
import { expandSweep, sweepSpecSchema } from "../../../src/shared/specs/sweep-spec.ts";
import { parseRunQuery } from "../../../src/shared/runs/run-query.ts";
import { TRAIN_PRESETS } from "../../../src/shared/specs/train-presets.ts";
import { trainSpecSchema } from "../../../src/shared/specs/train-spec.ts";
import { wrong, written, type FuzzTarget } from "./fuzz-target.ts";
import { STORED_TARGETS } from "./stored-targets.ts";

const product = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
const csv = Array.from({ length: 40 }, (_, row) => `${row % 10},${row},0.5,-1e3\n`).join("");

const table =
  (name: string): FuzzTarget["read"] =>
  async (bytes, folder) => {
    const importer = new DataImporter();
    const watch = { checkpoint: () => undefined, progress: () => undefined };
    const { plan, rows } = await importer.preview([written(folder, name, bytes)], {}, watch);
    wrong(rows < 0, "a table of another size");
    try {
      const { dataset } = await importer.accept(join(folder, "imported"), plan, watch);
      const taken = dataset.trainRows + dataset.validRows + dataset.testRows;
      wrong(taken !== rows, "other rows than there are");
    } catch (error) {
      // A plan that does not fit is refused in words.
      if (!(error instanceof ContractError)) throw error;
    } finally {
      rmSync(join(folder, "imported"), { recursive: true, force: true });
    }
  };

const { spec } = TRAIN_PRESETS.small;
const sweep = { kind: "grid", base: spec, values: { "optimizer.lr": [0.1, 0.01], seed: [1, 2] } };

/** Everything that is read from outside. */
export const FUZZ_TARGETS: Readonly<Record<string, FuzzTarget>> = {
  idx: {
    sound: () =>
      Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 4, ...Array.from({ length: 12 }, (_, i) => i)),
    read: async (bytes, folder) => {
      const { shape, data } = await readIdx(written(folder, "x", bytes));
      if (bytes[0] === 0x1f) return;
      const size =
        new Map([
          [8, 1],
          [9, 1],
          [11, 2],
          [12, 4],
          [13, 4],
          [14, 8],
        ]).get(bytes[2]) ?? NaN;
      wrong(4 + 4 * shape.length + size * product(shape) !== bytes.length, "another size or type");
      if (bytes[2] !== 8) return;
      wrong(
        !Buffer.from(data).equals(Buffer.from(bytes.subarray(bytes.length - data.length))),
        "other values",
      );
    },
  },
  npy: {
    sound: () => readFileSync("test/golden/notebook_b1.npy"),
    read: async (bytes, folder) => {
      const { shape, data } = await readNpy(written(folder, "x.npy", bytes));
      const view = Buffer.from(bytes);
      const [begin, length] = bytes[6] === 1 ? [10, view.readUInt16LE(8)] : [12, view.readUInt32LE(8)];
      // An oracle of another kind: the dictionary as JSON.
      const json = view
        .toString("latin1", begin, begin + length)
        .replaceAll("'", '"')
        .replaceAll("True", "true")
        .replaceAll("False", "false")
        .replaceAll("(", "[")
        .replaceAll(")", "]")
        .replaceAll(/(?<=\d)L/g, "")
        .replaceAll(/,\s*(?=[\]}])/g, "");
      const header = JSON.parse(json) as { descr: string; fortran_order: boolean; shape: number[] };
      wrong(Object.keys(header).sort().join() !== "descr,fortran_order,shape", "header");
      wrong(header.shape.join() !== shape.join() || data.length !== product(shape), "another shape");
      wrong(begin + length + Number(header.descr.slice(2)) * product(shape) !== bytes.length, "another size");
    },
  },
  safetensors: {
    sound: async (folder) => {
      const path = join(folder, "sound.safetensors");
      const tensors = {
        w: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
        b: { shape: [3], data: Float32Array.of(7, 8, 9) },
      };
      await writeSafetensors(path, { tensors, metadata: { step: "7" } });
      return readFileSync(path);
    },
    read: async (bytes, folder) => {
      const { tensors } = await readSafetensors(written(folder, "x.safetensors", bytes));
      const headerBytes = Number(Buffer.from(bytes).readBigUInt64LE(0));
      const header = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + headerBytes));
      wrong(!header.startsWith("{"), "another beginning");
      const found = Object.values(tensors);
      const values = found.reduce((sum, { data }) => sum + data.length, 0);
      wrong(8 + headerBytes + 4 * values !== bytes.length, "holes, overlaps or bytes behind");
      wrong(header.split('"dtype"').length - 1 !== found.length, "a name twice");
      wrong(
        found.some(({ shape, data }) => product(shape) !== data.length),
        "another shape",
      );
    },
  },
  csv: { sound: () => Buffer.from(csv), read: table("x.csv") },
  "csv.gz": { sound: () => gzipSync(csv), read: table("x.csv.gz") },
  spec: {
    sound: () => Buffer.from(JSON.stringify(spec)),
    read: (bytes) => {
      const taken = v.parse(trainSpecSchema, JSON.parse(text(bytes)));
      wrong(!v.is(trainSpecSchema, JSON.parse(JSON.stringify(taken))), "it is not taken again");
      wrong(!(taken.batchSize >= 1 && Number.isFinite(taken.optimizer.lr)), "a number out of bounds");
    },
  },
  sweep: {
    sound: () => Buffer.from(JSON.stringify(sweep)),
    read: (bytes) => {
      const trainings = expandSweep(v.parse(sweepSpecSchema, JSON.parse(text(bytes))));
      wrong(trainings.length > 1_000, "more trainings than a sweep may have");
    },
  },
  query: {
    sound: () =>
      Buffer.from('kind:training -tag:old lr>=0.01 last."gradient norm"<3 started!=2026-11-23 "two words"'),
    read: (bytes) => {
      parseRunQuery(text(bytes));
    },
  },
  dataset: {
    sound: () =>
      Buffer.from(JSON.stringify({ id: "d", title: "D", trainRows: 3, validRows: 1, normalisation: "unit" })),
    read: (bytes, folder) => {
      mkdirSync(join(folder, "data", "d"), { recursive: true });
      written(join(folder, "data", "d"), "dataset.json", bytes);
      const list = new DatasetLibrary({ root: join(folder, "data"), resourcesDir: "resources" }).list();
      wrong(
        list.slice(1).some(({ id, trainRows }) => id !== "d" || !(trainRows >= 1)),
        "another identity or no rows",
      );
    },
  },
  checkpoint: {
    sound: async (folder) => {
      const path = join(folder, "sound.safetensors");
      const shapes = { w1: [784, 10], b1: [10] };
      const tensors = Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => [
          name,
          { shape, data: new Float32Array(product(shape)) },
        ]),
      );
      const metadata = { step: "1", evaluated: "false", wallMs: "5", rateChanges: "[]" };
      await writeSafetensors(path, { tensors, metadata });
      return readFileSync(path);
    },
    read: async (bytes, folder) => {
      const small = v.parse(trainSpecSchema, {
        ...spec,
        layers: [{ type: "linear", in: 784, out: 10 }],
        optimizer: { name: "sgd", lr: 0.1 },
      });
      const checkpoints = new Checkpoints(folder, "run", resolveTraining(small));
      mkdirSync(checkpoints.folder, { recursive: true });
      writeFileSync(checkpoints.pathOf("final"), bytes);
      const { state } = await checkpoints.load("final");
      wrong(Object.keys(state.values).length !== 2 || state.values["w1"].length !== 7840, "other tensors");
    },
  },
  ...STORED_TARGETS,
};
