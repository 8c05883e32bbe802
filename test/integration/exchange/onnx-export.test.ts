import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as v from "valibot";
import { SIMPLE_ACTIVATION_NAMES } from "../../../src/core/ops/activation.ts";
import { buildNetwork } from "../../../src/core/network/build-network.ts";
import { parameterShapes } from "../../../src/core/network/network.ts";
import { ReferenceOps } from "../../../src/core/ops/reference-ops.ts";
import { networkOf } from "../../../src/shared/specs/network-spec.ts";
import { trainSpecSchema, type TrainSpec } from "../../../src/shared/specs/train-spec.ts";
import { LAYER_TYPES, typesIn } from "../../unit/main/exchange/lab-networks.ts";
import { openTestLab, type TestLab } from "../lab/open-test-lab.ts";
import { ONNX_PYTHON, runPython } from "./run-python.ts";

/** Libraries that are no part of the app: the tests' own in WebAssembly, and the benchmark's where it was run. */
const RUNTIMES = (
  [
    ["test-peers", "onnxruntime-web"],
    ["bench-peers", "onnxruntime-node"],
  ] as const
)
  .map(([folder, name]) => ({ name, packages: resolve(".runtime", folder) }))
  .filter(({ name, packages }) => existsSync(join(packages, "node_modules", name)));
const PROGRAM = resolve("test/integration/exchange/run-onnx.mjs");
interface Job {
  readonly model: string;
  readonly input: string;
  readonly output: string;
  readonly x: string;
  readonly shape: readonly number[];
  readonly answer: string;
}
const ROWS = 200;
const linear = (from: number, out: number): object => ({ type: "linear", in: from, out });
/** A linear layer of a layer of one's own takes what comes in. */
const inner = (out: number): object => ({ type: "linear", out });
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
  "products of branches": [
    linear(784, 20),
    {
      type: "residual",
      layers: [
        { type: "layerNorm" },
        {
          type: "product",
          left: [linear(20, 12), { type: "gelu" }],
          right: [linear(20, 12), { type: "dropout", rate: 0.2 }],
        },
        linear(12, 20),
      ],
    },
    { type: "product", left: [], right: [linear(20, 20), { type: "sigmoid" }] },
    linear(20, 10),
  ],
  "activations of one's own": [
    linear(784, 20),
    { type: "own", name: "swish", forward: "z * sigmoid(z)" },
    linear(20, 20),
    {
      type: "own",
      name: "mixed",
      forward:
        "where(z > 0.5, exp(-square(z)), 0.1 * abs(z)) + (z <= 0) * max(tanh(z), -0.5) + (z != 0) * rsqrt(1 + z ** 2)",
    },
    linear(20, 10),
  ],
  "a layer of one's own": [
    linear(784, 20),
    {
      type: "ownLayer",
      name: "squeeze",
      layers: [inner(10), { type: "tanh" }, { type: "layerNorm" }, inner(20)],
    },
    linear(20, 10),
  ],
  ...Object.fromEntries(
    SIMPLE_ACTIVATION_NAMES.map((type) => [type, [linear(784, 20), { type }, linear(20, 10)]]),
  ),
};
const specOf = (layers: readonly object[], change: object = {}): TrainSpec =>
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
    ...change,
  });

let test: TestLab;
beforeAll(async () => {
  test = await openTestLab(2);
});
afterAll(async () => {
  await test.close();
});

it("has a case for every layer that a training may have", () => {
  const types = Object.values(CASES).flatMap((layers) => typesIn(specOf(layers).layers));
  expect(new Set(types)).toEqual(new Set(LAYER_TYPES));
});

