import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { readSafetensors, writeSafetensors } from "../../../../src/main/data/safetensors.ts";
import { AmbiguousWeightsError, matchWeights } from "../../../../src/main/exchange/weights/match-weights.ts";
import { readWeightsFile } from "../../../../src/main/exchange/weights/read-weights-file.ts";
import { stateEntries, toTorchState, transposed } from "../../../../src/main/exchange/torch/torch-state.ts";
import type { TrainLayerSpec } from "../../../../src/shared/specs/layer-spec.ts";
import { networkOf } from "../../../../src/shared/specs/network-spec.ts";
import { ALL_NETWORK, someParameters } from "./lab-networks.ts";

const folder = mkdtempSync(join(tmpdir(), "backprop-lab-weights-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const linear = (from: number, out: number): TrainLayerSpec => ({
  type: "linear",
  in: from,
  out,
  init: "kaimingNormal",
});
const plain = (...layers: readonly TrainLayerSpec[]) => networkOf({ layers, loss: "crossEntropy" });
const filled = (shape: readonly number[], first: number) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => first + i),
});

it("a torch state_dict through the lab and back is the same file, bit by bit", async () => {
  const [before, after] = [join(folder, "before.safetensors"), join(folder, "after.safetensors")];
  const parameters = someParameters(ALL_NETWORK);
  // Bits that arithmetic would change: −0, a NaN with a payload, the smallest number.
  new Uint32Array(parameters["w1"].buffer).set([0x80000000, 0x7fc12345, 1]);
  await writeSafetensors(before, {
    tensors: toTorchState(ALL_NETWORK, parameters, 1_234),
    metadata: { format: "pt" },
  });
  const read = await readWeightsFile(before, ALL_NETWORK);
  expect(read.understood).toMatch(/torch/);
  await writeSafetensors(after, {
    tensors: toTorchState(ALL_NETWORK, read.parameters, read.batches),
    metadata: { format: "pt" },
  });
  expect(readFileSync(after).equals(readFileSync(before))).toBe(true);
});

it("stateEntries() has torch's names and orientation", () => {
  const entries = stateEntries(
    plain(linear(784, 50), { type: "batchNorm", momentum: 0.1, eps: 1e-5 }, linear(50, 10)),
  );
  expect(entries.map(({ key, shape }) => `${key} (${shape.join(", ")})`)).toEqual([
    "0.weight (50, 784)",
    "0.bias (50)",
    "1.weight (50)",
    "1.bias (50)",
    "1.running_mean (50)",
    "1.running_var (50)",
    "1.num_batches_tracked ()",
    "2.weight (10, 50)",
    "2.bias (10)",
  ]);
});

it("matchWeights() takes layers in the order of their numbers, 10 after 9", () => {
  const network = plain(
    ...Array.from({ length: 12 }, (_, i) => linear(i === 0 ? 784 : 5, i === 11 ? 10 : 5)),
  );
  const tensors = new Map(
    Array.from({ length: 12 }, (_, i) => 11 - i).flatMap((i) => [
      [`net.fc${i}.weight`, filled(i === 0 ? [5, 784] : i === 11 ? [10, 5] : [5, 5], 1_000 * i)] as const,
      [`net.fc${i}.bias`, filled([i === 11 ? 10 : 5], i)] as const,
    ]),
  );
  const { parameters } = matchWeights("f", network, tensors);
  for (let i = 0; i < 12; i++) expect(parameters[`b${i + 1}`][0]).toBe(i);
  expect([...(parameters["w2"] ?? [])].slice(0, 3)).toEqual([1000, 1005, 1010]);
});

it("matchWeights() takes Keras's kernels (in, out), also with :0 and without a bias", () => {
  const network = plain(linear(784, 20), linear(20, 10));
  const tensors = new Map([
    ["dense_1/kernel:0", filled([20, 10], 5)],
    ["dense/kernel:0", filled([784, 20], 0)],
    ["dense/bias:0", filled([20], 7)],
  ]);
  const { parameters, understood } = matchWeights("f", network, tensors);
  expect(understood).toMatch(/Keras/);
  expect(parameters["w1"]).toEqual(filled([784, 20], 0).data);
  expect([...(parameters["b2"] ?? [])]).toEqual(new Array(10).fill(0));
});

it("matchWeights() asks where it cannot know, and does as it is told", () => {
  const square = plain(linear(6, 6), linear(6, 6));
  const numbered = new Map([
    ["a1.weight", filled([6, 6], 0)],
    ["a2.weight", filled([6, 6], 1)],
  ]);
  expect(() => matchWeights("f", square, numbered)).toThrow(AmbiguousWeightsError);
  expect(matchWeights("f", square, numbered, { layout: "keras" }).parameters["w1"]).toEqual(
    filled([6, 6], 0).data,
  );
  const told = matchWeights("f", square, numbered, { layout: "torch" }).parameters["w1"];
  expect(told).toEqual(transposed(filled([6, 6], 0).data, 6, 6));
  const three = plain(linear(784, 5), linear(5, 5), linear(5, 5), linear(5, 10));
  const named = new Map([
    ["entry.weight", filled([5, 784], 0)],
    ["left.weight", filled([5, 5], 1)],
    ["right.weight", filled([5, 5], 2)],
    ["head.weight", filled([10, 5], 3)],
  ]);
  expect(() => matchWeights("f", three, named)).toThrow(/more than one order/);
  const order = ["entry", "right", "left", "head"];
  expect(matchWeights("f", three, named, { order }).parameters["w2"][0]).toBe(2);
});

