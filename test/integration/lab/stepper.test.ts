import katex from "katex";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawParameters } from "../../../src/core/init/draw-parameters.ts";
import { buildNetwork } from "../../../src/core/network/build-network.ts";
import { parameterShapes } from "../../../src/core/network/network.ts";
import { ReferenceOps } from "../../../src/core/ops/reference-ops.ts";
import { networkOf, schemesOf, type NetworkSpec } from "../../../src/shared/specs/network-spec.ts";
import type { Trace } from "../../../src/shared/experiments/stepper.ts";
import { openTestLab, type TestLab } from "./open-test-lab.ts";

const SMALL: NetworkSpec = {
  layers: [
    { type: "linear", in: 784, out: 4, init: "kaimingNormal" },
    { type: "relu", shift: 0 },
    { type: "linear", in: 4, out: 1, init: "kaimingNormal" },
  ],
  loss: "mse",
  data: { name: "mnist", split: "train", rows: 4 },
  seed: 42,
};

let test: TestLab;
let trace: Trace;
beforeAll(async () => {
  test = await openTestLab(2);
  trace = await test.lab.stepper.trace({ network: SMALL, threads: 2 });
});
afterAll(async () => {
  await test.close();
});

const last = (name: string) => trace.tensors.findLast((tensor) => tensor.name === name)!;

