import { describe, expect, it } from "vitest";
import { explainValues, type ShapedValues } from "../../../../src/core/tensor/check/explain-values.ts";

const RIGHT = [1.5, -2, 3.25, 0.5, 4, -1];
const shaped = (values: readonly number[], shape: readonly number[] = [2, 3]): ShapedValues => ({
  values,
  shape,
});
const explain = (
  actual: ShapedValues,
  expected: ShapedValues = shaped(RIGHT),
  mistakes: readonly (ShapedValues & { readonly words: string })[] = [],
): string | null => explainValues({ actual, expected, mistakes, rtol: 1e-4, atol: 1e-6 });

describe("a value that should be another one", () => {
  it("is right within the tolerance", () => {
    expect(explain(shaped(RIGHT))).toBeNull();
    expect(explain(shaped(RIGHT.map((x) => x * (1 + 5e-5))))).toBeNull();
    expect(explain(shaped([NaN], [1]), shaped([NaN], [1]))).toBeNull();
  });

  it.each([
    ["a sign", RIGHT.map((x) => -x), "the sign is wrong"],
    ["a factor", RIGHT.map((x) => x / 2), "times ½"],
    ["a size", RIGHT.map((x) => x * 3), "times 3"],
    ["any factor", RIGHT.map((x) => x * 1.7), "times 1.700"],
    ["a constant", RIGHT.map((x) => x + 0.25), "every element is too large by 0.25"],
    ["zeros", RIGHT.map(() => 0), "0 everywhere"],
    ["a lost sign", RIGHT.map(Math.abs), "a sign is lost"],
    ["a square", RIGHT.map((x) => x * x), "the square of the right value"],
    ["NaN", [...RIGHT.slice(0, 5), NaN], "NaN at [1, 2], where a number is due"],
  ])("differs by %s", (_what, values, says) => {
    expect(explain(shaped(values))).toContain(says);
  });

  it("is told which axis was not added up, or should have stayed", () => {
    const rows = shaped([2.75, 3.5], [2]);
    expect(explain(shaped(RIGHT), rows)).toContain("The sum over axis 1 is missing");
    expect(explain(rows, shaped(RIGHT))).toContain("the sum of the right numbers over axis 1");
    expect(explain(shaped(RIGHT), shaped([1, 1, 1.125], [3]))).toContain("The mean over axis 0");
    expect(explain(shaped(RIGHT), shaped([9, 9], [2]))).not.toContain("axis");
  });

  it("names the worst element where nothing explains it", () => {
    const values = RIGHT.with(4, 9);
    expect(explain(shaped(values))).toBe("1 of 6 elements differ, the worst at [1, 1]: 9 instead of 4");
    expect(explain(shaped([2], []), shaped([5], []))).toBe("2 instead of 5");
  });

  it("has another shape: turned, not reshaped, not reduced", () => {
    expect(explain(shaped([1.5, 0.5, -2, 4, 3.25, -1], [3, 2]))).toContain("but transposed");
    expect(explain(shaped(RIGHT, [6]))).toContain("a reshape is missing");
    expect(explain(shaped(RIGHT), shaped([3], []))).toContain("a sum or a mean is missing");
  });

  it("is what a known mistake gives, before anything else", () => {
    const mistakes = [{ words: "it is halved", ...shaped(RIGHT.map((x) => x / 2)) }];
    expect(explain(shaped(RIGHT.map((x) => x / 2)), shaped(RIGHT), mistakes)).toContain(
      "exactly what comes out when it is halved",
    );
  });
});
