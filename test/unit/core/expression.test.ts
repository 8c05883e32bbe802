import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { derive } from "../../../src/core/expression/derive.ts";
import { compile, functionsIn } from "../../../src/core/expression/expression.ts";
import { readOwnActivation } from "../../../src/core/expression/own-activation.ts";
import { parseFormula } from "../../../src/core/expression/parse-formula.ts";
import { recordExpression } from "../../../src/core/expression/record-expression.ts";
import { roundingOf } from "../../../src/core/expression/rounding-of.ts";
import { ReferenceOps } from "../../../src/core/ops/reference-ops.ts";
import { activate, activationMove, activationSlope } from "../../../src/core/reference/activations.ts";
import { jumpOf } from "../../../src/core/reference/network-pass.ts";
import { layerSpecSchema } from "../../../src/shared/specs/layer-spec.ts";

const problemsOf = (layer: object): string[] =>
  v.safeParse(layerSpecSchema, layer).issues?.map(({ message }) => message) ?? [];
const at = (formula: string, z: number): number => compile(parseFormula(formula, ["z"]))(z, 0);

describe("parseFormula()", () => {
  it.each([
    ["1 + 2 * z ** 2", 3, 19],
    ["-z ** 2", 3, -9],
    ["2 ** -z ** 2", 1, 0.5],
    ["2 ** 3 ** z", 2, 512],
    ["(1 + z) * -2", 3, -8],
    ["10 - z - 2", 3, 5],
    ["where(z > 0, z, 0.5 * z)", -4, -2],
    ["max(z, 0) + min(z, 1e1)", 20, 30],
    ["(z >= 2) + (z != 2)", 2, 1],
  ])("reads %s as Python does", (formula, z, expected) => {
    expect(at(formula, z)).toBe(expected);
  });

  it.each([
    ["z * sigmod(z)", "sigmod at place 5: expected one of z, or a function: neg, abs"],
    ["z * ", "the end at place 5: expected a number, z, a function or ("],
    ["tanh(z, 1)", "tanh at place 1 takes 1 value; here are 2"],
    ["z $ 2", '"$" at place 3 is not part of the language of formulas'],
    ["z ^ 2", '"^" at place 3 is not part of the language of formulas: a power is **'],
    ["(z + 1", "the end at place 7: expected )"],
    ["z z", "z at place 3: expected an operator or the end"],
    ["dy * z", "dy at place 1: expected one of z"],
    [`z${" + z".repeat(65)}`, "it applies 65 functions; at most 64 are taken"],
  ])("says where %s is no formula", (formula, message) => {
    expect(() => parseFormula(formula, ["z"])).toThrow(message);
  });
});

describe("derive()", () => {
  it.each([
    "-z",
    "abs(z)",
    "sqrt(z * z + 1)",
    "rsqrt(z * z + 1)",
    "square(z)",
    "exp(z)",
    "log(z * z + 1)",
    "tanh(z)",
    "sigmoid(z)",
    "erf(z)",
    "z - 2 * z",
    "z / (1 + z * z)",
    "1 / (1 + exp(-z))",
    "(z * z + 1) ** 1.5",
    "2 ** z",
    "max(z, 0.2)",
    "min(z, tanh(z) + 0.1)",
    "where(z > 0.2, z * z, 3 * z)",
    "z * tanh(log(1 + exp(z)))",
  ])("gives the slope of %s as central differences do", (formula) => {
    const e = parseFormula(formula, ["z"]);
    const [f, slope] = [compile(e), compile(derive(e))];
    for (const z of [-2.3, -0.7, 0.45, 1.9]) {
      const h = 1e-5;
      const expected = (f(z + h, 0) - f(z - h, 0)) / (2 * h);
      expect(Math.abs(slope(z, 0) - expected)).toBeLessThan(1e-8 * (1 + Math.abs(expected)));
    }
  });

  it("takes the left slope at a relu's kink, and no NaN from the branch that where leaves", () => {
    expect(compile(derive(parseFormula("max(z, 0)", ["z"])))(0, 0)).toBe(0);
    expect(compile(derive(parseFormula("where(z > 0, log(z), 0)", ["z"])))(-1, 0)).toBe(0);
    // 0 · ∞ otherwise: the root of 0 has no finite slope.
    for (const formula of [
      "sqrt(max(z, 0))",
      "2 * sqrt(3 * max(z, 0)) + z",
      "log(where(z > 0, z, 0) / 2 + 0)",
    ]) {
      const slope = compile(derive(parseFormula(formula, ["z"])));
      expect([formula, slope(-1, 0)]).toEqual([formula, formula.endsWith("z") ? 1 : 0]);
    }
  });
});