describe.skipIf(RUNTIMES.length === 0)(
  "in ONNX Runtime (skipped where npm could not install it into .runtime/test-peers)",
  () => {
    /** By case and runtime: what a model without and one with its ends are asked. */
    const jobs = new Map<string, readonly Job[]>();
    /** By case: the logits in float64. */
    const logits = new Map<string, ArrayLike<number>>();

    async function prepare(name: string, layers: readonly object[]): Promise<void> {
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
      const { parameters } = await exchange.readWeights(join(file("torch"), "weights.safetensors"), network);
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
      logits.set(name, built.outputs.at(-1)?.out.data ?? []);
      for (const { name: runtime } of RUNTIMES) {
        const job = (model: string, input: string, output: string, x: Float32Array): Job => {
          const own = file(`${runtime} ${input}`);
          writeFileSync(`${own}.in`, new Uint8Array(x.buffer, x.byteOffset, x.byteLength));
          return { model, input, output, x: `${own}.in`, shape: [ROWS, 784], answer: `${own}.out` };
        };
        jobs.set(`${name} ${runtime}`, [
          job(file("plain.onnx"), "x", "logits", scaled),
          job(file("whole.onnx"), "pixels", "probabilities", Float32Array.from(raw)),
        ]);
      }
    }

    beforeAll(async () => {
      for (const [name, layers] of Object.entries(CASES)) await prepare(name, layers);
      for (const { name: runtime, packages } of RUNTIMES) {
        // To start a runtime takes longer than all that it is asked.
        const all = Object.keys(CASES).flatMap((name) => jobs.get(`${name} ${runtime}`) ?? []);
        await promisify(execFile)(process.execPath, [PROGRAM, packages, runtime, JSON.stringify(all)]);
      }
    });

    it.each(Object.keys(CASES))(`logits of ${ROWS} rows are within 1e-5 of float64: %s`, (name) => {
      const expected = logits.get(name) ?? [];
      expect(expected.length).toBe(ROWS * 10);
      const wanted = softmaxRows(expected, 10);
      for (const { name: runtime } of RUNTIMES) {
        const answers = jobs.get(`${name} ${runtime}`) ?? [];
        const [found, shares] = answers.map(
          ({ answer }) => new Float32Array(new Uint8Array(readFileSync(answer)).buffer),
        );
        expect(largestDifference(found, expected), runtime).toBeLessThan(1e-5);
        expect(largestDifference(shares, wanted), runtime).toBeLessThan(1e-5);
      }
    });
  },
);

it("needs no data: a run whose data set is not here is written, but for its normalisation", async () => {
  const { lab, folder } = test;
  const preview = await lab.datasets.preview({ paths: [resolve("test/golden/iris.csv")] });
  const { id, trainRows } = await lab.datasets.accept(preview.plan);
  const layers = [linear(4, 8), { type: "relu" }, linear(8, 3)];
  const spec = specOf(layers, { validRows: 0, data: { name: id, split: "train", rows: trainRows } });
  const run = await lab.training.start({ spec, threads: 1 }).done;
  const target = (name: string) => ({ path: join(folder, name), overwrite: false });
  const plain = { normalise: false, softmax: false };
  await lab.exchange.exportOnnx({ runId: run.id }, target("with.onnx"), plain);
  await lab.datasets.remove({ id });
  await lab.exchange.exportOnnx({ runId: run.id }, target("without.onnx"), plain);
  expect(readFileSync(join(folder, "without.onnx"))).toEqual(readFileSync(join(folder, "with.onnx")));
  await expect(
    lab.exchange.exportOnnx({ runId: run.id }, target("none.onnx"), { ...plain, normalise: true }),
  ).rejects.toThrow(/There is no data set "iris-.*it was removed/);
});

/** What viewers of models rely on: the format's own checker, and the shapes it infers. */
const CHECK = `
import sys, onnx
for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    shape = model.graph.output[0].type.tensor_type.shape
    print([dim.dim_param or dim.dim_value for dim in shape.dim])
`;

it.skipIf(ONNX_PYTHON === null)(
  "passes ONNX's own checker, every layer (skipped where no Python can import onnx)",
  async () => {
    const paths: string[] = [];
    for (const [name, layers] of Object.entries(CASES)) {
      const run = await test.lab.training.start({ spec: { ...specOf(layers), seed: 8 }, threads: 2 }).done;
      const path = join(test.folder, `${name} checked.onnx`);
      const options = { normalise: true, softmax: true };
      await test.lab.exchange.exportOnnx({ runId: run.id }, { path, overwrite: false }, options);
      paths.push(path);
    }
    const said = await runPython(ONNX_PYTHON ?? "", ["-I", "-c", CHECK, ...paths]);
    expect(said.trim().split("\n")).toEqual(paths.map(() => "['batch', 10]"));
  },
);

function largestDifference(found: Float32Array, wanted: ArrayLike<number>): number {
  expect(found).toHaveLength(wanted.length);
  return Math.max(...Array.from(found, (value, i) => Math.abs(value - (wanted[i] ?? NaN))));
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
