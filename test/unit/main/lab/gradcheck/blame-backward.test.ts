import { expect, it } from "vitest";
import type { Layer } from "../../../../../src/core/network/network.ts";
import { withBackward } from "../../../../../src/core/network/own-backward/own-backward.ts";
import { saidOfBackward } from "../../../../../src/main/lab/gradcheck/blame-backward.ts";

const linear: Layer = { type: "linear", in: 4, out: 4 };
const relu: Layer = { type: "relu", shift: 0 };
const bent: Layer = {
  type: "activation",
  activation: { kind: "own", name: "bent", forward: "z", backward: "2 * dy" },
};
/** w1; w2 and w3 in a layer of one's own; w4. */
const layers = (between: Layer): Layer[] => [
  linear,
  between,
  ...withBackward([linear, relu, linear], "mine", ["dx = dy"]),
  linear,
];

it.each<[string[], string]>([
  [[], ""],
  [["w4", "w3", "x"], ""],
  [
    ["b3", "w2", "w1", "x"],
    "The gradient that your backward of mine gives w2, b3 is not the derivative of its forward.",
  ],
  [
    ["w1", "x"],
    "The gradient that your backward of mine gives x, and that goes on to w1, is not the derivative of its forward.",
  ],
  [["x"], "The gradient that your backward of mine gives x is not the derivative of its forward."],
])("of wrong gradients of %j it says whose backward is to blame", (failed, said) => {
  expect(saidOfBackward({ layers: layers(relu), loss: "mse" }, new Set(failed))).toBe(said);
});

it("blames nobody where an activation's own backward may be wrong as well", () => {
  expect(saidOfBackward({ layers: layers(bent), loss: "mse" }, new Set(["w1"]))).toBe("");
});
