import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ByteWriter, parquetWrite } from "hyparquet-writer";
import { encode as encodeJpeg } from "jpeg-js";
import { PNG } from "pngjs";
import { ContractError } from "../../../src/core/errors.ts";
import { parameterShapes } from "../../../src/core/network/network.ts";
import { networkFromOnnx } from "../../../src/main/exchange/onnx/network-from-onnx.ts";
import { onnxModel } from "../../../src/main/exchange/onnx/onnx-model.ts";
import { readOnnx } from "../../../src/main/exchange/onnx/read-onnx.ts";
import { findSources } from "../../../src/main/exchange/runs/find-sources.ts";
import {
  histogramRecord,
  scalarRecord,
  settingsRecord,
  textRecord,
  versionRecord,
} from "../../../src/main/exchange/tensorboard/event-writer.ts";
import { toTorchState } from "../../../src/main/exchange/torch/torch-state.ts";
import { readWeightsFile } from "../../../src/main/exchange/weights/read-weights-file.ts";
import { readImage } from "../../../src/main/data/read-image.ts";
import { readNpz } from "../../../src/main/data/read-npz.ts";
import { writeSafetensors } from "../../../src/main/data/safetensors.ts";
import { DataImporter } from "../../../src/main/lab/datasets/import/data-importer.ts";
import { networkOf } from "../../../src/shared/specs/network-spec.ts";
import { someParameters } from "../../unit/main/exchange/lab-networks.ts";
import { npyBytes } from "../../unit/main/lab/datasets/import-folder.ts";
import { storedZip } from "../../unit/main/lab/datasets/stored-zip.ts";
import { wrong, written, type FuzzTarget } from "./fuzz-target.ts";

const product = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);
const WATCH = { checkpoint: () => undefined, progress: () => undefined };

/** What is refused in words although nothing is wrong with the file's format. */
async function unlessRefused(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
  }
}

/** Preview and import of a file; what is taken has the rows that were previewed, or fewer where some miss values. */
const imported =
  (name: string): FuzzTarget["read"] =>
  (bytes, folder) =>
    unlessRefused(async () => {
      const importer = new DataImporter();
      const root = join(folder, "imported");
      const { plan, rows } = await importer.preview([written(folder, name, bytes)], {}, WATCH);
      try {
        const { dataset } = await importer.accept(root, { ...plan, missing: "drop" }, WATCH);
        const taken = dataset.trainRows + dataset.validRows + dataset.testRows;
        wrong(taken > rows || dataset.trainRows < 1, "other rows than there are");
        wrong(!dataset.target.names.every((one) => one.length <= 10_000), "names without end");
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    });

const picture = (side: number): Uint8Array =>
  Uint8Array.from({ length: 4 * side * side }, (_, i) => (i % 4 === 3 ? 255 : (i * 37) % 256));

const image =
  (name: string): FuzzTarget["read"] =>
  async (bytes, folder) => {
    const { height, width, channels, values } = await readImage(written(folder, name, bytes));
    wrong(values.length !== height * width * channels, "another size");
    wrong(height > 4_096 || width > 4_096, "larger than an image may be");
  };

const NETWORK = networkOf({
  layers: [
    { type: "linear", in: 4, out: 3, init: "kaimingNormal" },
    { type: "batchNorm", momentum: 0.1, eps: 1e-5 },
    { type: "relu", shift: 0 },
    {
      type: "residual",
      layers: [{ type: "linear", in: 3, out: 3, init: "kaimingNormal" }, { type: "tanh" }],
    },
    { type: "linear", in: 3, out: 2, init: "kaimingNormal" },
  ],
  loss: "crossEntropy",
});

function requireFits(
  network: Parameters<typeof parameterShapes>[0],
  parameters: Readonly<Record<string, Float32Array>>,
): void {
  const shapes = parameterShapes(network);
  wrong(Object.keys(parameters).length !== shapes.length, "tensors missing or too many");
  for (const { name, shape } of shapes)
    wrong(parameters[name].length !== product(shape), `another shape of ${name}`);
}

const weights =
  (name: string): FuzzTarget["read"] =>
  (bytes, folder) =>
    unlessRefused(async () => {
      requireFits(NETWORK, (await readWeightsFile(written(folder, name, bytes), NETWORK)).parameters);
    });

/** Runs of a file; whatever is taken is no more than its bytes can say. */
const runs =
  (name: string): FuzzTarget["read"] =>
  (bytes, folder) =>
    unlessRefused(async () => {
      let points = 0;
      for (const source of await findSources(written(folder, name, bytes), null)) {
        for await (const batch of source.read()) {
          points += batch.points.length;
          wrong(
            batch.points.some(({ name: metric, value }) => metric === "" || typeof value !== "number"),
            "no number",
          );
          wrong(batch.head.key === "", "a run without an identity");
        }
        wrong(!source.notes().every((note) => note.length < 10_000), "notes without end");
      }
      wrong(points > bytes.length, "more points than bytes");
    });

const at = (step: number) => ({ timeMs: 1_700_000_000_000 + step, step });
const EVENTS = [
  versionRecord(1_700_000_000_000),
  settingsRecord(1_700_000_000_000, { lr: 0.1, optimizer: "sgd" }),
  ...Array.from({ length: 6 }, (_, step) => scalarRecord(at(step), "loss", 1 / (step + 1))),
  histogramRecord(at(3), "w1", { lo: -1, hi: 1, counts: [1, 2, 3] }),
  textRecord(at(4), "note", "a text"),
];
const lines = (rows: readonly object[]): Uint8Array =>
  Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));

