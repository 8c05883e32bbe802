import { describe, expect, it } from "vitest";
import { closestName } from "../../../src/core/closest-name.ts";

const KNOWN = ["print", "plot", "matmul", "maximum", "SGD", "logSumExp", "requiresGrad_", "t", "sum", "std"];

describe("closestName()", () => {
  it.each([
    ["prnt", "print"],
    ["pritn", "print"],
    ["matmull", "matmul"],
    ["mamtul", "matmul"],
    ["Sgd", "SGD"],
    ["logsumexp", "logSumExp"],
    ["requires_grad_", "requiresGrad_"],
    ["sub", "sum"],
  ])("%s means %s", (typed, meant) => {
    expect(closestName(typed, KNOWN)).toBe(meant);
  });

  it.each(["print", "x", "tt", "backward", "w1", ""])("%s means nothing else", (typed) => {
    expect(closestName(typed, KNOWN)).toBeNull();
  });
});
