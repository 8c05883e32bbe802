import { describe, expect, it } from "vitest";
import { ContractError } from "../../../../src/core/errors.ts";
import type { MapFunction, ReduceKind } from "../../../../src/core/ops/generic-op.ts";
import { reduceSplit, splitOf } from "../../../../src/core/ops/generic-split.ts";
import { ReferenceOps } from "../../../../src/core/ops/reference-ops.ts";
import type { ReferenceTensor } from "../../../../src/core/ops/reference-tensor.ts";
import { collapse, denseStrides, isDense, staysInRows } from "../../../../src/core/ops/strides.ts";

const ops = new ReferenceOps();
const from = (values: readonly number[], ...shape: number[]): ReferenceTensor =>
  ops.from("x", shape.length === 0 ? [values.length] : shape, values);
const at = (tensor: ReferenceTensor, strides: readonly number[], offset = 0) => ({ tensor, offset, strides });

/** fn of these numbers, one of each operand. */
function apply(fn: MapFunction, ...operands: number[]): number {
  const inputs = operands.map((value) => at(from([value]), [0]));
  const out = ops.tensor("out", [1]);
  const steps = [...operands.map((_, input) => ({ input })), { fn }];
  ops.run({ op: "map", shape: [1], inputs, steps, out });
  return out.data[0];
}

describe("map", () => {
  it("broadcasts a row, a column and a number by strides of 0", () => {
    const [x, row, column, one] = [
      from([1, 2, 3, 4, 5, 6], 2, 3),
      from([10, 20, 30]),
      from([100, 200]),
      from([1000]),
    ];
    const out = ops.tensor("out", [2, 3]);
    const inputs = [at(x, [3, 1]), at(row, [0, 1]), at(column, [1, 0]), at(one, [0, 0])];
    const add = { fn: "add" } as const;
    const steps = [
      { input: 0 },
      { input: 1 },
      add,
      { input: 2 },
      add,
      { input: 3 },
      add,
      { value: 0.5 },
      add,
    ];
    ops.run({ op: "map", shape: [2, 3], inputs, steps, out });
    expect([...out.data]).toEqual([1111.5, 1122.5, 1133.5, 1214.5, 1225.5, 1236.5]);
  });

  it("takes operands in the order in which they were put down", () => {
    expect(apply("sub", 5, 3)).toBe(2);
    expect(apply("div", 1, 4)).toBe(0.25);
    expect(apply("pow", 2, 3)).toBe(8);
    expect(apply("where", 1, 7, 9)).toBe(7);
    expect(apply("where", 0, 7, 9)).toBe(9);
  });

  it("treats NaN as torch does", () => {
    for (const fn of ["maximum", "minimum"] as const) {
      expect(apply(fn, NaN, 1)).toBeNaN();
      expect(apply(fn, 1, NaN)).toBeNaN();
    }
    for (const fn of ["gt", "ge", "lt", "le", "eq"] as const) expect(apply(fn, NaN, NaN)).toBe(0);
    expect(apply("ne", NaN, NaN)).toBe(1);
    expect(apply("sign", NaN)).toBeNaN();
    expect(apply("where", NaN, 7, 9)).toBe(7);
  });

  it("raises negative numbers to whole powers only", () => {
    expect(apply("pow", -2, 3)).toBe(-8);
    expect(apply("pow", -2, 0.5)).toBeNaN();
    expect(apply("pow", NaN, 0)).toBe(1);
    expect(apply("pow", 1, NaN)).toBe(1);
    expect(apply("pow", -1, Infinity)).toBe(1);
    expect(apply("pow", 0, -1)).toBe(Infinity);
  });

  // erf(½), erf(1), erf(2), erf(3): Abramowitz and Stegun, table 7.1.
  it("knows erf", () => {
    expect(apply("erf", 0.5)).toBeCloseTo(0.5204998778, 10);
    expect(apply("erf", -1)).toBeCloseTo(-0.8427007929, 10);
    expect(apply("erf", 2)).toBeCloseTo(0.995322265, 10);
    expect(apply("erf", 3)).toBeCloseTo(0.9999779095, 10);
    expect(apply("erf", -Infinity)).toBe(-1);
    expect(apply("erf", NaN)).toBeNaN();
  });

  it("counts a number as float32, like what it meets", () => {
    const out = ops.tensor("out", [1]);
    const steps = [{ input: 0 }, { value: 0.1 }, { fn: "eq" } as const];
    ops.run({ op: "map", shape: [1], inputs: [at(from([Math.fround(0.1)]), [1])], steps, out });
    expect(out.data[0]).toBe(1);
  });

  it("refuses to write over what it still reads at other places", () => {
    const x = from([1, 2, 3, 4], 2, 2);
    const turned = {
      op: "map",
      shape: [2, 2],
      inputs: [at(x, [1, 2])],
      steps: [{ input: 0 }],
      out: x,
    } as const;
    expect(() => ops.run(turned)).toThrow(ContractError);
  });
});

