import * as v from "valibot";
import { expect, test } from "vitest";
import { parameterShapes } from "../../../src/core/network/network.ts";
import { fitWidths } from "../../../src/shared/specs/fit-widths.ts";
import {
  composedLayerSchema,
  trainLayerSpecSchema,
  type SingleLayerSpec,
  type TrainLayerSpec,
} from "../../../src/shared/specs/layer-spec.ts";
import {
  endsOfLayers,
  holdsBatchNorm,
  networkOf,
  networkSpecMisfit,
  schemesOf,
} from "../../../src/shared/specs/network-spec.ts";
import { composedText, openLayers, widthFor } from "../../../src/shared/specs/open-layers.ts";

const linear = (inFeatures: number, out: number): SingleLayerSpec => ({
  type: "linear",
  in: inFeatures,
  out,
  init: "kaimingNormal",
});
const bottleneck = v.parse(composedLayerSchema, {
  type: "ownLayer",
  name: "bottleneck",
  init: "xavierNormal",
  layers: [
    { type: "linear", out: { times: 1, per: 4 } },
    { type: "relu" },
    { type: "batchNorm" },
    { type: "linear", out: { times: 2, plus: 1 } },
  ],
});

test("a layer of one's own stands for its layers, as wide as what comes in says", () => {
  const layers = [linear(8, 10), bottleneck, linear(21, 3)];
  expect(
    openLayers(layers).map((layer) =>
      layer.type === "linear" ? [layer.in, layer.out, layer.init] : layer.type,
    ),
  ).toStrictEqual([
    [8, 10, "kaimingNormal"],
    [10, 2, "xavierNormal"],
    "relu",
    "batchNorm",
    [2, 21, "xavierNormal"],
    [21, 3, "kaimingNormal"],
  ]);
  expect(endsOfLayers(layers)).toStrictEqual({ inputs: 8, outputs: 3 });
  expect(endsOfLayers([linear(8, 10), bottleneck])).toStrictEqual({ inputs: 8, outputs: 21 });
  expect(schemesOf({ layers })).toHaveLength(4);
  expect(holdsBatchNorm(layers)).toBe(true);
  expect(networkSpecMisfit({ layers, loss: "crossEntropy" })).toBe("");
  const shapes = parameterShapes(networkOf({ layers, loss: "crossEntropy" }));
  expect(shapes.map(({ name, shape }) => `${name} ${shape.join("×")}`)).toStrictEqual([
    "w1 8×10",
    "b1 10",
    "w2 10×2",
    "b2 2",
    "gain1 2",
    "shift1 2",
    "running1 2×2",
    "w3 2×21",
    "b3 21",
    "w4 21×3",
    "b4 3",
  ]);
});

test("widths are rounded down, at least 1, and the layers behind follow", () => {
  expect([1, 3, 4, 11].map((n) => widthFor({ times: 1, per: 4, plus: 0 }, n))).toStrictEqual([1, 1, 1, 2]);
  expect(widthFor({ times: 3, per: 2, plus: -2 }, 5)).toBe(5);
  expect(widthFor(7, 5)).toBe(7);
  const fitted = fitWidths([linear(8, 20), bottleneck, linear(9, 3)]);
  expect(fitted.at(-1)).toMatchObject({ in: 41, out: 3 });
});

