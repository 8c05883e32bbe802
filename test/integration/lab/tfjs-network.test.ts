import { resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { compareGradients, finishComparison } from "../../../src/core/gradient-check.ts";
import { buildNetwork } from "../../../src/core/network/build-network.ts";
import {
  LOSS_NAMES,
  parameterShapes,
  type PlainLayer,
  type LossName,
} from "../../../src/core/network/network.ts";
import { numelOf, type Tensor } from "../../../src/core/ops/recording-ops.ts";
import { ReferenceOps } from "../../../src/core/ops/reference-ops.ts";
import type { ReferenceTensor } from "../../../src/core/ops/reference-tensor.ts";
import { normal } from "../../../src/core/random/normal.ts";
import { randomStream } from "../../../src/core/random/random-stream.ts";
import { Arena, type Scope } from "../../../src/main/engine/arena.ts";
import { ExperimentCancelled } from "../../../src/main/lab/activity/experiment-cancelled.ts";
import { TfjsNetwork } from "../../../src/main/lab/tfjs/tfjs-network.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";

const TFJS_FILE = resolve("out/main/tfjs.js");
const ROWS = 37;

let arena: Arena;
let scope: Scope;
let cancelled = false;
let tfjs: TfjsNetwork;
// As in the app, one thread computes one network after the other.
beforeAll(() => {
  arena = new Arena();
  tfjs = new TfjsNetwork(TFJS_FILE, arena.memory, () => {
    if (cancelled) throw new ExperimentCancelled("cancelled");
  });
});
beforeEach(() => {
  scope = arena.scope();
});
afterAll(async () => {
  await tfjs.close();
});

const ACTIVATIONS: Readonly<Record<string, PlainLayer>> = {
  relu: { type: "relu", shift: 0 },
  "relu with a shift": { type: "relu", shift: 0.5 },
  "leaky relu": { type: "activation", activation: { kind: "leakyRelu", slope: 0.1 } },
  tanh: { type: "activation", activation: { kind: "tanh" } },
  sigmoid: { type: "activation", activation: { kind: "sigmoid" } },
  gelu: { type: "activation", activation: { kind: "gelu" } },
  softplus: { type: "activation", activation: { kind: "softplus" } },
  "a formula with every comparison": {
    type: "activation",
    activation: {
      kind: "own",
      name: "compared",
      forward:
        "where(z > 0.5, square(z), 0.3 * z) + (z < 0) * z ** 2 + (z >= 1) * (z <= 2) * z + (z != 0) * tanh(z) - (z == 0)",
      backward: null,
    },
  },
};
const LOSSES = {
  mse: 1,
  l1: 1,
  huber: 1,
  own: 1,
  mseOneHot: 10,
  crossEntropy: 10,
  binaryCrossEntropy: 10,
} as const satisfies Record<LossName, number>;

/** A network of two linear layers with seeded values, in the arena. */
function networkOf(activation: PlainLayer, loss: LossName) {
  const network = {
    layers: [
      { type: "linear" as const, in: 19, out: 8 },
      activation,
      { type: "linear" as const, in: 8, out: LOSSES[loss] },
    ],
    loss,
    smoothing: 0.1,
    ...(loss === "own"
      ? { ownLoss: { name: "mine", forward: "log(1 + (y - t) ** 2)", backward: null } }
      : {}),
  };
  const stream = randomStream(7);
  const tensor = (name: string, shape: readonly number[], fill: ArrayLike<number>): Tensor => {
    const made = scope.tensor(name, shape);
    viewOf(arena.memory, made, "float32").set(fill);
    return made;
  };
  const drawn = (name: string, shape: readonly number[], scale: number): Tensor =>
    tensor(
      name,
      shape,
      normal(stream, numelOf(shape)).map((value) => scale * value),
    );
  const shapes = parameterShapes(network);
  const x = drawn("x", [ROWS, 19], 1);
  const y = tensor(
    "y",
    [ROWS],
    Float32Array.from({ length: ROWS }, (_, row) => (row * 7) % 10),
  );
  const parameters = Object.fromEntries(shapes.map(({ name, shape }) => [name, drawn(name, shape, 0.4)]));
  const gradients = Object.fromEntries(
    [{ name: "x", shape: [ROWS, 19] }, ...shapes].map(({ name, shape }) => [
      name,
      scope.tensor(`${name}.g`, shape),
    ]),
  );
  return { network, x, y, parameters, gradients };
}

/** Loss and gradients in float64. */
function reference({ network, x, y, parameters }: ReturnType<typeof networkOf>) {
  const ops = new ReferenceOps();
  const copy = (tensor: Tensor): ReferenceTensor => {
    const made = ops.tensor(tensor.name, tensor.shape);
    made.data.set(viewOf(arena.memory, tensor, "float32"));
    return made;
  };
  const built = buildNetwork(ops, network, {
    x: copy(x),
    y: copy(y),
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [name, copy(tensor)])),
  });
  const gradients = built.backward();
  return { loss: built.loss.data[0], gradients };
}

