import { describe, expect, it } from "vitest";
import { checkGradients } from "../../../../src/core/tensor/check/check.ts";
import type { CheckReport, GivenGradient } from "../../../../src/core/tensor/check/check-types.ts";
import { moveZeros } from "../../../../src/core/tensor/check/move-zeros.ts";
import { tensorOf } from "../../../../src/core/tensor/create.ts";
import { binary, unary } from "../../../../src/core/tensor/elementwise.ts";
import { reduce } from "../../../../src/core/tensor/reductions.ts";
import { classifier, layerNorm, notebookNetwork, residual, type Example } from "./example-networks.ts";
import { gradientsAsSet, passOf, requestOf, type TestPass } from "./passes.ts";
import { named, testRecorder } from "./recorder.ts";

type Change = (
  given: GivenGradient,
  pass: TestPass,
  all: readonly GivenGradient[],
) => Partial<GivenGradient> | null;

/** The report on a right pass in which one gradient is changed by hand; null leaves it out. */
function reportOn(example: Example, tensor: string, change: Change): CheckReport {
  const pass = passOf(example.loss);
  const given = gradientsAsSet(pass, example.set.map(pass.stepOf));
  const changed = given.flatMap((one) => {
    if (pass.program.steps[one.step].name !== tensor) return [one];
    const other = change(one, pass, given);
    return other === null ? [] : [{ ...one, ...other }];
  });
  const wanted = example.set.map((node) => ({ step: pass.stepOf(node), name: node.name ?? "" }));
  return checkGradients(requestOf(pass, changed, wanted));
}

/** What is said of the only gradient that is wrong. */
function said(
  report: CheckReport,
  tensor: string,
): { readonly certain: boolean; readonly texts: readonly string[] } {
  const wrong = report.gradients.filter(({ verdict }) => verdict === "wrong");
  expect(wrong.map(({ name }) => name)).toEqual([tensor]);
  const { certain = false, candidates = [] } = wrong[0].explanation ?? {};
  return { certain, texts: candidates.map(({ text }) => text) };
}

const times =
  (factor: number): Change =>
  ({ values }) => ({ values: values.map((value) => factor * value) });

const gradientOf = (pass: TestPass, all: readonly GivenGradient[], name: string): GivenGradient => {
  const found = all.find(({ step }) => pass.program.steps[step].name === name);
  if (found === undefined) throw new Error(`no gradient of ${name}`);
  return found;
};

const valuesOf = (pass: TestPass, name: string): Float64Array =>
  pass.float32.values[pass.program.steps.findIndex((step) => step.name === name)];