test("what does not fit is named with its place", () => {
  const misfit = (...layers: TrainLayerSpec[]): string => networkSpecMisfit({ layers, loss: "crossEntropy" });
  expect(misfit(bottleneck, linear(8, 3))).toBe(
    "layer 1, a layer of one's own, must stand behind a linear layer, which says how many values come in",
  );
  expect(misfit(linear(8, 10), bottleneck, linear(10, 3))).toBe("layer 3 takes 10 values where 21 come in");
  const block = v.parse(composedLayerSchema, {
    type: "ownLayer",
    name: "block",
    layers: [{ type: "residual", layers: [{ type: "linear", out: 5 }] }],
  });
  expect(misfit(linear(8, 10), block, linear(10, 3))).toBe(
    "layer 2, block, layer 1, a residual block, takes 10 values and gives 5: both must be equal",
  );
  const wide = {
    ...bottleneck,
    layers: [{ type: "linear", out: { times: 1_000, per: 1, plus: 0 } } as const],
  };
  expect(misfit(linear(8, 1_000), wide, linear(1, 3))).toBe(
    "layer 2, bottleneck, layer 1 gives 1000000 values; the most are 100,000",
  );
  for (const layers of [[], [{ type: "linear", out: 0 }], [{ type: "conv" }], [{ type: "ownLayer" }]]) {
    expect(v.safeParse(composedLayerSchema, { type: "ownLayer", name: "a", layers }).success).toBe(false);
  }
});

test("it is told in words", () => {
  expect(composedText(bottleneck.layers)).toBe("linear n → n / 4, relu, batch norm, linear n / 4 → 2 n + 1");
});

test("a product opens with both branches from what comes in, and is told in words", () => {
  const gate = v.parse(composedLayerSchema, {
    type: "ownLayer",
    name: "gate",
    layers: [
      {
        type: "product",
        left: [{ type: "linear", out: { times: 1, per: 2 } }, { type: "sigmoid" }],
        right: [{ type: "linear", out: { times: 1, per: 2 } }],
      },
      { type: "product", left: [], right: [{ type: "tanh" }] },
    ],
  });
  expect(openLayers([linear(8, 10), gate, linear(5, 3)])).toStrictEqual([
    linear(8, 10),
    { type: "product", left: [linear(10, 5), { type: "sigmoid" }], right: [linear(10, 5)] },
    { type: "product", left: [], right: [{ type: "tanh" }] },
    linear(5, 3),
  ]);
  expect(endsOfLayers([linear(8, 10), gate])).toEqual({ inputs: 8, outputs: 5 });
  expect(composedText(gate.layers)).toBe("(linear n → n / 2, sigmoid) ⊙ (linear n → n / 2), x ⊙ (tanh)");
  const layers = [linear(8, 10), gate, linear(5, 3)];
  expect(networkSpecMisfit({ layers, loss: "crossEntropy" })).toBe("");
});

test("branches that differ, and a product without layers, are named with their place", () => {
  const misfit = (...layers: TrainLayerSpec[]): string => networkSpecMisfit({ layers, loss: "crossEntropy" });
  const product = (left: ReturnType<typeof linear>[], right: ReturnType<typeof linear>[]) =>
    ({ type: "product", left, right }) as const;
  expect(misfit(linear(8, 10), product([linear(10, 5)], [linear(10, 7)]))).toBe(
    "layer 2, a product, multiplies the left branch's 5 values by the right branch's 7 values: both must be as many",
  );
  expect(misfit(linear(8, 10), product([], [linear(10, 7)]))).toBe(
    "layer 2, a product, multiplies the 10 values that come in by the right branch's 7 values: both must be as many",
  );
  expect(misfit(linear(8, 10), product([linear(10, 5)], [linear(5, 5)]))).toBe(
    "layer 2, right, layer 1 takes 5 values where 10 come in",
  );
  expect(misfit(linear(8, 10), product([], []))).toBe(
    "layer 2, a product, holds no layer: give one of its branches at least one",
  );
  expect(misfit(product([linear(8, 3)], [linear(8, 3)]))).toBe("");
});

test("a residual block may hold a product; a product holds no block", () => {
  const product = { type: "product", left: [], right: [{ type: "relu" }] };
  const residual = { type: "residual", layers: [{ type: "relu" }] };
  const takes = (layer: object): boolean => v.safeParse(trainLayerSpecSchema, layer).success;
  expect(takes({ ...residual, layers: [product] })).toBe(true);
  expect(takes({ ...residual, layers: [residual] })).toBe(false);
  expect(takes({ ...product, right: [product] })).toBe(false);
  expect(takes({ ...product, left: [residual] })).toBe(false);
});
