import { expect, it } from "vitest";
import { agreementOf } from "../../../../src/renderer/stages/agreement.ts";
import type { StagePair } from "../../../../src/shared/experiments/stages.ts";

const pair = (tensor: StagePair["tensor"], relNorm: number, equal = true): StagePair => ({
  first: "functions",
  second: "tfjs",
  tensor,
  relNorm,
  equal,
  allclose: equal,
  maxAbs: relNorm,
  relMax: relNorm,
});

it("agreementOf() gives the worst of five gradients, in either order of the stages", () => {
  const pairs = [pair("x", 1e-7), pair("w1", 3e-6), pair("b1", 2e-6)];
  const agreement = agreementOf(pairs, ["tfjs", "functions"], "all");
  expect(agreement).toMatchObject({ equal: true, relNorm: 3e-6, tensor: "w1" });
  expect(agreementOf(pairs, ["functions", "tfjs"], "x")).toMatchObject({ relNorm: 1e-7 });
});

it("agreementOf() differs when one gradient does, and takes NaN for the worst", () => {
  const pairs = [pair("x", NaN, false), pair("w1", 1e-6)];
  expect(agreementOf(pairs, ["functions", "tfjs"], "all")).toMatchObject({ equal: false, relNorm: NaN });
});

it("agreementOf() is null where nothing was compared", () => {
  expect(agreementOf([pair("x", 0)], ["functions", "module"], "all")).toBeNull();
});
