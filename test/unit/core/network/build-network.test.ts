import { describe, expect, it } from "vitest";
import { ContractError } from "../../../../src/core/errors.ts";
import { buildNetwork } from "../../../../src/core/network/build-network.ts";
import { networkTitle, parameterShapes, type Network } from "../../../../src/core/network/network.ts";
import { BuggyOps, SEEDED_BUG_NAMES } from "../../../../src/core/network/seeded-bug.ts";
import type { Ops } from "../../../../src/core/ops/op.ts";
import { ReferenceOps } from "../../../../src/core/ops/reference-ops.ts";
import type { ReferenceTensor } from "../../../../src/core/ops/reference-tensor.ts";
import { normal } from "../../../../src/core/random/normal.ts";
import { randomStream } from "../../../../src/core/random/random-stream.ts";

const ROWS = 6;

/** Every kind of layer, and a square one. */
const NETWORK: Network = {
  layers: [
    { type: "linear", in: 4, out: 5 },
    { type: "relu", shift: 0.5 },
    { type: "linear", in: 5, out: 5 },
    { type: "activation", activation: { kind: "leakyRelu", slope: 0.1 } },
    { type: "linear", in: 5, out: 4 },
    { type: "activation", activation: { kind: "tanh" } },
    { type: "linear", in: 4, out: 4 },
    { type: "activation", activation: { kind: "sigmoid" } },
    { type: "linear", in: 4, out: 3 },
    { type: "activation", activation: { kind: "gelu" } },
    { type: "linear", in: 3, out: 3 },
  ],
  loss: "crossEntropy",
};

/** The layers that only training knows, and the losses of shares and squares. */
const NORMALISED: Network = {
  layers: [
    { type: "linear", in: 4, out: 5 },
    { type: "batchNorm", features: 5, momentum: 0.1, eps: 1e-3 },
    { type: "activation", activation: { kind: "gelu" } },
    {
      type: "residual",
      layers: [
        { type: "layerNorm", features: 5, eps: 1e-3 },
        { type: "linear", in: 5, out: 7 },
        { type: "activation", activation: { kind: "tanh" } },
        { type: "dropout", rate: 0.4 },
        { type: "linear", in: 7, out: 5 },
      ],
    },
    { type: "dropout", rate: 0.2 },
    { type: "linear", in: 5, out: 3 },
  ],
  loss: "crossEntropy",
  smoothing: 0.2,
};

/** Products: of two branches, of x and one, inside of a residual block, at the input and at the end. */
const GATED: Network = {
  layers: [
    {
      type: "product",
      left: [
        { type: "linear", in: 4, out: 5 },
        { type: "activation", activation: { kind: "sigmoid" } },
      ],
      right: [
        { type: "layerNorm", features: 4, eps: 1e-3 },
        { type: "linear", in: 4, out: 5 },
      ],
    },
    {
      type: "residual",
      layers: [
        {
          type: "product",
          left: [],
          right: [
            { type: "linear", in: 5, out: 5 },
            { type: "dropout", rate: 0.3 },
            { type: "activation", activation: { kind: "tanh" } },
          ],
        },
      ],
    },
    { type: "linear", in: 5, out: 3 },
    { type: "product", left: [{ type: "linear", in: 3, out: 3 }], right: [] },
  ],
  loss: "crossEntropy",
};

interface RunOptions {
  readonly network?: Network;
  readonly training?: boolean;
  readonly backward?: boolean;
}

/** Loss and gradients in float64, with one number of one tensor moved by `step`. */
function run(
  moved: { name: string; index: number; step: number } | null,
  buggy?: (x: ReferenceTensor) => Ops<ReferenceTensor>,
  { network = NETWORK, training = false, backward = true }: RunOptions = {},
) {
  const ops = new ReferenceOps();
  const stream = randomStream(3);
  const tensor = (name: string, shape: readonly number[]): ReferenceTensor => {
    const values = normal(
      stream,
      shape.reduce((size, n) => size * n, 1),
    );
    if (moved?.name === name) values[moved.index] += moved.step;
    return ops.from(name, shape, values);
  };
  const x = tensor("x", [ROWS, 4]);
  const y = ops.from(
    "y",
    [ROWS],
    Array.from({ length: ROWS }, (_, row) => row % 3),
  );
  const parameters = Object.fromEntries(
    parameterShapes(network).map(({ name, shape, learned, begin }) => {
      if (learned || begin === null) return [name, tensor(name, shape)];
      const values = Array.from({ length: shape.reduce((size, n) => size * n, 1) }, (_, i) => begin(i));
      return [name, ops.from(name, shape, values)];
    }),
  );
  const built = buildNetwork(
    buggy === undefined ? ops : buggy(x),
    network,
    { x, y, parameters },
    training ? { counter: ops.from("counter", [1], [17]), seed: 5 } : null,
  );
  return {
    loss: built.loss.data[0],
    gradients: backward ? built.backward() : {},
    outputs: built.outputs,
    parameters,
  };
}

