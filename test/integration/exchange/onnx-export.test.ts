import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as v from "valibot";
import { SIMPLE_ACTIVATION_NAMES } from "../../../src/core/ops/activation.ts";
import { buildNetwork } from "../../../src/core/network/build-network.ts";
import { parameterShapes } from "../../../src/core/network/network.ts";
import { ReferenceOps } from "../../../src/core/ops/reference-ops.ts";
import { networkOf } from "../../../src/shared/specs/network-spec.ts";
import { trainSpecSchema, type TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { openTestLab, type TestLab } from "../lab/open-test-lab.ts";

interface Session {
  run(
    feeds: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, { readonly data: Float32Array }>>>;
}
interface Runtime {
  readonly InferenceSession: { create(path: string): Promise<Session> };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => unknown;
}
/** Where the benchmark's libraries are, which are no part of the app. */
const PEERS = resolve(".runtime/bench-peers");
function findRuntime(): Runtime | null {
  if (!existsSync(join(PEERS, "node_modules", "onnxruntime-node"))) return null;
  try {
    return createRequire(join(PEERS, "package.json"))("onnxruntime-node") as Runtime;
  } catch {
    return null;
  }
}
const RUNTIME = findRuntime();
const ROWS = 1_000;
const linear = (from: number, out: number): object => ({ type: "linear", in: from, out });
const CASES: Readonly<Record<string, readonly object[]>> = {
  "relu with shift": [linear(784, 30), { type: "relu", shift: 0.5 }, linear(30, 10)],
  "batch norm, dropout, residual block, layer norm, leaky relu": [
    linear(784, 20),
    { type: "batchNorm" },
    { type: "relu" },
    { type: "dropout", rate: 0.2 },
    { type: "residual", layers: [linear(20, 20), { type: "layerNorm" }, { type: "leakyRelu", slope: 0.1 }] },
    linear(20, 10),
  ],
  ...Object.fromEntries(
    SIMPLE_ACTIVATION_NAMES.map((type) => [type, [linear(784, 20), { type }, linear(20, 10)]]),
  ),
};
const specOf = (layers: readonly object[]): TrainSpec =>
  v.parse(trainSpecSchema, {
    layers,
    loss: "crossEntropy",
    seed: 7,
    data: { name: "mnist", split: "train", rows: ROWS },
    batchSize: 50,
    validRows: ROWS,
    steps: 20,
    optimizer: { name: "adam", lr: 0.003 },
    statisticsEvery: 0,
  });

let test: TestLab;
beforeAll(async () => {
  test = await openTestLab(2);
});
afterAll(async () => {
  await test.close();
});

describe.skipIf(RUNTIME === null)(
  "in ONNX Runtime (skipped where the benchmark's libraries are not installed)",
  () => {
    it.each(Object.entries(CASES))(
      "logits of 1,000 rows are within 1e-5 of float64: %s",
      async (name, layers) => {
        const spec = specOf(layers);
        const run = await test.lab.training.start({ spec, threads: 2 }).done;
        const file = (what: string): string => join(test.folder, `${name} ${what}`.replaceAll(/[ ,]+/g, "-"));
        const { exchange } = test.lab;
        await exchange.exportPyTorch({ runId: run.id }, { path: file("torch"), overwrite: false });
        const options = { normalise: false, softmax: false };
        await exchange.exportOnnx({ runId: run.id }, { path: file("plain.onnx"), overwrite: false }, options);
        const target = { path: file("whole.onnx"), overwrite: false };
        await exchange.exportOnnx({ runId: run.id }, target, { normalise: true, softmax: true });

        const raw = bytesOf(join(file("torch"), "data.safetensors"), "valid.x");
        const network = networkOf(spec);
        const scaled = normalised(raw, readFileSync(join(file("torch"), "train.py"), "utf8"));
        const { parameters } = await exchange.readWeights(
          join(file("torch"), "weights.safetensors"),
          network,
        );
        const ops = new ReferenceOps();
        const built = buildNetwork(ops, network, {
          x: ops.from("x", [ROWS, 784], Float64Array.from(scaled)),
          y: ops.from("y", [ROWS], new Float64Array(ROWS)),
          parameters: Object.fromEntries(
            parameterShapes(network).map(({ name: one, shape }) => [
              one,
              ops.from(one, shape, parameters[one] ?? []),
            ]),
          ),
        });
        const logits = built.outputs.at(-1)?.out.data ?? [];
        const found = await infer(file("plain.onnx"), "x", scaled, "logits");
        expect(
          Math.max(...Array.from(found, (value, i) => Math.abs(value - (logits[i] ?? NaN)))),
        ).toBeLessThan(1e-5);

        const shares = await infer(file("whole.onnx"), "pixels", Float32Array.from(raw), "probabilities");
        const wanted = softmaxRows(logits, 10);
        expect(
          Math.max(...Array.from(shares, (value, i) => Math.abs(value - (wanted[i] ?? NaN)))),
        ).toBeLessThan(1e-5);
      },
    );
  },
);

async function infer(path: string, input: string, x: Float32Array, output: string): Promise<Float32Array> {
  if (RUNTIME === null) throw new Error("no runtime");
  const session = await RUNTIME.InferenceSession.create(path);
  const answer = await session.run({ [input]: new RUNTIME.Tensor("float32", x, [ROWS, 784]) });
  return answer[output].data;
}

/** Bytes of one tensor of a .safetensors file. */
function bytesOf(path: string, name: string): Uint8Array {
  const file = readFileSync(path);
  const length = Number(file.readBigUInt64LE());
  const header = JSON.parse(file.subarray(8, 8 + length).toString()) as Record<
    string,
    { data_offsets: [number, number] }
  >;
  const [begin, end] = header[name].data_offsets;
  return file.subarray(8 + length + begin, 8 + length + end);
}

/** What train.py does with raw values, by the numbers that stand in it. */
function normalised(raw: Uint8Array, script: string): Float32Array {
  const said = (pattern: RegExp): number => Number(pattern.exec(script)?.[1]);
  const [divisor, offset, scale] = [
    said(/^DIVISOR = (.*)$/m),
    said(/^OFFSET = .*\[(.*)\]/m),
    said(/^SCALE = .*\[(.*)\]/m),
  ];
  return Float32Array.from(raw, (value) => (Math.fround(value / divisor) - offset) * scale);
}

function softmaxRows(logits: ArrayLike<number>, width: number): number[] {
  return Array.from({ length: logits.length / width }, (_, row) => {
    const own = Array.from({ length: width }, (__, i) => logits[row * width + i] ?? NaN);
    const largest = Math.max(...own);
    const shares = own.map((value) => Math.exp(value - largest));
    const total = shares.reduce((a, b) => a + b, 0);
    return shares.map((value) => value / total);
  }).flat();
}
