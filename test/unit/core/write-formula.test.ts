import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Expression } from "../../../src/core/expression/expression.ts";
import { functionsIn } from "../../../src/core/expression/expression.ts";
import { MOST_FUNCTIONS, parseFormula } from "../../../src/core/expression/parse-formula.ts";
import { writeFormula } from "../../../src/core/expression/write-formula.ts";
import { BINARY_FUNCTIONS, UNARY_FUNCTIONS } from "../../../src/core/ops/generic-op.ts";

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.constantFrom<Expression>({ kind: "input", name: "z" }, { kind: "input", name: "dy" }),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    // The sign of a zero is lost in text, and means nothing here.
    .map((value): Expression => ({ kind: "value", value: value === 0 ? 0 : value })),
);
const expression = fc.letrec<{ e: Expression }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc
      .tuple(fc.constantFrom(...UNARY_FUNCTIONS), tie("e"))
      // −2 is read as a number.
      .filter(([fn, a]) => fn !== "neg" || a.kind !== "value")
      .map(([fn, a]): Expression => ({ kind: "call", fn, args: [a] })),
    fc
      .tuple(fc.constantFrom(...BINARY_FUNCTIONS), tie("e"), tie("e"))
      .map(([fn, a, b]): Expression => ({ kind: "call", fn, args: [a, b] })),
    fc.tuple(tie("e"), tie("e"), tie("e")).map((args): Expression => ({ kind: "call", fn: "where", args })),
  ),
})).e;

describe("writeFormula()", () => {
  it("writes what parseFormula reads as the same expression", () => {
    fc.assert(
      fc.property(expression, (e) => {
        const text = writeFormula(e);
        fc.pre(functionsIn(e) <= MOST_FUNCTIONS && text.length <= 1_000);
        expect(parseFormula(text, ["z", "dy"]), text).toEqual(e);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    "z * sigmoid(z)",
    "-z ** 2",
    "(-z) ** 2",
    "2 ** -z ** 2",
    "10 - (z - 2) - 3",
    "z / (2 * z)",
    "dy * (z > 0)",
    "where(z > 0, z, 0.01 * z)",
    "z * -0.5 + 1e-7",
  ])("writes %s without brackets that are not needed", (formula) => {
    expect(writeFormula(parseFormula(formula, ["z", "dy"]))).toBe(formula);
  });
});