const CASES = Object.keys(ACTIVATIONS).flatMap((activation) =>
  LOSS_NAMES.map((loss) => ({ activation, loss })),
);

it.each(CASES)(
  "run() gives the float64 loss and gradients of $activation, $loss",
  async ({ activation, loss }) => {
    const made = networkOf(ACTIVATIONS[activation], loss);
    const answer = await tfjs.run({ ...made, warmupCalls: 0, samples: 0 });
    const expected = reference(made);
    expect(Math.abs(answer.loss - expected.loss) / expected.loss).toBeLessThan(1e-6);
    expect(Object.keys(made.gradients)).toEqual(["x", "w1", "b1", "w2", "b2"]);
    for (const [name, gradient] of Object.entries(made.gradients)) {
      const ours = viewOf(arena.memory, gradient, "float32");
      const comparison = finishComparison(compareGradients(ours, expected.gradients[name].data));
      expect(comparison.relNorm, name).toBeLessThan(3e-6);
      expect(comparison.passed, `${name}: ${comparison.reason}`).toBe(true);
    }
    expect(answer).toMatchObject({ forwardMs: [], bothMs: [], forwardCpuMs: NaN, tensorsLeft: 0 });
    expect(answer).toMatchObject({ peakBytes: NaN, kernels: NaN });
  },
);

it("run() times calls and leaves no tensor behind in 50 of them", async () => {
  const made = networkOf(ACTIVATIONS.relu, "mse");
  const answer = await tfjs.run({ ...made, warmupCalls: 2, samples: 50 });
  expect(answer.forwardMs).toHaveLength(50);
  expect(answer.bothMs).toHaveLength(50);
  for (const ms of [...answer.forwardMs, ...answer.bothMs]) expect(ms).toBeGreaterThan(0);
  expect(answer.forwardCpuMs).toBeGreaterThan(0);
  expect(answer.bothCpuMs).toBeGreaterThan(0);
  expect(answer.tensorsLeft).toBe(0);
  expect(answer.kernels).toBeGreaterThan(10);
  expect(answer.peakBytes).toBeGreaterThan(4 * ROWS * (19 + 8));
});

it("run() says what is wrong, leaves nothing behind and computes the next network", async () => {
  const made = networkOf(ACTIVATIONS.tanh, "crossEntropy");
  const { w2: _, ...parameters } = made.parameters;
  const request = { ...made, warmupCalls: 0, samples: 0 };
  await expect(tfjs.run({ ...request, parameters })).rejects.toThrow(/TensorFlow\.js: .*w2/);
  const wrong = { ...request, parameters: { ...made.parameters, w2: made.parameters.w1 } };
  await expect(tfjs.run(wrong)).rejects.toThrow(/TensorFlow\.js: .*matMul/);
  expect(await tfjs.run(request)).toMatchObject({ tensorsLeft: 0 });
});

it("run() ends when the experiment is cancelled", async () => {
  const made = networkOf(ACTIVATIONS.gelu, "crossEntropy");
  const running = tfjs.run({ ...made, warmupCalls: 0, samples: 1_000_000 });
  setTimeout(() => {
    cancelled = true;
  }, 50);
  await expect(running).rejects.toThrow(ExperimentCancelled);
});