describe("what is said of a gradient set by hand", () => {
  it.each([
    ["the sign is wrong", "w1", times(-1), "is the right gradient times −1: the sign is wrong."],
    ["a factor 2", "w2", times(2), "is the right gradient times 2."],
    ["half", "b1", times(0.5), "is the right gradient times ½."],
    ["1/n forgotten", "out", times(24), "is the right gradient times 24."],
    ["1/n twice", "out", times(1 / 24), "is the right gradient times 1/24."],
    ["1/√n", "w1", times(1 / Math.sqrt(7)), "is the right gradient times 1/√7."],
    ["any factor", "w1", times(1.37), "is the right gradient times 1.370."],
    ["zeros", "w1", times(0), "is 0 everywhere."],
  ] as const)("%s", (_, tensor, change, text) => {
    const { certain, texts } = said(reportOn(notebookNetwork(), tensor, change), tensor);
    expect(texts).toEqual([expect.stringContaining(text)]);
    expect(certain).toBe(true);
  });

  it("a bias that is not summed over the rows", () => {
    const report = reportOn(notebookNetwork(), "b1", (_, pass, all) => {
      const { values, shape } = gradientOf(pass, all, "l1");
      return { values, shape };
    });
    expect(said(report, "b1")).toEqual({
      certain: true,
      texts: [
        "has shape (24, 5), its tensor (5,): the sum over what the tensor was repeated to is missing. Summed, it is right.",
      ],
    });
  });

  it("a weight's gradient transposed, by shape", () => {
    const report = reportOn(notebookNetwork(), "w1", ({ values }) => ({
      shape: [5, 7],
      values: Float32Array.from({ length: 35 }, (_, i) => values[(i % 7) * 5 + Math.floor(i / 7)]),
    }));
    expect(said(report, "w1").texts).toEqual([
      "has shape (5, 7), its tensor (7, 5): it is right, but transposed.",
    ]);
  });

  it("right numbers in another shape, and a shape that nothing explains", () => {
    expect(
      said(
        reportOn(notebookNetwork(), "out", () => ({ shape: [24] })),
        "out",
      ).texts,
    ).toEqual(["has shape (24,), its tensor (24, 1): the numbers are right; a reshape is missing."]);
    const odd = reportOn(notebookNetwork(), "w1", () => ({ shape: [3], values: Float32Array.of(1, 2, 3) }));
    expect(said(odd, "w1").texts).toEqual([
      "has shape (3,), its tensor (7, 5): a gradient has the shape of its tensor.",
    ]);
  });

  it("a tensor used twice that is overwritten", () => {
    const report = reportOn(residual(), "h", (_, pass, all) => ({
      values: gradientOf(pass, all, "sum").values,
    }));
    const { certain, texts } = said(report, "h");
    expect(certain).toBe(true);
    expect(texts[0]).toContain("holds only the part that comes back through .add() (cell 1, line 9)");
  });

  it("both paths of a norm that are missing: mean and variance taken for constants", () => {
    const report = reportOn(layerNorm(), "x", ({ shape }, pass, all) => {
      const { values } = gradientOf(pass, all, "normed");
      const [rows, columns] = shape;
      const x = valuesOf(pass, "x");
      const result = new Float32Array(values.length);
      for (let row = 0; row < rows; row++) {
        const own = x.subarray(row * columns, (row + 1) * columns);
        const mean = own.reduce((sum, value) => sum + value, 0) / columns;
        const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns;
        for (let j = 0; j < columns; j++) {
          result[row * columns + j] = values[row * columns + j] / Math.sqrt(variance + 1e-5);
        }
      }
      return { values: result };
    });
    const { texts } = said(report, "x");
    expect(texts[0]).toContain(".div() (cell 1, line 11)");
    expect(texts[0]).toContain(".sub() (cell 1, line 6)");
  });

  it("one-hot labels that are not subtracted from the softmax", () => {
    const report = reportOn(classifier(), "logits", ({ shape }, pass) => {
      const logits = valuesOf(pass, "logits");
      const [rows, classes] = shape;
      return {
        values: Float32Array.from(logits, (value, i) => {
          const row = logits.subarray(
            Math.floor(i / classes) * classes,
            (Math.floor(i / classes) + 1) * classes,
          );
          return Math.exp(value) / row.reduce((sum, one) => sum + Math.exp(one), 0) / rows;
        }),
      };
    });
    const { certain, texts } = said(report, "logits");
    expect(certain).toBe(true);
    expect(texts[0]).toMatch(/only the part that comes back through \.logSumExp\(\)/);
  });

  it("a gradient that was never set, and one of a tensor that the loss does not depend on", () => {
    const missing = reportOn(notebookNetwork(), "b2", () => null);
    expect(missing).toMatchObject({ missing: ["b2"], passed: false });
    const r = testRecorder();
    const x = named(tensorOf(r, Float32Array.of(1, 2, 3), [3]), "x");
    const pass = passOf(reduce(r, "sum", binary(r, "gt", x, 1.5)));
    const report = checkGradients(requestOf(pass, [], [{ step: pass.stepOf(x), name: "x" }]));
    expect(report.notices).toEqual(["The loss does not depend on x; its gradient is 0."]);
  });

  it("numbers that no known mistake explains are wrong without a name", () => {
    const odd: Change = ({ values }) => ({
      values: values.map((value, i) => value * (1 + 0.3 * Math.sin(i * i))),
    });
    expect(said(reportOn(notebookNetwork(), "w1", odd), "w1")).toEqual({ certain: false, texts: [] });
  });

  it("judges nothing behind a forward pass that is NaN, and says where it began", () => {
    const r = testRecorder();
    const x = named(tensorOf(r, Float32Array.of(1, -2, 3), [3]), "x");
    const pass = passOf(reduce(r, "sum", unary(r, "sqrt", x)));
    const report = checkGradients(requestOf(pass, gradientsAsSet(pass, [pass.stepOf(x)])));
    expect(report.gradients.map(({ verdict }) => verdict)).toEqual(["not judged"]);
    expect(report.notices[0]).toBe(
      "The forward pass is NaN or infinite from the result of .sqrt() (cell 1, line 2) on; gradients behind it cannot be judged.",
    );
  });

  it("an element that is exactly at the kink may be treated either way", () => {
    const r = testRecorder();
    const x = named(tensorOf(r, Float32Array.of(0, -1, 2, 0), [4]), "x");
    const pass = passOf(reduce(r, "sum", binary(r, "maximum", x, 0)));
    for (const ties of ["second", "first", "half"] as const) {
      const report = checkGradients(requestOf(pass, gradientsAsSet(pass, [pass.stepOf(x)], { ties })));
      expect(report.passed, ties).toBe(true);
    }
  });
});

it("moves parameters that are exactly 0, and no others", () => {
  const moved = moveZeros(new Float32Array(4), 1);
  expect(moved?.every((value) => value !== 0 && Math.abs(value) < 0.5)).toBe(true);
  expect(moveZeros(Float32Array.of(0, 1), 1)).toBeNull();
});
