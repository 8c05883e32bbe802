import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readNetworkSpec, readSpec } from "../../../../src/main/cli/read-spec.ts";
import { trainSpecSchema } from "../../../../src/shared/specs/train-spec.ts";

const NETWORK = {
  layers: [{ type: "linear", in: 784, out: 10 }],
  loss: "crossEntropy",
  data: { name: "mnist", split: "train", rows: 100 },
  seed: 1,
} as const;
const TRAINING = { ...NETWORK, optimizer: { name: "sgd", lr: 0.1 }, batchSize: 10, epochs: 1 };

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "backprop-lab-spec-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const written = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

test.each([
  ["UTF-8", Buffer.from(JSON.stringify(TRAINING))],
  ["UTF-8 with a mark", Buffer.from(`\uFEFF${JSON.stringify(TRAINING)}`)],
  [
    "UTF-16 with a mark, as PowerShell writes it",
    Buffer.from(`\uFEFF${JSON.stringify(TRAINING)}`, "utf16le"),
  ],
  ["UTF-16", Buffer.from(JSON.stringify(TRAINING), "utf16le")],
])("a spec is read in %s", async (_encoding, bytes) => {
  const spec = await readSpec(trainSpecSchema, written("spec.json", bytes));
  expect(spec).toMatchObject({ batchSize: 10, optimizer: { lr: 0.1 } });
});

test("readNetworkSpec() takes a network, and of a training its network, data and seed", async () => {
  const alone = await readNetworkSpec(written("network.json", JSON.stringify(NETWORK)));
  expect(alone).toMatchObject(NETWORK);
  expect(await readNetworkSpec(written("training.json", JSON.stringify(TRAINING)))).toEqual(alone);
});

test.each([
  ["a training's mistake", { ...TRAINING, batchSize: 0 }, /batchSize: batch size must be at least 1/],
  [
    "weights of a file",
    { ...TRAINING, weights: { file: "w.npz" } },
    /Take "weights" out; .* --weights FOLDER/,
  ],
  [
    "an unknown field of a network",
    { ...NETWORK, batchSize: 1 },
    /batchSize: is not known here: take it out/,
  ],
  ["no object", [1], /layers, loss, data, seed are missing/],
])("readNetworkSpec() refuses %s", async (_what, json, message) => {
  await expect(readNetworkSpec(written("refused.json", JSON.stringify(json)))).rejects.toThrow(message);
});