describe("reduce", () => {
  const values = [3, 1, 2, 9, 7, 8, 4, 4, 0, -1, 5, 5];

  function reduced(kind: ReduceKind, axes: readonly number[], numbers = values, scale = 1): number[] {
    const shape = [2, 3, 2];
    const out = ops.tensor("out", [
      shape.filter((_, d) => !axes.includes(d)).reduce((n, size) => n * size, 1),
    ]);
    const x = from(numbers, ...shape);
    const inputs = [at(x, denseStrides(shape))];
    ops.run({ op: "reduce", kind, shape, inputs, steps: [{ input: 0 }], axes, scale, out });
    return [...out.data];
  }

  it("sums over leading, inner, trailing and all axes", () => {
    expect(reduced("sum", [0])).toEqual([7, 5, 2, 8, 12, 13]);
    expect(reduced("sum", [1])).toEqual([12, 18, 9, 8]);
    expect(reduced("sum", [2])).toEqual([4, 11, 15, 8, -1, 10]);
    expect(reduced("sum", [0, 2])).toEqual([12, 10, 25]);
    expect(reduced("sum", [0, 1, 2])).toEqual([47]);
    expect(reduced("sum", [])).toEqual(values);
    expect(reduced("sum", [0, 1, 2], values, 1 / 12)).toEqual([47 / 12]);
  });

  it("finds the largest and smallest, and the place of the first of equal ones", () => {
    expect(reduced("max", [1])).toEqual([7, 9, 5, 5]);
    expect(reduced("argmax", [1])).toEqual([2, 1, 2, 2]);
    expect(reduced("argmax", [0, 1, 2])).toEqual([3]);
    expect(reduced("min", [0])).toEqual([3, 1, 0, -1, 5, 5]);
    expect(reduced("argmin", [2])).toEqual([1, 0, 0, 0, 1, 0]);
  });

  it("lets a NaN win, the first one its place", () => {
    const withNaN = values.map((value, i) => (i === 4 || i === 5 ? NaN : value));
    expect(reduced("max", [0, 1, 2], withNaN)).toEqual([NaN]);
    expect(reduced("min", [2], withNaN)).toEqual([1, 2, NaN, 4, -1, 5]);
    expect(reduced("argmax", [0, 1, 2], withNaN)).toEqual([4]);
    expect(reduced("argmin", [1], withNaN)).toEqual([2, 2, 1, 1]);
  });
});

