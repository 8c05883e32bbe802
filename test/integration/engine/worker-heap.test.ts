import { resolve } from "node:path";
import { BroadcastChannel } from "node:worker_threads";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parameterShapes } from "../../../src/core/network/network.ts";
import type { DType } from "../../../src/core/ops/op.ts";
import type { Tensor } from "../../../src/core/ops/recording-ops.ts";
import { stateNames } from "../../../src/core/optimisers/optimiser.ts";
import { Engine } from "../../../src/main/engine/engine.ts";
import { recordStep } from "../../../src/main/lab/training/record/record-step.ts";
import { THOROUGH } from "../../thorough.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { networkOf } from "../../../src/shared/specs/network-spec.ts";
import { TRAIN_PRESETS } from "../../../src/shared/specs/train-presets.ts";
import type { TrainSpec } from "../../../src/shared/specs/train-spec.ts";

const STEPS = 5_000;
/** So many that there is work for two. */
const BATCH = 16;
/** Numbers that V8 boxes on their way into a kernel or the ring of metrics; a closure or an array a kernel is more. */
const MOST_BYTES_A_STEP = 200;

/** With every kind of layer, clipping, augmentation and statistics. */
const SPEC: TrainSpec = {
  ...TRAIN_PRESETS.small.spec,
  layers: [
    { type: "linear", in: 784, out: 16, init: "kaimingNormal" },
    { type: "batchNorm", momentum: 0.1, eps: 1e-5 },
    { type: "relu", shift: 0 },
    { type: "dropout", rate: 0.2 },
    {
      type: "residual",
      layers: [
        { type: "linear", in: 16, out: 16, init: "kaimingNormal" },
        { type: "layerNorm", eps: 1e-5 },
        { type: "gelu" },
      ],
    },
    { type: "linear", in: 16, out: 10, init: "kaimingNormal" },
  ],
  augmentShift: 1,
  clipNorm: 1,
};
const OPTIMIZERS: readonly TrainSpec["optimizer"][] = [
  { name: "sgd", lr: 0.01, momentum: 0.9, nesterov: true, weightDecay: 0.01 },
  TRAIN_PRESETS.small.spec.optimizer,
];

interface Growth {
  readonly grownBytes: number;
  readonly collections: number;
}

let engine: Engine;
const channel = new BroadcastChannel("heap");
beforeAll(async () => {
  engine = await Engine.start({
    threads: 2,
    workerFile: resolve("test/integration/engine/measured-worker.mjs"),
  });
});
afterAll(async () => {
  channel.close();
  await engine.close();
});

/** What each worker says after one dispatch. */
async function growthOf(threads: number, dispatch: () => Promise<unknown>): Promise<readonly Growth[]> {
  const heard: Growth[] = [];
  const all = new Promise<void>((done) => {
    channel.onmessage = (event: unknown) => {
      heard.push((event as { data: Growth }).data);
      if (heard.length === threads) done();
    };
  });
  await dispatch();
  await all;
  return heard;
}

/** Each optimiser and each number of threads once, and before a release with each other. */
const CASES = OPTIMIZERS.flatMap((optimizer, at) =>
  [1, 2].filter((_, of) => THOROUGH || of !== at).map((threads) => ({ optimizer, threads })),
);

it.each(CASES)(
  "training steps leave nothing on a worker's heap: $optimizer.name on $threads threads",
  async ({ optimizer, threads }) => {
    const spec: TrainSpec = { ...SPEC, optimizer };
    const scope = engine.arena.scope();
    /** A tensor of zeros: what was measured there before must be no row's number. */
    const zeros = (name: string, shape: readonly number[], dtype: DType = "float32"): Tensor => {
      const tensor = scope.tensor(name, shape, dtype);
      viewOf(engine.arena.memory, tensor, dtype).fill(0);
      return tensor;
    };
    const network = networkOf(spec);
    const shapes = parameterShapes(network);
    const { plain, measured } = recordStep(scope, { spec, network }, BATCH, {
      train: { x: zeros("x", [BATCH, 784]), y: zeros("y", [BATCH]), byteValues: null },
      parameters: Object.fromEntries(shapes.map(({ name, shape }) => [name, zeros(name, shape)])),
      states: Object.fromEntries(
        shapes.flatMap(({ name, shape }) =>
          stateNames(optimizer).map((state) => [`${name} ${state}`, zeros(`${name} ${state}`, shape)]),
        ),
      ),
      indices: zeros("indices", [STEPS * BATCH], "int32"),
      counter: zeros("counter", [1], "float64"),
      rates: zeros("rates", [10]),
      background: 0,
    });
    const alternate = { program: measured, first: 9, every: 10 };
    const run = (repeats: number) => () => engine.run([{ program: plain, repeats, alternate }], { threads });
    // Until V8 has optimised what runs.
    for (let round = 0; round < 2; round++) await growthOf(threads, run(STEPS));
    const few = await growthOf(threads, run(STEPS / 10));
    const many = await growthOf(threads, run(STEPS));
    for (const [worker, { grownBytes, collections }] of many.entries()) {
      const bytesAStep = (grownBytes - few[worker].grownBytes) / (0.9 * STEPS);
      expect({ collections, fits: bytesAStep < MOST_BYTES_A_STEP }, `${bytesAStep} bytes a step`).toEqual({
        collections: 0,
        fits: true,
      });
    }
    scope.release();
  },
  120_000,
);
