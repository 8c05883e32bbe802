import { afterEach, expect, it } from "vitest";
import { RecordingOps, type Tensor } from "../../../src/core/ops/recording-ops.ts";
import { Engine } from "../../../src/main/engine/engine.ts";
import {
  LARGEST_CACHE_BYTES,
  SMALLEST_CACHE_BYTES,
  USUAL_CACHE_BYTES,
} from "../../../src/shared/engine/cache-blocks.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { WORKER_FILE } from "./start-engine.ts";

const [ROWS, FEATURES, HIDDEN, CLASSES] = [1_100, 784, 300, 10];

let engine: Engine | undefined;
afterEach(async () => {
  await engine?.close();
  engine = undefined;
});

/** An engine as a saved tuning would have it. */
async function startFor(cacheBytes: number): Promise<Engine> {
  await engine?.close();
  engine = await Engine.start({
    threads: 2,
    workerFile: WORKER_FILE,
    tuning: {
      load: () => ({
        measuredAt: "2026-11-27T00:00:00.000Z",
        peakGflops: null,
        kernels: [],
        chosen: "relaxed128",
        cacheBytes,
        systemCacheBytes: cacheBytes,
        blocks: [],
      }),
      save: () => undefined,
      drop: () => undefined,
    },
  });
  return engine;
}

/** Forward, loss and backward of a network with one hidden layer: every result as bytes. */
async function results(running: Engine, threads: number): Promise<Buffer> {
  const scope = running.arena.scope();
  const ops = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
  const filled = (name: string, shape: readonly number[]): Tensor => {
    const tensor = ops.tensor(name, shape);
    const values = viewOf(running.arena.memory, tensor, "float32");
    for (let i = 0; i < values.length; i++) values[i] = Math.sin(i * 12.9898 + name.length);
    return tensor;
  };
  const [x, y] = [filled("x", [ROWS, FEATURES]), filled("targets", [ROWS, CLASSES])];
  const [w1, b1] = [filled("w1", [FEATURES, HIDDEN]), filled("bias1", [HIDDEN])];
  const [w2, b2] = [filled("weight2", [HIDDEN, CLASSES]), filled("b2", [CLASSES])];
  const product = (name: string, shape: readonly number[], a: Tensor, b: Tensor, flags = {}): Tensor => {
    const out = ops.tensor(name, shape);
    ops.run({ op: "matmul", a, b, out, transposeA: false, transposeB: false, accumulate: false, ...flags });
    return out;
  };
  const tensor = (name: string, shape: readonly number[]): Tensor => ops.tensor(name, shape);
  const z = product("z", [ROWS, HIDDEN], x, w1);
  const [zb, h] = [tensor("zb", [ROWS, HIDDEN]), tensor("h", [ROWS, HIDDEN])];
  ops.run({ op: "addBias", x: z, bias: b1, out: zb });
  ops.run({ op: "relu", x: zb, out: h, shift: 0 });
  const logits = product("logits", [ROWS, CLASSES], h, w2);
  const pred = tensor("pred", [ROWS, CLASSES]);
  ops.run({ op: "addBias", x: logits, bias: b2, out: pred });
  const [loss, dpred] = [tensor("loss", [1]), tensor("dpred", [ROWS, CLASSES])];
  ops.run({ op: "mse", pred, target: y, loss });
  ops.run({ op: "mseBackward", pred, target: y, dpred });
  const dw2 = product("dw2", [HIDDEN, CLASSES], h, dpred, { transposeA: true });
  const dh = product("dh", [ROWS, HIDDEN], dpred, w2, { transposeB: true });
  const [dz, db1] = [tensor("dz", [ROWS, HIDDEN]), tensor("db1", [HIDDEN])];
  ops.run({ op: "reluBackward", x: zb, dy: dh, dx: dz });
  ops.run({ op: "columnSum", x: dz, out: db1 });
  const dw1 = product("dw1", [FEATURES, HIDDEN], x, dz, { transposeA: true });
  const moments = ops.tensor("moments", [2, HIDDEN], "float64");
  ops.run({ op: "columnMoments", x: dz, out: moments });
  await running.run([{ program: ops.program(), repeats: 1 }], { threads });
  const copies = [loss, pred, dw2, dh, db1, dw1, moments].map((one) =>
    Buffer.from(viewOf(running.arena.memory, one, one.dtype).slice().buffer),
  );
  scope.release();
  return Buffer.concat(copies);
}

it("blocks for any cache give the same bits, with any number of threads", async () => {
  const usual = await startFor(USUAL_CACHE_BYTES);
  expect(usual.cacheBytes).toBe(USUAL_CACHE_BYTES);
  const expected = [await results(usual, 1), await results(usual, 2)];
  for (const cacheBytes of [SMALLEST_CACHE_BYTES, LARGEST_CACHE_BYTES]) {
    const other = await startFor(cacheBytes);
    for (const threads of [1, 2]) {
      const same = (await results(other, threads)).equals(expected[threads - 1]);
      expect(same, `${cacheBytes} bytes, ${threads} threads`).toBe(true);
    }
  }
});