describe("recordExpression()", () => {
  it.each(["z * sigmoid(z)", `tanh(z)${" + tanh(z) * z".repeat(20)}`])("computes %s as it is", (formula) => {
    const e = parseFormula(formula, ["z"]);
    const ops = new ReferenceOps();
    const z = ops.tensor("z", [3, 2]);
    z.data.set([-3, -1, -0.25, 0.5, 1, 4]);
    const out = recordExpression(ops, e, { z }, "out");
    const f = compile(e);
    z.data.forEach((value, i) => expect(out.data[i]).toBeCloseTo(f(value, 0), 10));
    expect(functionsIn(e)).toBeGreaterThan(1);
  });
});

describe("an own activation", () => {
  const own = (forward: string, backward: string | null = null) =>
    ({ kind: "own", name: "mine", forward, backward }) as const;

  it("has value, slope and move of the built-in one that it writes out", () => {
    for (const x of [-4, -0.3, 0, 0.8, 5]) {
      expect(activate(own("tanh(z)"), x)).toBe(activate({ kind: "tanh" }, x));
      expect(activationSlope(own("tanh(z)"), x)).toBeCloseTo(activationSlope({ kind: "tanh" }, x), 14);
      for (const d of [1e-12, 1e-3, 0.5]) {
        const ratio = activationMove(own("tanh(z)"), x, d) / activationMove({ kind: "tanh" }, x, d);
        expect(ratio).toBeCloseTo(1, 7);
      }
    }
  });

  it("moves away from 0 by its slope on either side, however small the step and large the value there", () => {
    const bent = own("where(z > 0, 2 * z, 3 * z) + exp(z)");
    for (const d of [1e-20, 1e-5]) {
      expect(activationMove(bent, 0, d) / d).toBeCloseTo(3, 4);
      expect(activationMove(bent, 0, -d) / -d).toBeCloseTo(4, 4);
    }
  });

  it("keeps its own true slope beside a backward that is wrong", () => {
    expect(activationSlope(own("square(z)", "dy * z"), 3)).toBe(6);
  });

  it("has a kink where a relu has one, and none where it is smooth", () => {
    const layer = (forward: string) => ({ type: "activation", activation: own(forward) }) as const;
    expect(jumpOf(layer("max(z, 0)"))).toBe(1);
    expect(jumpOf(layer("where(z > 0, z, 0.25 * z)"))).toBe(0.75);
    expect(jumpOf(layer("z * sigmoid(z)"))).toBe(0);
  });

  it("bounds float32's rounding", () => {
    const e = parseFormula("1 - tanh(z) ** 2", ["z"]);
    const bound = roundingOf(e)(3, 0);
    const single = Math.fround(1 - Math.fround(Math.fround(Math.tanh(3)) ** 2));
    expect(Math.abs(single - (1 - Math.tanh(3) ** 2))).toBeLessThan(bound);
    expect(bound).toBeLessThan(1e-5);
  });

  it("is refused where it says nothing of z, or nothing of dy", () => {
    expect(() => readOwnActivation(own("1 + 2"))).toThrow("does not depend on z");
    expect(() => readOwnActivation(own("z", "z"))).toThrow("does not depend on dy");
  });
});

describe("an own activation in a spec", () => {
  const spec = { type: "own", name: "swish", forward: "z * sigmoid(z)" };
  it("is taken with a name of its own and formulas", () => {
    expect(problemsOf({ ...spec, backward: "dy * (z > 0)" })).toEqual([]);
    expect(problemsOf({ ...spec, name: "tanh" })).toEqual([
      "tanh is the lab's own activation: give yours another name",
    ]);
    expect(problemsOf({ ...spec, forward: "z *" })[0]).toContain('forward, "z *": the end at place 4');
  });
});