describe("Lab.stepper.trace()", () => {
  it("walks forward, through the loss, and backward, each op in words", () => {
    expect(trace.title).toBe("784-4-1, relu, MSE");
    expect(trace.steps.map(({ pass, op }) => `${pass} ${op}`)).toEqual([
      "forward matmul",
      "forward addBias",
      "forward relu",
      "forward matmul",
      "forward addBias",
      "loss mse",
      "backward mseBackward",
      "backward matmul",
      "backward matmul",
      "backward columnSum",
      "backward reluBackward",
      "backward matmul",
      "backward matmul",
      "backward columnSum",
    ]);
    for (const step of trace.steps) {
      expect(step.sentence.length, step.op).toBeGreaterThan(20);
      expect(step.formula, step.op).not.toBe("");
      const [left, right] = step.formula.split(" = ");
      expect(left, step.op).not.toBe(right);
      expect(step.ms).toBeGreaterThan(0);
      expect(step.outputs).toHaveLength(1);
      for (const id of [...step.inputs, ...step.outputs]) {
        expect(
          trace.tensors.some((tensor) => tensor.id === id),
          `${step.op} ${id}`,
        ).toBe(true);
      }
    }
  });

  it("says what an activation computes, and its slope on the way back, in formulas that can be set", async () => {
    const activations = [
      { type: "tanh" },
      { type: "sigmoid" },
      { type: "gelu" },
      { type: "softplus" },
      { type: "leakyRelu", slope: 0.1 },
    ] as const;
    const inner = activations.flatMap((activation) => [
      activation,
      { type: "linear", in: 4, out: 4, init: "kaimingNormal" } as const,
    ]);
    const layers: NetworkSpec["layers"] = [
      { type: "linear", in: 784, out: 4, init: "kaimingNormal" },
      ...inner,
      { type: "linear", in: 4, out: 1, init: "kaimingNormal" },
    ];
    const { steps } = await test.lab.stepper.trace({ network: { ...SMALL, layers }, threads: 2 });
    for (const { formula } of steps) katex.renderToString(formula, { throwOnError: true });
    const formulas = (op: string) => steps.filter((step) => step.op === op).map(({ formula }) => formula);
    expect(formulas("activate")).toEqual([
      "a_{1} = \\tanh z_{1}",
      "a_{2} = \\sigma(z_{2}) = \\frac{1}{1 + e^{-z_{2}}}",
      "a_{3} = z_{3}\\,\\Phi(z_{3})",
      "a_{4} = \\log(1 + e^{z_{4}})",
      "a_{5} = \\max(z_{5}, 0) + 0.1 \\min(z_{5}, 0)",
    ]);
    expect(formulas("activateBackward").at(-1)).toContain("(1 - \\tanh^2 z_{1})\\cdot");
  });

  it.each([
    { loss: "crossEntropy", out: 10 },
    { loss: "crossEntropy", out: 10, labelSmoothing: 0.1 },
    { loss: "crossEntropy", out: 10, classWeights: Array.from({ length: 10 }, (_, c) => 1 + c) },
    { loss: "binaryCrossEntropy", out: 10 },
    { loss: "binaryCrossEntropy", out: 10, classWeights: new Array<number>(10).fill(2) },
    { loss: "l1", out: 1 },
    { loss: "huber", out: 1, delta: 0.5 },
  ] as const)("gives each step a formula that can be set: norms, dropout, a product, %o", async (given) => {
    const { out, ...loss } = given;
    const linear = (from: number, to: number) =>
      ({ type: "linear", in: from, out: to, init: "kaimingNormal" }) as const;
    const layers: NetworkSpec["layers"] = [
      linear(784, 6),
      { type: "batchNorm", momentum: 0.1, eps: 1e-5 },
      { type: "layerNorm", eps: 1e-5 },
      { type: "product", left: [linear(6, 6)], right: [linear(6, 6), { type: "sigmoid" }] },
      { type: "dropout", rate: 0.2 },
      linear(6, out),
    ];
    const { steps } = await test.lab.stepper.trace({ network: { ...SMALL, ...loss, layers }, threads: 2 });
    for (const { formula } of steps) katex.renderToString(formula, { throwOnError: true });
    const backward = steps.filter(({ pass, formula }) => pass === "backward" && formula !== "");
    expect(backward.length).toBeGreaterThan(10);
    for (const { formula, title } of backward) expect(formula, title).toContain(" = ");
    const smoothed = steps.find(({ op }) => op === "crossEntropyBackward")?.formula ?? "";
    expect(smoothed.includes("0.1")).toBe("labelSmoothing" in given);
  });

  it("A9: names tensors by layer, with the formula beside, and never nests them", () => {
    const made = trace.steps.map(({ outputs }) => trace.tensors.find(({ id }) => id === outputs[0])!);
    expect(made.map(({ name, formula }) => `${name} = ${formula}`)).toEqual([
      "x @ w1 = x @ w1",
      "z1 = x @ w1 + b1",
      "a1 = relu(z1)",
      "a1 @ w2 = a1 @ w2",
      "z2 = a1 @ w2 + b2",
      "L = mean((z2 − y)²)",
      "dz2 = 2 (z2 − y) / count",
      "da1 = dz2 @ w2ᵀ",
      "dW2 = a1ᵀ @ dz2",
      "db2 = Σ rows of dz2",
      "dz1 = [z1 > 0] · da1",
      "dx = dz1 @ w1ᵀ",
      "dW1 = xᵀ @ dz1",
      "db1 = Σ rows of dz1",
    ]);
  });

  it("shows what each op left, also where a later one writes over it", () => {
    const ops = new ReferenceOps();
    const network = networkOf(SMALL);
    const given = drawParameters(network, schemesOf(SMALL), SMALL.seed);
    const parameters = Object.fromEntries(
      parameterShapes(network).map(({ name, shape }) => [name, ops.from(name, shape, given[name])]),
    );
    // The first four rows are small enough to be read from the trace itself only in part: all their values are needed.
    const [product, biased] = [trace.steps[0], trace.steps[1]].map(({ outputs }) =>
      trace.tensors.find(({ id }) => id === outputs[0])!,
    );
    expect(product.name).toBe("x @ w1");
    expect(biased.name).toBe("z1");
    expect(product.id).not.toBe(biased.id);
    // Biases begin at zero.
    expect(product.values.values).toEqual(biased.values.values);
    const hidden = last("a1");
    expect(hidden.values.values).toEqual(biased.values.values.map((value) => Math.max(value, 0)));
    const [h, y] = [hidden.values.values, last("y").values.values];
    const x = ops.from("x", [4, 4], h);
    const built = buildNetwork(
      ops,
      { layers: [{ type: "linear", in: 4, out: 1 }], loss: "mse" },
      { x, y: ops.from("y", [4], y), parameters: { w1: parameters["w2"], b1: parameters["b2"] } },
    );
    expect(trace.loss).toBeCloseTo(built.loss.data[0], 4);
    const gradients = built.backward();
    for (const [ours, theirs] of [
      ["dW2", "w1"],
      ["db2", "b1"],
    ] as const) {
      const expected = gradients[theirs].data;
      last(ours).values.values.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 3));
    }
  });

  it("gives all values of small tensors, and a sample of large ones", () => {
    expect(last("w2").values).toMatchObject({ rows: 4, columns: 1, shown: "all values" });
    expect(last("x").values).toMatchObject({ rows: 4, columns: 64, shown: "a sample" });
    expect(last("x").role).toBe("data");
    expect(last("dW1")).toMatchObject({ role: "gradient", shape: [784, 4] });
  });

  it("traces every kind of layer, and is refused while something else runs", async () => {
    const layers: NetworkSpec["layers"] = [
      { type: "linear", in: 784, out: 6, init: "xavierNormal" },
      { type: "gelu" },
      { type: "linear", in: 6, out: 6, init: "xavierNormal" },
      { type: "leakyRelu", slope: 0.1 },
      { type: "linear", in: 6, out: 10, init: "xavierNormal" },
    ];
    const spec: NetworkSpec = { ...SMALL, layers, loss: "crossEntropy" };
    const first = test.lab.stepper.trace({ network: spec, threads: 2 });
    await expect(test.lab.stepper.trace({ network: spec, threads: 2 })).rejects.toThrow(/still running/);
    const found = await first;
    expect(found.steps.every(({ sentence }) => sentence !== "")).toBe(true);
    const names = new Set(found.tensors.map(({ name }) => name));
    for (const name of ["z1", "a1", "z2", "a2", "z3", "L", "dz3", "da2", "dz2", "da1", "dz1", "dW1", "dx"]) {
      expect(names, name).toContain(name);
    }
    for (const name of names) expect(name).not.toMatch(/[(.]/);
  });

  it("names what comes through and past a residual block by its layer, in every block of several", async () => {
    const block: NetworkSpec["layers"][number] = {
      type: "residual",
      layers: [{ type: "linear", in: 6, out: 6, init: "xavierNormal" }, { type: "tanh" }],
    };
    const layers: NetworkSpec["layers"] = [
      { type: "linear", in: 784, out: 6, init: "xavierNormal" },
      block,
      block,
      { type: "linear", in: 6, out: 1, init: "xavierNormal" },
    ];
    const found = await test.lab.stepper.trace({ network: { ...SMALL, layers }, threads: 2 });
    const names = new Set(found.tensors.map(({ name }) => name));
    for (const name of ["z1", "s1", "s2", "ds1 in all", "dz1 in all"]) expect(names, name).toContain(name);
    for (const name of names) expect(name).not.toMatch(/[(.]|@.*@/);
  });
});
