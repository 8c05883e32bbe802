import { afterAll, beforeAll, expect, it } from "vitest";
import { BYTE_VALUES } from "../../../src/core/ops/op.ts";
import { RecordingOps, type Program, type Tensor } from "../../../src/core/ops/recording-ops.ts";
import { hash32 } from "../../../src/core/random/hash.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { planSections } from "../../../src/main/engine/plan.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { startEngine } from "./start-engine.ts";

type Shape = readonly [rows: number, depth: number, columns: number];

/** Last stripes that are whole, narrow and a single input wide; columns that end in every kind of panel. */
const SHAPES: readonly Shape[] = [
  [64, 784, 50],
  [98, 784, 256],
  [1, 1_000, 512],
  [17, 1_313, 33],
  [100, 801, 7],
];
const THREADS = [1, 2, 3, 4, 8];
const REPEATS = 3;
const SHIFT = 0.5;
const LEARNING_RATE = 0.01;
const ALL_ROWS = 150;

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine(Math.max(...THREADS));
});
afterAll(async () => {
  await engine.close();
});

interface Recorded {
  readonly program: Program;
  readonly tensors: Readonly<Record<"bytes" | "values" | "w" | "bias" | "lr" | "indices", Tensor>>;
  readonly z: Tensor;
  readonly activated: Tensor;
  readonly moments: Tensor;
}

/** Rows are picked, go through a layer with relu, and their activations pull the weights down: as in a training step. */
function record([rows, depth, columns]: Shape): Recorded {
  const scope = engine.arena.scope();
  const ops = new RecordingOps((name, size, dtype) => scope.tensor(name, size, dtype));
  const tensors = {
    bytes: ops.tensor("bytes", [ALL_ROWS, depth], "uint8"),
    values: ops.tensor("values", [BYTE_VALUES]),
    w: ops.tensor("w", [depth, columns]),
    bias: ops.tensor("bias", [columns]),
    lr: ops.tensor("lr", [1]),
    indices: ops.tensor("indices", [rows * REPEATS], "int32"),
  };
  const { bytes, values, w, bias, lr, indices } = tensors;
  const [x, z, activated] = [
    ops.tensor("x", [rows, depth]),
    ops.tensor("z", [rows, columns]),
    ops.tensor("relu", [rows, columns]),
  ];
  const [dw, moments] = [ops.tensor("dw", [depth, columns]), ops.tensor("moments", [2, columns], "float64")];
  const product = { op: "matmul", transposeB: false, accumulate: false } as const;
  ops.run({ op: "gatherBytes", bytes, values, indices, out: x, affine: null });
  ops.run({ ...product, a: x, b: w, out: z, transposeA: false });
  ops.run({ op: "addBias", x: z, bias, out: z });
  ops.run({ op: "relu", x: z, out: activated, shift: SHIFT });
  ops.run({ op: "columnMoments", x: activated, out: moments });
  ops.run({ ...product, a: x, b: activated, out: dw, transposeA: true });
  ops.run({ op: "sgd", param: w, grad: dw, lr });
  return { program: ops.program(), tensors, z, activated, moments };
}

const floats = (tensor: Tensor): Float32Array => viewOf(engine.arena.memory, tensor, "float32");

function fill({ bytes, values, w, bias, lr, indices }: Recorded["tensors"]): void {
  viewOf(engine.arena.memory, bytes, "uint8").forEach((_, i, all) => (all[i] = hash32(i)));
  viewOf(engine.arena.memory, indices, "int32").forEach((_, i, all) => (all[i] = (7 * i) % ALL_ROWS));
  floats(values).forEach((_, byte, all) => (all[byte] = byte / 128 - 1));
  for (const tensor of [w, bias]) {
    floats(tensor).forEach((_, i, all) => (all[i] = 0.05 * Math.sin(12.9898 * i + 1)));
  }
  floats(lr)[0] = LEARNING_RATE;
}

/** How far z of the last step is from sums in float64, with the weights that it began with. */
function errorOfSums({ tensors, z }: Recorded, weights: Float32Array, [rows, depth, columns]: Shape): number {
  const bytes = viewOf(engine.arena.memory, tensors.bytes, "uint8");
  const indices = viewOf(engine.arena.memory, tensors.indices, "int32");
  const [values, bias, sums] = [floats(tensors.values), floats(tensors.bias), floats(z)];
  let worst = 0;
  for (let i = 0; i < rows; i++) {
    const row = indices[(REPEATS - 1) * rows + i] * depth;
    for (let j = 0; j < columns; j++) {
      let sum = bias[j];
      for (let k = 0; k < depth; k++) sum += values[bytes[row + k]] * weights[k * columns + j];
      const difference = Math.abs(sums[i * columns + j] - sum);
      if (!(difference <= worst)) worst = difference;
    }
  }
  return worst;
}

it.each(SHAPES)(
  "%i×%i×%i by inputs: right, and the same bits again, for any number of threads",
  async (...shape) => {
    const recorded = record(shape);
    const { program, tensors, z, activated, moments } = recorded;
    const section = { program, repeats: REPEATS };
    let alone: Float32Array | null = null;
    for (const threads of THREADS) {
      const { groups } = planSections([section], threads, () => 0).sections[0];
      const linear = groups.find(({ steps }) => steps[0].op.op === "linear" && steps[0].phase === "partial");
      expect(linear?.threads ?? 1, `${threads} threads`).toBeGreaterThanOrEqual(Math.min(threads, 2));

      fill(tensors);
      await engine.run([{ program, repeats: REPEATS - 1 }], { threads });
      const weights = floats(tensors.w).slice();

      const run = async (): Promise<Buffer> => {
        fill(tensors);
        await engine.run([section], { threads });
        return Buffer.concat([tensors.w, z, activated].map((one) => Buffer.from(floats(one).slice().buffer)));
      };
      const first = await run();
      expect(first.equals(await run()), `${threads} threads`).toBe(true);

      expect(errorOfSums(recorded, weights, shape)).toBeLessThan(2e-6 * Math.sqrt(shape[1]));
      floats(activated).forEach((value, i) => {
        if (value !== Math.fround(Math.max(floats(z)[i], 0) - SHIFT)) throw new Error(`relu of element ${i}`);
      });
      const [, , columns] = shape;
      const means = viewOf(engine.arena.memory, moments, "float64").subarray(0, columns);
      means.forEach((mean, j) => {
        let sum = 0;
        for (let i = j; i < floats(activated).length; i += columns) sum += floats(activated)[i];
        expect(mean).toBeCloseTo(sum / shape[0], 5);
      });
      alone ??= floats(tensors.w).slice();
      floats(tensors.w).forEach((value, i) => {
        if (!(Math.abs(value - alone![i]) < 1e-4))
          throw new Error(`w[${i}] is ${value}, ${alone![i]} on one thread`);
      });
    }
  },
);
