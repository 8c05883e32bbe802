import { describe, expect, it } from "vitest";
import { MNIST_DATASET } from "../../../../src/shared/experiments/dataset.ts";
import { endsOf, endsOfLayers, type DataEnds } from "../../../../src/shared/specs/network-spec.ts";
import { specOf, type NetworkChoice } from "../../../../src/renderer/network/network-form.ts";

const MNIST = endsOf(MNIST_DATASET);
const CHOICE: NetworkChoice = {
  data: "mnist",
  given: null,
  ownActivation: null,
  ownLoss: null,
  preset: "custom",
  activation: "relu",
  init: "kaimingNormal",
  loss: "crossEntropy",
  split: "train",
};
const NUMBERS = { depth: 3, width: 50, rows: 100, seed: 1, gain: 1 };
const widths = (choice: Partial<NetworkChoice>, numbers: Partial<typeof NUMBERS> = {}) =>
  specOf({ ...CHOICE, ...choice }, { ...NUMBERS, ...numbers }, MNIST).layers.flatMap((layer) =>
    layer.type === "linear" ? [[layer.in, layer.out]] : [],
  );

describe("specOf()", () => {
  it("goes from the pixels over the hidden width to the classes, or to one number for the MSE", () => {
    expect(widths({})).toEqual([
      [784, 50],
      [50, 50],
      [50, 10],
    ]);
    expect(widths({ loss: "mse" }, { depth: 1 })).toEqual([[784, 1]]);
  });

  it("puts the activation after every linear layer but the last", () => {
    const { layers } = specOf({ ...CHOICE, activation: "tanh" }, NUMBERS, MNIST);
    expect(layers.map(({ type }) => type)).toEqual(["linear", "tanh", "linear", "tanh", "linear"]);
    expect(specOf({ ...CHOICE, activation: "none" }, NUMBERS, MNIST).layers).toHaveLength(3);
  });

  it("takes what a notebook has defined, with where it comes from", () => {
    const ownActivation = { type: "own", name: "mine", forward: "tanh(z)" } as const;
    const { layers } = specOf({ ...CHOICE, activation: "own", ownActivation }, NUMBERS, MNIST);
    expect(layers[1]).toEqual(ownActivation);
  });

  it("follows the data's features, classes and numbers", () => {
    const table = { title: "iris", features: 4, target: "classes", outputs: 3 } as const;
    const prices = { title: "prices", features: 8, target: "numbers", outputs: 2 } as const;
    const between = (choice: Partial<NetworkChoice>, ends: DataEnds) =>
      endsOfLayers(specOf({ ...CHOICE, ...choice }, NUMBERS, ends).layers);
    for (const preset of ["custom", "classifier"] as const) {
      expect(between({ preset }, table)).toEqual({ inputs: 4, outputs: 3 });
      expect(between({ preset }, prices)).toEqual({ inputs: 8, outputs: 2 });
    }
    expect(specOf(CHOICE, NUMBERS, prices).loss).toBe("mse");
    expect(between({ loss: "binaryCrossEntropy" }, { ...table, outputs: 2 })).toEqual({
      inputs: 4,
      outputs: 1,
    });
  });

  it("takes a network from another view as it is", () => {
    const given = {
      layers: [{ type: "linear", in: 2, out: 3, init: "zeros" }],
      loss: "crossEntropy",
    } as const;
    const spec = specOf(
      { ...CHOICE, preset: "given", given: { ...given, layers: [...given.layers] } },
      NUMBERS,
      MNIST,
    );
    expect(spec).toMatchObject({ ...given, seed: 1 });
  });

  it("gives a preset its own layers and loss, drawn as chosen; a gain of 1 is not written", () => {
    const spec = specOf(
      { ...CHOICE, preset: "notebook", init: "xavierNormal" },
      { ...NUMBERS, gain: 2 },
      MNIST,
    );
    expect(spec.loss).toBe("mse");
    expect(spec.layers[0]).toMatchObject({ in: 784, out: 50, init: "xavierNormal", gain: 2 });
    expect(specOf(CHOICE, NUMBERS, MNIST).layers[0]).not.toHaveProperty("gain");
  });
});
