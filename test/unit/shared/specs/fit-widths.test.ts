import { expect, it } from "vitest";
import { fitToData, fitWidths } from "../../../../src/shared/specs/fit-widths.ts";
import type { TrainLayerSpec } from "../../../../src/shared/specs/layer-spec.ts";
import { dataMisfit, endsOfLayers, networkSpecMisfit } from "../../../../src/shared/specs/network-spec.ts";

const linear = (inFeatures: number, out: number) => ({
  ...({ type: "linear", in: inFeatures, out, init: "kaimingNormal" } as const),
});

it("fitWidths() lets every layer take what comes in, and closes residual blocks", () => {
  const layers: TrainLayerSpec[] = [
    linear(5, 40),
    { type: "relu", shift: 0 },
    { type: "residual", layers: [linear(7, 12), { type: "tanh" }, linear(9, 11)] },
    linear(3, 10),
  ];
  const fitted = fitWidths(layers, 784);
  expect(fitted[0]).toMatchObject({ in: 784, out: 40 });
  expect(fitted[2]).toMatchObject({ layers: [{ in: 40, out: 12 }, {}, { in: 12, out: 40 }] });
  expect(fitted[3]).toMatchObject({ in: 40, out: 10 });
  expect(networkSpecMisfit({ layers: fitted, loss: "crossEntropy" })).toBe("");
});

it("fitToData() gives a network the ends that the data asks for", () => {
  const layers = [linear(784, 50), { type: "batchNorm", momentum: 0.1, eps: 1e-5 } as const, linear(50, 10)];
  const letters = { title: "letters", features: 64, target: "classes", outputs: 26 } as const;
  const prices = { title: "prices", features: 8, target: "numbers", outputs: 1 } as const;
  expect(endsOfLayers(fitToData(layers, "crossEntropy", letters))).toEqual({ inputs: 64, outputs: 26 });
  expect(dataMisfit({ layers, loss: "crossEntropy" }, letters)).toContain(
    "takes 784 values where 64 come in",
  );
  const fitted = fitToData(layers, "huber", prices);
  expect(dataMisfit({ layers: fitted, loss: "huber" }, prices)).toBe("");
  expect(dataMisfit({ layers: fitted, loss: "crossEntropy" }, prices)).toContain("take mse, l1 or huber");
});

it("fitWidths() lets the right branch of a product end as the left one does, and both as x where one cannot", () => {
  const layers: TrainLayerSpec[] = [
    linear(5, 40),
    { type: "product", left: [linear(3, 30), { type: "sigmoid" }], right: [linear(3, 9), linear(9, 8)] },
    { type: "product", left: [], right: [linear(3, 12), linear(12, 8)] },
    {
      type: "residual",
      layers: [linear(3, 6), { type: "product", left: [linear(1, 4)], right: [linear(1, 5)] }],
    },
    linear(3, 10),
  ];
  const fitted = fitWidths(layers, 784);
  expect(fitted[1]).toMatchObject({
    left: [{ in: 40, out: 30 }, {}],
    right: [
      { in: 40, out: 9 },
      { in: 9, out: 30 },
    ],
  });
  expect(fitted[2]).toMatchObject({
    left: [],
    right: [
      { in: 30, out: 12 },
      { in: 12, out: 30 },
    ],
  });
  expect(fitted[3]).toMatchObject({
    layers: [
      { in: 30, out: 6 },
      { left: [{ in: 6, out: 30 }], right: [{ in: 6, out: 30 }] },
    ],
  });
  expect(fitted[4]).toMatchObject({ in: 30, out: 10 });
  expect(networkSpecMisfit({ layers: fitted, loss: "crossEntropy" })).toBe("");
});