describe("take and scatterAdd", () => {
  it("take rows, and count what is no row", () => {
    const x = from([0, 1, 10, 11, 20, 21], 3, 2);
    const [out, outside] = [ops.tensor("out", [4, 2]), ops.tensor("outside", [1], "float64")];
    const indices = at(from([2, 0, 3, 0.5]), [1, 0]);
    ops.run({
      op: "take",
      shape: [4, 2],
      x: at(x, [0, 1]),
      axisStride: 2,
      axisSize: 3,
      indices,
      out,
      outside,
    });
    expect([...out.data]).toEqual([20, 21, 0, 1, NaN, NaN, NaN, NaN]);
    expect(outside.data[0]).toBe(4);
  });

  it("add what was taken back to its place, twice where it was taken twice", () => {
    const g = from([1, 2, 3, 4, 5, 6], 3, 2);
    const [out, outside] = [ops.tensor("out", [3, 2]), ops.tensor("outside", [1], "float64")];
    const indices = at(from([2, 0, 2]), [1, 0]);
    const places = { outStrides: [0, 1], axisStride: 2, axisSize: 3 };
    ops.run({ op: "scatterAdd", shape: [3, 2], g: at(g, [2, 1]), indices, out, ...places, outside });
    expect([...out.data]).toEqual([3, 4, 0, 0, 6, 8]);
    expect(outside.data[0]).toBe(0);
  });
});

describe("copy", () => {
  it("turns round, and leaves alone what it does not meet", () => {
    const x = from([1, 2, 3, 4, 5, 6], 2, 3);
    const out = from([0, 0, 0, 0, 0, 0, 0, 0], 4, 2);
    ops.run({ op: "copy", shape: [3, 2], x: at(x, [1, 3]), out: at(out, [2, 1], 2) });
    expect([...out.data]).toEqual([0, 0, 1, 4, 2, 5, 3, 6]);
  });
});

describe("strides", () => {
  it("join neighbours that all views go through as one, in as few dimensions as possible", () => {
    expect(collapse([4, 1, 5, 6], [[30, 7, 6, 1]])).toEqual([{ size: 120, strides: [1] }]);
    expect(
      collapse(
        [4, 5, 6],
        [
          [30, 6, 1],
          [0, 6, 1],
        ],
      ),
    ).toEqual([
      { size: 4, strides: [30, 0] },
      { size: 30, strides: [1, 1] },
    ]);
    expect(collapse([4, 5], [[0, 0]])).toEqual([{ size: 20, strides: [0] }]);
    expect(collapse([1, 1], [[3, 9]])).toEqual([]);
  });

  it("tell dense views and views that stay in their rows", () => {
    const x = from(new Array<number>(12).fill(0), 4, 3);
    expect(isDense(at(x, [3, 1]), [4, 3])).toBe(true);
    expect(isDense(at(x, [1, 4]), [4, 3])).toBe(false);
    expect(staysInRows(at(x, [3, 0], 2), [4, 7])).toBe(true);
    expect(staysInRows(at(x, [3, 1], 1), [4, 3])).toBe(false);
    expect(staysInRows(at(x, [0, 1]), [4, 3])).toBe(false);
    expect(staysInRows(at(x, [3, 1]), [2, 3])).toBe(false);
  });
});

describe("how workers share", () => {
  it("goes by rows, or by elements where there are few long rows", () => {
    expect(splitOf([50_000, 784])).toEqual({ axis: "rows", items: 50_000, length: 784 });
    expect(splitOf([2, 5_000])).toEqual({ axis: "elements", items: 10_000, length: 1 });
    expect(splitOf([])).toEqual({ axis: "rows", items: 1, length: 1 });
  });

  it("sums own rows alone, shares of all rows, or own columns where there are many", () => {
    expect(reduceSplit({ shape: [500, 7], axes: [1] })).toMatchObject({ way: "rows", items: 500, length: 7 });
    expect(reduceSplit({ shape: [500, 7], axes: [0] })).toMatchObject({
      way: "partial",
      axis: "rows",
      items: 500,
    });
    expect(reduceSplit({ shape: [50_000], axes: [0] })).toMatchObject({ way: "partial", items: 50_000 });
    expect(reduceSplit({ shape: [3, 90_000], axes: [0] })).toMatchObject({ way: "results", items: 90_000 });
    expect(reduceSplit({ shape: [1, 500, 7], axes: [0, 2] })).toMatchObject({ way: "rows", items: 500 });
  });
});
