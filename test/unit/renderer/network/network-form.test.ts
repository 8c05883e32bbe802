import { describe, expect, it } from "vitest";
import { specOf, type NetworkChoice } from "../../../../src/renderer/network/network-form.ts";

const CHOICE: NetworkChoice = {
  preset: "custom",
  activation: "relu",
  init: "kaimingNormal",
  loss: "crossEntropy",
  split: "train",
};
const NUMBERS = { depth: 3, width: 50, rows: 100, seed: 1, gain: 1 };
const widths = (choice: Partial<NetworkChoice>, numbers: Partial<typeof NUMBERS> = {}) =>
  specOf({ ...CHOICE, ...choice }, { ...NUMBERS, ...numbers }).layers.flatMap((layer) =>
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
    const { layers } = specOf({ ...CHOICE, activation: "tanh" }, NUMBERS);
    expect(layers.map(({ type }) => type)).toEqual(["linear", "tanh", "linear", "tanh", "linear"]);
    expect(specOf({ ...CHOICE, activation: "none" }, NUMBERS).layers).toHaveLength(3);
  });

  it("gives a preset its own layers and loss, drawn as chosen; a gain of 1 is not written", () => {
    const spec = specOf({ ...CHOICE, preset: "notebook", init: "xavierNormal" }, { ...NUMBERS, gain: 2 });
    expect(spec.loss).toBe("mse");
    expect(spec.layers[0]).toMatchObject({ in: 784, out: 50, init: "xavierNormal", gain: 2 });
    expect(specOf(CHOICE, NUMBERS).layers[0]).not.toHaveProperty("gain");
  });
});
