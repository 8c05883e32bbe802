import { expect, it } from "vitest";
import { fitWidths } from "../../../../src/shared/specs/fit-widths.ts";
import { networkSpecMisfit, type TrainLayerSpec } from "../../../../src/shared/specs/network-spec.ts";

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
  const fitted = fitWidths(layers);
  expect(fitted[0]).toMatchObject({ in: 784, out: 40 });
  expect(fitted[2]).toMatchObject({ layers: [{ in: 40, out: 12 }, {}, { in: 12, out: 40 }] });
  expect(fitted[3]).toMatchObject({ in: 40, out: 10 });
  expect(networkSpecMisfit({ layers: fitted, loss: "crossEntropy" })).toBe("");
});
