import { describe, expect, it } from "vitest";
import { layerMisfit } from "../../../../src/core/network/own-backward/layer-misfit.ts";
import { backwardProblem } from "../../../../src/core/network/own-backward/own-backward.ts";
import type { Layer } from "../../../../src/core/network/network.ts";

const INPUTS = 6;
const dense: Layer[] = [
  { type: "linear", in: INPUTS, out: 4 },
  { type: "activation", activation: { kind: "tanh" } },
];
const DENSE = ["dz = dy * (1 - y ** 2)", "dx = dz @ t(w1)", "dw1 = t(x) @ dz", "db1 = sum(dz, 0)"];
const norm: Layer[] = [{ type: "layerNorm", features: INPUTS, eps: 1e-5 }];
const NORM = [
  "c = x - mean(x, 1, keepdim)",
  "s = rsqrt(mean(square(c), 1, keepdim) + 0.00001)",
  "h = c * s",
  "dh = dy * gain1",
  "dx = s * (dh - mean(dh, 1, keepdim) - h * mean(dh * h, 1, keepdim))",
  "dgain1 = sum(dy * h, 0)",
  "dshift1 = sum(dy, 0)",
];
const replaced = (lines: readonly string[], name: string, line: string): string[] =>
  lines.map((one) => (one.startsWith(`${name} =`) ? line : one));

describe("a layer's own backward", () => {
  it.each([
    ["a linear layer and tanh", dense, DENSE],
    ["a layer norm", norm, NORM],
    [
      "outer products summed over the rows",
      dense,
      replaced(DENSE, "dw1", "dw1 = sum(unsqueeze(x, 2) * unsqueeze(dz, 1), 0)"),
    ],
    [
      "two layers, with what lies between recomputed",
      [...dense, { type: "linear", in: 4, out: 3 } as const, { type: "relu", shift: 0 } as const],
      [
        "a = tanh(x @ w1 + b1)",
        "dz2 = dy * (a @ w2 + b2 > 0)",
        "dz1 = dz2 @ t(w2) * (1 - square(a))",
        "dx = dz1 @ t(w1)",
        "dw1 = t(x) @ dz1",
        "db1 = sum(dz1, 0)",
        "dw2 = t(a) @ dz2",
        "db2 = sum(dz2, 0)",
      ],
    ],
  ])("gives the derivative of %s", (_name, layers, lines) => {
    expect(backwardProblem(layers, INPUTS, lines)).toBe("");
    expect(layerMisfit(layers, INPUTS, lines)).toBeNull();
  });

  it.each([
    ["dx", "dx = dz @ t(w1) * 1.01"],
    ["dw1", "dw1 = t(x) @ dy"],
    ["db1", "db1 = mean(dz, 0)"],
    ["db1", "db1 = b1"],
    ["dx", "dx = x * log(-1)"],
  ])("says that %s is wrong in %s", (name, line) => {
    const found = layerMisfit(dense, INPUTS, replaced(DENSE, name, line));
    expect(found?.gradient).toBe(name);
    expect(found?.given).not.toBe(found?.derived);
  });

  it("does not compare what would take long", () => {
    const lines = replaced(DENSE, "dw1", "dw1 = t(x) @ dz + sum(t(y) @ y)");
    const wide: Layer[] = [{ type: "linear", in: INPUTS, out: 10_000 }, ...dense.slice(1)];
    expect(() => layerMisfit(wide, INPUTS, lines)).toThrow(/has 1\.00e\+8 elements for 5 rows/);
  });

  it.each<[string, string[], string]>([
    ["no line", ["dx"], 'line 1, "dx": expected name = formula'],
    ["a formula that is none", ["dx = dy @"], 'line 1, "dx = dy @": the end at place 5: expected a number'],
    ["an unknown name", ["dx = dz @ t(w1)"], "expected one of x, y, dy, w1, b1"],
    ["a name twice", ["x = dy"], 'line 1, "x = dy": x has a meaning already'],
    ["a function's name", ["mean = dy"], "mean has a meaning already"],
    ["no number for an axis", ["dx = sum(dy, x)"], "an axis is a number, as in sum(a, 0)"],
    ["keepdim elsewhere", ["dx = dy * keepdim"], "keepdim stands where a tensor or a number must"],
    ["an axis that is missing", ["dx = sum(dy, 2)"], ".sum(): dim 2 is not an axis of dy (13, 4)"],
    ["missing gradients", ["dx = dy @ t(w1)"], "it does not say dw1 and db1"],
    [
      "another shape",
      ["dx = dy", "dw1 = w1", "db1 = b1"],
      'line "dx = dy": dx has the shape (13, 4); expected (13, 6), that of x',
    ],
    [
      "a product that does not fit",
      ["dx = dy @ w1", "dw1 = w1", "db1 = b1"],
      ".@(): dy (13, 4) @ w1 (6, 4): the left has 4 columns, the right 6 rows",
    ],
    ["a prototype's name", ["dx = constructor(dy)"], "constructor at place 1: expected one of"],
  ])("refuses %s", (_name, lines, message) => {
    const needed = ["dx = dy @ t(w1)", "dw1 = w1", "db1 = b1"];
    const rest = message.includes("does not say") || lines.length > 1 ? [] : needed.slice(1);
    expect(backwardProblem(dense, INPUTS, [...lines, ...rest])).toContain(message);
  });

  it.each<[Layer, string]>([
    [{ type: "dropout", rate: 0.5 }, "dropout stands in it"],
    [{ type: "batchNorm", features: 6, momentum: 0.1, eps: 1e-5 }, "batch norm stands in it"],
    [{ type: "residual", layers: dense }, "a residual stands in it"],
    [{ type: "product", left: dense, right: [] }, "a product stands in it"],
  ])("refuses layers that it cannot hold", (layer, message) => {
    expect(backwardProblem([...dense, layer], INPUTS, DENSE)).toContain(message);
  });
});