/** What comes from other tools and as a person's own data. */
export const IMPORTER_TARGETS: Readonly<Record<string, FuzzTarget>> = {
  tsv: {
    sound: () =>
      Buffer.from(
        `\uFEFFname\tage\tkind\n${Array.from({ length: 30 }, (_, i) => `"a ""b""\tc"\t${i},5\t${["x", "y"][i % 2] ?? ""}`).join("\r\n")}`,
        "utf16le",
      ),
    read: imported("x.tsv"),
  },
  parquet: {
    sound: () => {
      const writer = new ByteWriter();
      const column = (name: string, data: (number | string)[], type: "DOUBLE" | "STRING") => ({
        name,
        data,
        type,
      });
      void parquetWrite({
        writer,
        columnData: [
          column(
            "a",
            Array.from({ length: 40 }, (_, i) => i / 3),
            "DOUBLE",
          ),
          column(
            "kind",
            Array.from({ length: 40 }, (_, i) => ["x", "y"][i % 2] ?? ""),
            "STRING",
          ),
        ],
      });
      return new Uint8Array(writer.getBuffer());
    },
    read: imported("x.parquet"),
  },
  npz: {
    sound: () =>
      storedZip({
        "x.npy": npyBytes(
          "|u1",
          [8, 2],
          Uint8Array.from({ length: 16 }, (_, i) => i),
        ),
        "y.npy": npyBytes(
          "|u1",
          [8],
          Uint8Array.from({ length: 8 }, (_, i) => i % 2),
        ),
      }),
    read: async (bytes, folder) => {
      const path = written(folder, "x.npz", bytes);
      for (const { shape, data } of (await readNpz(path)).arrays)
        wrong(data.length !== product(shape), "another size");
      await imported("x.npz")(bytes, folder);
    },
  },
  png: {
    sound: () =>
      new Uint8Array(
        PNG.sync.write(Object.assign(new PNG({ width: 6, height: 6 }), { data: Buffer.from(picture(6)) })),
      ),
    read: image("x.png"),
  },
  jpeg: {
    sound: () => new Uint8Array(encodeJpeg({ width: 9, height: 9, data: picture(9) }, 80).data),
    read: image("x.jpg"),
  },
  onnx: {
    sound: () => onnxModel(NETWORK, someParameters(NETWORK), { normalisation: null, softmax: true }),
    read: (bytes, folder) =>
      unlessRefused(async () => {
        const { layers, parameters } = networkFromOnnx(await readOnnx(written(folder, "x.onnx", bytes)));
        requireFits(networkOf({ layers, loss: "crossEntropy" }), parameters);
      }),
  },
  "weights.safetensors": {
    sound: async (folder) => {
      const path = join(folder, "sound.safetensors");
      const tensors = toTorchState(NETWORK, someParameters(NETWORK), 7);
      await writeSafetensors(path, { tensors, metadata: { format: "pt" } });
      return readFileSync(path);
    },
    read: weights("x.safetensors"),
  },
  "weights.npz": {
    sound: () => {
      const tensors = toTorchState(NETWORK, someParameters(NETWORK), 7);
      const floats = Object.entries(tensors).flatMap(([name, { shape, data }]) =>
        data instanceof Float32Array
          ? [[`${name}.npy`, npyBytes("<f4", shape, new Uint8Array(data.slice().buffer))] as const]
          : [],
      );
      return storedZip(Object.fromEntries(floats));
    },
    read: weights("x.npz"),
  },
  events: { sound: () => new Uint8Array(Buffer.concat(EVENTS)), read: runs("events.out.tfevents.1.host") },
  "runs.jsonl": {
    sound: () =>
      lines([
        { run: "r", name: "n", started: 1_700_000_000, config: { lr: 0.1, layers: [1, 2] } },
        ...Array.from({ length: 8 }, (_, step) => ({
          step,
          time: 1_700_000_000 + step,
          loss: 1 / (step + 1),
          ok: "NaN",
        })),
        { finished: 1_700_000_009 },
      ]),
    read: runs("x.jsonl"),
  },
  "runs.json": {
    sound: () =>
      Buffer.from(
        JSON.stringify({
          name: "n",
          config: { lr: { value: 0.1 } },
          history: Array.from({ length: 6 }, (_, step) => ({ _step: step, loss: step / 7 })),
        }),
      ),
    read: runs("x.json"),
  },
  "runs.csv": {
    sound: () => Buffer.from(`step,"run a - loss","run b - loss"\n0,1,2\n1,0.5,\n2,"0.25",NaN\n`),
    read: runs("x.csv"),
  },
};