/** max |ours − central difference| over all coordinates of a tensor, relative to the largest gradient. */
function disagreement(name: string, ours: ReferenceTensor, options: RunOptions = {}): number {
  let [worst, largest] = [0, 0];
  ours.data.forEach((gradient, index) => {
    const moved = (step: number): number => run({ name, index, step }, undefined, options).loss;
    const reference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
    worst = Math.max(worst, Math.abs(gradient - reference));
    largest = Math.max(largest, Math.abs(reference));
  });
  // A bias before a batch norm has no gradient at all.
  return worst / Math.max(largest, 1e-2);
}

describe("buildNetwork()", () => {
  it("differentiates every kind of layer as central differences do", () => {
    const { gradients, outputs } = run(null);
    expect(Object.keys(gradients)).toEqual(["x", ...parameterShapes(NETWORK).map(({ name }) => name)]);
    for (const [name, gradient] of Object.entries(gradients)) {
      expect(disagreement(name, gradient), name).toBeLessThan(1e-7);
    }
    for (const output of outputs) expect(output.gradient()?.shape).toEqual(output.out.shape);
  });

  it.each([
    { network: NORMALISED, training: true },
    { network: { ...NORMALISED, loss: "mseOneHot" as const }, training: true },
    { network: GATED, training: true },
  ])("differentiates norms, dropout and blocks too: $network.loss, training $training", (options) => {
    const { gradients } = run(null, undefined, options);
    const learned = parameterShapes(options.network).filter((one) => one.learned);
    expect(Object.keys(gradients).sort()).toEqual(["x", ...learned.map(({ name }) => name)].sort());
    for (const [name, gradient] of Object.entries(gradients)) {
      expect(disagreement(name, gradient, options), name).toBeLessThan(1e-6);
    }
  });

  it("goes back through running averages as through constants", () => {
    const { gradients, loss } = run(null, undefined, { network: NORMALISED });
    expect(Number.isFinite(loss)).toBe(true);
    // What is normalised by the batch has a gradient whose columns add up to 0; by constants it has not.
    expect(gradients.x.data.every(Number.isFinite)).toBe(true);
    expect(gradients.x.data.some((value) => value !== 0)).toBe(true);
  });

  it("lets the running averages follow the batches while it trains, and leaves them when it evaluates", () => {
    const begin = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    const evaluated = run(null, undefined, { network: NORMALISED, backward: false });
    expect([...evaluated.parameters["running1"].data]).toEqual(begin);
    const trained = run(null, undefined, { network: NORMALISED, training: true });
    expect([...trained.parameters["running1"].data].every((value, i) => value !== begin[i])).toBe(true);
    expect(trained.loss).not.toBe(evaluated.loss);
  });

  it("says of each layer what it was given, at the beginning of a product's second branch too", () => {
    const { outputs } = run(null, undefined, { network: GATED });
    const [first, gate, norm] = outputs;
    expect(gate.input).toBe(first.out);
    expect(norm.layer.type).toBe("layerNorm");
    expect(norm.input).toBe(first.input);
  });

  it("throws ContractError when a parameter is missing", () => {
    const ops = new ReferenceOps();
    const x = ops.tensor("x", [2, 4]);
    const y = ops.tensor("y", [2]);
    expect(() => buildNetwork(ops, NETWORK, { x, y, parameters: {} })).toThrow(ContractError);
  });
});

describe("BuggyOps", () => {
  /** Bugs of layers that the plain network has not. */
  const ELSEWHERE = ["dropout-mask", "norm-statistics", "skip-path", "product-rule"];

  it.each(SEEDED_BUG_NAMES)("%s changes some gradient, and never the loss", (bug) => {
    const network = bug === "product-rule" ? GATED : NORMALISED;
    const options = ELSEWHERE.includes(bug) ? { network, training: true } : undefined;
    const right = run(null, undefined, options);
    let ops: BuggyOps<ReferenceTensor> | undefined;
    const wrong = run(null, (x) => (ops = new BuggyOps(new ReferenceOps(), bug, x)), options);
    expect(ops?.made).toBeGreaterThan(0);
    expect(wrong.loss).toBe(right.loss);
    const changed = Object.entries(right.gradients).filter(([name, { data }]) =>
      data.some((value, i) => Math.abs(value - wrong.gradients[name].data[i]) > 1e-6 * Math.abs(value)),
    );
    expect(changed.map(([name]) => name)).not.toEqual([]);
  });

  it("missing-bias-sum is seen at the biases alone, also beside norms", () => {
    const options = { network: NORMALISED, training: true };
    const right = run(null, undefined, options);
    const wrong = run(null, (x) => new BuggyOps(new ReferenceOps(), "missing-bias-sum", x), options);
    const changed = Object.keys(right.gradients).filter(
      (name) => String(right.gradients[name].data) !== String(wrong.gradients[name].data),
    );
    expect(changed).not.toEqual([]);
    expect(changed.filter((name) => !/^b\d+$/.test(name))).toEqual([]);
  });
});

describe("networkTitle()", () => {
  it("says widths, activations and loss, and shortens a deep network", () => {
    const layers = Array.from({ length: 20 }, () => ({ type: "linear" as const, in: 50, out: 50 }));
    expect(networkTitle({ layers, loss: "mse" })).toBe("50-… 20 layers …-50, MSE");
  });
});