it.each([
  ["too few layers", new Map([["0.weight", filled([5, 784], 0)]]), /2 layers with weights.*got 1/],
  [
    "another shape",
    new Map([
      ["0.weight", filled([6, 784], 0)],
      ["1.weight", filled([10, 6], 0)],
    ]),
    /\(784, 5\).*\(6, 784\)/,
  ],
  ["a name of nothing", new Map([["0.wobble", filled([5, 784], 0)]]), /wobble/],
  [
    "a bias of another length",
    new Map([
      ["0.weight", filled([5, 784], 0)],
      ["0.bias", filled([4], 0)],
      ["1.weight", filled([10, 5], 0)],
    ]),
    /a bias of 5 values/,
  ],
])("matchWeights() refuses %s", (_title, tensors, message) => {
  expect(() => matchWeights("f", plain(linear(784, 5), linear(5, 10)), tensors)).toThrow(message);
});

/** A .safetensors file of one tensor. */
function safetensorsOf(dtype: string, shape: readonly number[], bytes: Uint8Array, extra = ""): Uint8Array {
  const header = Buffer.from(
    `{"0.weight":{"dtype":"${dtype}","shape":[${shape.join()}],"data_offsets":[0,${bytes.length}]}${extra}}`,
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, bytes]);
}
const save = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

it("readSafetensors() widens half and brain floats exactly, doubles to the nearest float32", async () => {
  const read = async (dtype: string, bytes: Uint8Array, n: number) => [
    ...(
      await readSafetensors(save(`${dtype}.safetensors`, safetensorsOf(dtype, [n], bytes)), undefined, {
        widen: true,
      })
    ).tensors["0.weight"].data,
  ];
  const half = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00).buffer);
  expect(await read("F16", half, 5)).toEqual([1, -2, 2 ** -24, 65504, Infinity]);
  expect(await read("BF16", new Uint8Array(Uint16Array.of(0x3f80, 0xc040).buffer), 2)).toEqual([1, -3]);
  expect(await read("F64", new Uint8Array(Float64Array.of(0.1).buffer), 1)).toEqual([Math.fround(0.1)]);
});

it.each([
  [
    "a header of 2^60 bytes",
    () => {
      const b = Buffer.alloc(16);
      b.writeBigUInt64LE(2n ** 60n);
      return b;
    },
    /header of at most/,
  ],
  [
    "tensors that overlap",
    () =>
      safetensorsOf("F32", [1], new Uint8Array(4), `,"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`),
    /overlaps/,
  ],
  ["a shape of 2^60", () => safetensorsOf("F32", [2 ** 52, 256], new Uint8Array(4)), /bytes of 0.weight/],
  ["a type that is none of floats", () => safetensorsOf("U8", [4], new Uint8Array(4)), /of type F32 or/],
])("readWeightsFile() refuses %s", async (title, bytes, message) => {
  await expect(readWeightsFile(save(`${title}.safetensors`, bytes()), plain(linear(784, 5)))).rejects.toThrow(
    message,
  );
});

/** A zip of stored or deflated entries. */
function zipOf(entries: Readonly<Record<string, Uint8Array>>, claimed?: number): Uint8Array {
  const [parts, central]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const [name, bytes] of Object.entries(entries)) {
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claimed ?? bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, Buffer.from(name), packed]);
    const made = Buffer.alloc(14);
    made.writeUInt32LE(at, 10);
    central.push(
      Buffer.concat([Buffer.from("PK\u0001\u0002"), Buffer.from([20, 0]), common, made, Buffer.from(name)]),
    );
    parts.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(central.length, 4);
  end.writeUInt16LE(central.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, directory, Buffer.from("PK\u0005\u0006"), end]);
}
function npyOf(descr: string, shape: string, bytes: Uint8Array): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  return Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from("NUMPY"),
    Buffer.from([1, 0]),
    length,
    Buffer.from(text),
    bytes,
  ]);
}

it("readWeightsFile() reads .npz of numpy, float64 too", async () => {
  const values = Float64Array.from({ length: 784 * 10 }, (_, i) => i / 8);
  const path = save(
    "weights.npz",
    zipOf({
      "fc.weight.npy": npyOf("<f8", "(10, 784)", new Uint8Array(values.buffer)),
      "fc.bias.npy": npyOf("<f4", "(10,)", new Uint8Array(40)),
    }),
  );
  const { parameters } = await readWeightsFile(path, plain(linear(784, 10)));
  expect(parameters["w1"][1]).toBe(784 / 8);
});

it.each([
  [
    "a path that leads out",
    zipOf({ "../../evil.npy": npyOf("<f4", "(1,)", new Uint8Array(4)) }),
    /invalid relative path/,
  ],
  [
    "an entry larger than it says",
    zipOf({ "w.npy": npyOf("<f4", "(1000,)", new Uint8Array(4_000)) }, 8),
    /too many bytes|sound/,
  ],
  [
    "a bomb by its own word",
    zipOf({ "w.npy": npyOf("<f4", "(1,)", new Uint8Array(4)) }, 0xf0000000),
    /at most/,
  ],
  ["a pickle", zipOf({ "w.npy": npyOf("|O", "(1,)", new Uint8Array(4)) }), /pickled programs/],
  ["no zip at all", Buffer.from("hello"), /a .npz file/],
])("readWeightsFile() refuses a .npz with %s", async (title, bytes, message) => {
  await expect(readWeightsFile(save(`${title}.npz`, bytes), plain(linear(784, 5)))).rejects.toThrow(message);
});

it("readWeightsFile() never runs a pickle and says what to do instead", async () => {
  await expect(readWeightsFile("model.pt", plain(linear(784, 5)))).rejects.toThrow(
    /never run here.*save_file/,
  );
});
