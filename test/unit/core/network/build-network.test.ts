import { describe, expect, it } from "vitest";
import { ContractError } from "../../../../src/core/errors.ts";
import { buildNetwork } from "../../../../src/core/network/build-network.ts";
import { networkTitle, parameterShapes, type Network } from "../../../../src/core/network/network.ts";
import { BuggyOps, SEEDED_BUG_NAMES } from "../../../../src/core/network/seeded-bug.ts";
import type { Ops } from "../../../../src/core/ops/op.ts";
import { ReferenceOps, type ReferenceTensor } from "../../../../src/core/ops/reference-ops.ts";
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

/** Loss and gradients in float64, with one number of one tensor moved by `step`. */
function run(
  moved: { name: string; index: number; step: number } | null,
  buggy?: (x: ReferenceTensor) => Ops<ReferenceTensor>,
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
    parameterShapes(NETWORK).map(({ name, shape }) => [name, tensor(name, shape)]),
  );
  const built = buildNetwork(buggy === undefined ? ops : buggy(x), NETWORK, { x, y, parameters });
  return { loss: built.loss.data[0], gradients: built.backward(), outputs: built.outputs };
}

/** max |ours − central difference| over all coordinates of a tensor, relative to the largest gradient. */
function disagreement(name: string, ours: ReferenceTensor): number {
  let [worst, largest] = [0, 0];
  ours.data.forEach((gradient, index) => {
    const moved = (step: number): number => run({ name, index, step }).loss;
    const reference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
    worst = Math.max(worst, Math.abs(gradient - reference));
    largest = Math.max(largest, Math.abs(reference));
  });
  return worst / largest;
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

  it("throws ContractError when a parameter is missing", () => {
    const ops = new ReferenceOps();
    const x = ops.tensor("x", [2, 4]);
    const y = ops.tensor("y", [2]);
    expect(() => buildNetwork(ops, NETWORK, { x, y, parameters: {} })).toThrow(ContractError);
  });
});

describe("BuggyOps", () => {
  it.each(SEEDED_BUG_NAMES)("%s changes some gradient, and never the loss", (bug) => {
    const right = run(null);
    let ops: BuggyOps<ReferenceTensor> | undefined;
    const wrong = run(null, (x) => (ops = new BuggyOps(new ReferenceOps(), bug, x)));
    expect(ops?.made).toBeGreaterThan(0);
    expect(wrong.loss).toBe(right.loss);
    const changed = Object.entries(right.gradients).filter(([name, { data }]) =>
      data.some((value, i) => Math.abs(value - wrong.gradients[name].data[i]) > 1e-6 * Math.abs(value)),
    );
    expect(changed.map(([name]) => name)).not.toEqual([]);
  });
});

describe("networkTitle()", () => {
  it("says widths, activations and loss, and shortens a deep network", () => {
    const layers = Array.from({ length: 20 }, () => ({ type: "linear" as const, in: 50, out: 50 }));
    expect(networkTitle({ layers, loss: "mse" })).toBe("50-… 20 layers …-50, MSE");
  });
});
