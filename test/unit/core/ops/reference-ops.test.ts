import { describe, expect, it } from "vitest";
import { ContractError, ShapeError } from "../../../../src/core/errors.ts";
import { STATISTICS } from "../../../../src/core/ops/op.ts";
import { ReferenceOps } from "../../../../src/core/ops/reference-ops.ts";

const ops = new ReferenceOps();
const values = (data: ArrayLike<number>): number[] => Array.from(data);
const product = [58, 64, 139, 154];

describe("ReferenceOps", () => {
  it("tensor() fills floats with NaN, so that a forgotten write shows", () => {
    expect(values(ops.tensor("t", [2]).data)).toEqual([NaN, NaN]);
    expect(ops.tensor("t", [2], "int32").data).toBeInstanceOf(Int32Array);
  });

  it("from() throws ContractError when the values do not fit the shape", () => {
    expect(() => ops.from("t", [2, 2], [1, 2, 3])).toThrow(ContractError);
  });

  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])("matmul with transposeA %s and transposeB %s is the same product", (transposeA, transposeB) => {
    const a = transposeA
      ? ops.from("a", [3, 2], [1, 4, 2, 5, 3, 6])
      : ops.from("a", [2, 3], [1, 2, 3, 4, 5, 6]);
    const b = transposeB
      ? ops.from("b", [2, 3], [7, 9, 11, 8, 10, 12])
      : ops.from("b", [3, 2], [7, 8, 9, 10, 11, 12]);
    const out = ops.tensor("out", [2, 2]);
    ops.run({ op: "matmul", a, b, out, transposeA, transposeB, accumulate: false });
    expect(values(out.data)).toEqual(product);
    ops.run({ op: "matmul", a, b, out, transposeA, transposeB, accumulate: true });
    expect(values(out.data)).toEqual(product.map((value) => 2 * value));
  });

  it("crossEntropy is log 10 for ten equal logits, and its gradient softmax − onehot over the rows", () => {
    const logits = ops.from("x", [2, 10], new Float64Array(20).fill(3));
    const target = ops.from("y", [2], [4, 9]);
    const loss = ops.tensor("loss", [1]);
    const dlogits = ops.tensor("g", [2, 10]);
    ops.run({ op: "crossEntropy", logits, target, loss, smoothing: 0 });
    ops.run({ op: "crossEntropyBackward", logits, target, dlogits, smoothing: 0 });
    expect(loss.data[0]).toBeCloseTo(Math.log(10), 12);
    expect(dlogits.data[4]).toBeCloseTo(-0.45, 12);
    expect(dlogits.data[5]).toBeCloseTo(0.05, 12);
  });

  it("crossEntropy refuses a target that is no class", () => {
    const logits = ops.from("x", [1, 3], [0, 0, 0]);
    const target = ops.from("y", [1], [3]);
    const op = { op: "crossEntropy", logits, target, loss: ops.tensor("loss", [1]), smoothing: 0 } as const;
    expect(() => {
      ops.run(op);
    }).toThrow("expected a class number below 3 at y[0], got 3");
  });

  it("addBias may write over its input", () => {
    const x = ops.from("x", [2, 2], [1, 2, 3, 4]);
    ops.run({ op: "addBias", x, bias: ops.from("b", [2], [10, 20]), out: x });
    expect(values(x.data)).toEqual([11, 22, 13, 24]);
  });

  it("relu cuts below 0, then subtracts the shift; its backward pass lets nothing through at 0", () => {
    const x = ops.from("x", [4], [-1, 0, 2, NaN]);
    const out = ops.tensor("out", [4]);
    ops.run({ op: "relu", x, out, shift: 0.5 });
    expect(values(out.data)).toEqual([-0.5, -0.5, 1.5, NaN]);
    ops.run({ op: "reluBackward", x, dy: ops.from("dy", [4], [1, 2, 3, 4]), dx: out });
    expect(values(out.data)).toEqual([0, 0, 3, 0]);
  });

  it("columnSum adds up the rows", () => {
    const out = ops.tensor("out", [2]);
    ops.run({ op: "columnSum", x: ops.from("x", [3, 2], [1, 2, 3, 4, 5, 6]), out });
    expect(values(out.data)).toEqual([9, 12]);
  });

  it("outerProductSum equals xᵀ dy", () => {
    const out = ops.tensor("out", [2, 1]);
    const x = ops.from("x", [3, 2], [1, 2, 3, 4, 5, 6]);
    ops.run({ op: "outerProductSum", x, dy: ops.from("dy", [3, 1], [1, 10, 100]), out, chunkRows: 2 });
    expect(values(out.data)).toEqual([531, 642]);
  });

  it("mse and mseBackward average over the rows", () => {
    const pred = ops.from("pred", [2, 1], [1, 5]);
    const target = ops.from("y", [2], [0, 2]);
    const loss = ops.tensor("loss", [1]);
    const dpred = ops.tensor("dpred", [2, 1]);
    ops.run({ op: "mse", pred, target, loss });
    ops.run({ op: "mseBackward", pred, target, dpred });
    expect(values(loss.data)).toEqual([5]);
    expect(values(dpred.data)).toEqual([1, 3]);
  });

  it("gatherBytes looks bytes up, and statistics measures them", () => {
    const out = ops.tensor("out", [4, 1]);
    const bytes = ops.from("b", [4, 1], [0, 64, 128, 192], "uint8");
    const table = ops.from(
      "values",
      [256],
      Float64Array.from({ length: 256 }, (_, byte) => byte / 256),
    );
    ops.run({ op: "gatherBytes", bytes, values: table, indices: null, out, affine: null });
    expect(values(out.data)).toEqual([0, 0.25, 0.5, 0.75]);
    const statistics = ops.tensor("s", [7], "float64");
    ops.run({ op: "statistics", x: out, out: statistics });
    expect(values(statistics.data)).toEqual([4, 0.375, Math.sqrt(0.3125 / 3), 0, 0.75, 1, 0.875]);
    const some = ops.tensor("some", [2, 1]);
    ops.run({
      op: "gatherBytes",
      bytes,
      values: table,
      indices: ops.from("i", [2], [3, 1], "int32"),
      out: some,
      affine: null,
    });
    expect(values(some.data)).toEqual([0.75, 0.25]);
  });

  it("statistics shows a NaN in mean, min and max, and has no std of one value", () => {
    const statistics = ops.tensor("s", [7], "float64");
    ops.run({ op: "statistics", x: ops.from("x", [3], [1, NaN, 2]), out: statistics });
    expect([STATISTICS.mean, STATISTICS.min, STATISTICS.max].map((i) => statistics.data[i])).toEqual([
      NaN,
      NaN,
      NaN,
    ]);
    ops.run({ op: "statistics", x: ops.from("x", [1], [3]), out: statistics });
    expect(statistics.data[STATISTICS.std]).toBeNaN();
  });

  it("histogram counts hi in the last bin, and neither NaN nor what lies outside", () => {
    const out = ops.tensor("h", [4], "float64");
    ops.run({
      op: "histogram",
      x: ops.from("x", [7], [0, 0.25, 0.99, 1, 1.01, -0.01, NaN]),
      out,
      lo: 0,
      hi: 1,
    });
    expect(values(out.data)).toEqual([1, 1, 0, 2]);
  });

  it("gatherRows and record follow the step", () => {
    const stepping = new ReferenceOps();
    const x = stepping.from("x", [4, 2], [0, 1, 10, 11, 20, 21, 30, 31]);
    const indices = stepping.from("i", [4], [3, 1, 0, 2], "int32");
    const out = stepping.tensor("out", [2, 2]);
    stepping.step = 1;
    stepping.run({ op: "gatherRows", x, indices, out });
    expect(values(out.data)).toEqual([0, 1, 20, 21]);
    stepping.run({ op: "record", source: out, name: "first" });
    stepping.run({ op: "mark", name: "end" });
    expect(stepping.metrics).toEqual([{ name: "first", step: 1, value: 0 }]);
    stepping.step = 2;
    expect(() => stepping.run({ op: "gatherRows", x, indices, out })).toThrow(RangeError);
  });

  it("sgd steps down the gradient", () => {
    const param = ops.from("w", [2], [1, 2]);
    ops.run({ op: "sgd", param, grad: ops.from("g", [2], [10, -10]), lr: ops.from("lr", [1], [0.1]) });
    expect(values(param.data)).toEqual([0, 3]);
  });

  it("run() throws ShapeError before it computes", () => {
    expect(() => ops.run({ op: "columnSum", x: ops.tensor("x", [2, 2]), out: ops.tensor("o", [3]) })).toThrow(
      ShapeError,
    );
  });
});
