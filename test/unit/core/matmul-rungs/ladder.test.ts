import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../../src/core/errors.ts";
import { einsum } from "../../../../src/core/matmul-rungs/einsum.ts";
import { LADDER } from "../../../../src/core/matmul-rungs/ladder.ts";
import { normal } from "../../../../src/core/random/normal.ts";
import { randomStream } from "../../../../src/core/random/random-stream.ts";

const SIZES = [
  [1, 1, 1],
  [1, 7, 1],
  [3, 1, 5],
  [5, 784, 10],
  [17, 33, 9],
  [2, 0, 3],
] as const;

describe.each(LADDER)("rung $id", ({ run }) => {
  it.each(SIZES)("run() equals the reference for %i × %i × %i", (m, k, n) => {
    const stream = randomStream(m + k + n);
    const a = Float32Array.from(normal(stream, m * k));
    const b = Float32Array.from(normal(stream, k * n));
    const [before, beforeB] = [a.slice(), b.slice()];
    const expected = new Float64Array(m * n);
    LADDER[0].run(a, b, expected, m, k, n);
    const out = new Float32Array(m * n).fill(NaN);
    run(a, b, out, m, k, n);
    for (let i = 0; i < out.length; i++) {
      expect(Math.abs(out[i] - expected[i])).toBeLessThanOrEqual(1e-5 + 1e-4 * Math.abs(expected[i]));
    }
    expect(a).toEqual(before);
    expect(b).toEqual(beforeB);
  });
});

describe("LADDER", () => {
  it("has the notebook's order and ids of its own", () => {
    expect(LADDER.map(({ id }) => id)).toEqual([
      "reference",
      "triple-loop",
      "elementwise",
      "broadcast",
      "einsum",
      "cache-order",
    ]);
  });

  it("reference computes 2 × 3 × 2 by hand", () => {
    const out = new Float64Array(4);
    LADDER[0].run(Float64Array.of(1, 2, 3, 4, 5, 6), Float64Array.of(7, 8, 9, 10, 11, 12), out, 2, 3, 2);
    expect(Array.from(out)).toEqual([58, 64, 139, 154]);
  });
});

describe("einsum()", () => {
  const operand = (shape: readonly number[], values: readonly number[]) => ({
    shape,
    data: Float64Array.from(values),
  });
  const empty = (shape: readonly number[]) => ({
    shape,
    data: new Float64Array(shape.reduce((product, size) => product * size, 1)).fill(NaN),
  });
  const a = operand([2, 3], [1, 2, 3, 4, 5, 6]);

  it.each([
    ["ij->ji", [a], [3, 2], [1, 4, 2, 5, 3, 6]],
    ["ij->", [a], [], [21]],
    ["ij -> j", [a], [3], [5, 7, 9]],
    ["ii->i", [operand([2, 2], [1, 2, 3, 4])], [2], [1, 4]],
    ["i,j->ij", [operand([2], [1, 2]), operand([2], [10, 20])], [2, 2], [10, 20, 20, 40]],
    ["ij,jk,k->i", [a, operand([3, 1], [1, 0, 1]), operand([1], [2])], [2], [8, 20]],
    ["bik,bkj->bij", [operand([2, 1, 1], [2, 3]), operand([2, 1, 1], [5, 7])], [2, 1, 1], [10, 21]],
  ])("computes %s", (formula, inputs, shape, expected) => {
    const out = empty(shape);
    einsum(formula, inputs, out);
    expect(Array.from(out.data)).toEqual(expected);
  });

  it("throws RangeError for a malformed formula, and for a letter out of nowhere", () => {
    expect(() => einsum("ij-ji", [a], empty([3, 2]))).toThrow(RangeError);
    expect(() => einsum("i...->i", [a], empty([2]))).toThrow(RangeError);
    expect(() => einsum("ij,jk->ik", [a], empty([2, 2]))).toThrow("expected 2 inputs, got 1");
    expect(() => einsum("ij->ik", [a], empty([2, 4]))).toThrow("every letter of the output");
  });

  it("throws ShapeError when a letter has two sizes or a tensor another rank", () => {
    const wrong = operand([2, 1], [1, 1]);
    expect(() => einsum("ik,kj->ij", [a, wrong], empty([2, 1]))).toThrow(ShapeError);
    expect(() => einsum("ik,kj->ij", [a, wrong], empty([2, 1]))).toThrow(
      "operand 2: expected (k = 3, j), got (2, 1)",
    );
    expect(() => einsum("i->i", [a], empty([2]))).toThrow(ShapeError);
    expect(() => einsum("ij->ij", [a], empty([3, 2]))).toThrow(ShapeError);
  });
});
