import { describe, expect, it } from "vitest";
import { arange, draw, eye, full, tensorOf } from "../../../../src/core/tensor/create.ts";
import { einsum } from "../../../../src/core/tensor/einsum.ts";
import { binary, clamp, where } from "../../../../src/core/tensor/elementwise.ts";
import { gather, oneHot, scatterAlong, scatterRows, take } from "../../../../src/core/tensor/indexing.ts";
import { cat, pad, stack } from "../../../../src/core/tensor/join.ts";
import { matmul } from "../../../../src/core/tensor/products.ts";
import { reduce, softmax } from "../../../../src/core/tensor/reductions.ts";
import type { Recorder, TensorNode } from "../../../../src/core/tensor/tensor-node.ts";
import {
  expand,
  permute,
  reshape,
  select,
  slice,
  squeeze,
  transpose,
  unsqueeze,
} from "../../../../src/core/tensor/views.ts";
import { named, testRecorder } from "./recorder.ts";

const of = (r: Recorder, ...shape: number[]): TensorNode => full(r, shape, 1);
const key = { seed: 1, stream: 0, draw: 0 };

type Case = readonly [call: (r: Recorder) => unknown, name: "ShapeError" | "SizeError", message: string];

const CASES: readonly Case[] = [
  [
    (r) => matmul(r, named(of(r, 8, 784), "x"), of(r, 50, 1)),
    "ShapeError",
    ".matmul(): x (8, 784) @ (50, 1): the left has 784 columns, the right 50 rows; they must be equal.",
  ],
  [
    (r) => matmul(r, of(r, 8, 50), of(r, 784, 50)),
    "ShapeError",
    ".matmul(): (8, 50) @ (784, 50): the left has 50 columns, the right 784 rows; they must be equal. Did you mean .matmul(other.t())?",
  ],
  [
    (r) => matmul(r, of(r, 8, 50), of(r, 8, 3)),
    "ShapeError",
    ".matmul(): (8, 50) @ (8, 3): the left has 50 columns, the right 8 rows; they must be equal. Did you mean .t().matmul(other)?",
  ],
  [
    (r) => matmul(r, of(r, 5, 7), of(r, 4, 5)),
    "ShapeError",
    ".matmul(): (5, 7) @ (4, 5): the left has 7 columns, the right 4 rows; they must be equal. Did you mean the other way round, other.matmul(this)?",
  ],
  [
    (r) => matmul(r, of(r, 2, 3, 4), of(r, 4, 5)),
    "ShapeError",
    ".matmul(): (2, 3, 4) @ (4, 5): both must have 2 axes (or 1); batched products are written with .reshape() or einsum.",
  ],
  [
    (r) => matmul(r, of(r, 2, 3), full(r, [], 2)),
    "ShapeError",
    ".matmul(): (2, 3) @ (): both must have 2 axes (or 1); for a number use .mul().",
  ],
  [
    (r) => binary(r, "sub", named(of(r, 8, 3), "pred"), named(of(r, 9, 3), "y")),
    "ShapeError",
    ".sub(): pred (8, 3) and y (9, 3) do not fit: axis -2 is 8 on the left and 9 on the right; they must be equal, or one of them 1.",
  ],
  [
    (r) => binary(r, "add", of(r, 8, 3), of(r, 8)),
    "ShapeError",
    ".add(): (8, 3) and (8,) do not fit: axis -1 is 3 on the left and 8 on the right; they must be equal, or one of them 1. Did you mean .unsqueeze(1) on the right, (8, 1)?",
  ],
  [
    (r) => binary(r, "add", of(r, 8), of(r, 8, 3)),
    "ShapeError",
    ".add(): (8,) and (8, 3) do not fit: axis -1 is 8 on the left and 3 on the right; they must be equal, or one of them 1. Did you mean .unsqueeze(1) on the left, (8, 1)?",
  ],
  [
    (r) => binary(r, "mul", of(r, 3, 5), of(r, 5, 3)),
    "ShapeError",
    ".mul(): (3, 5) and (5, 3) do not fit: axis -2 is 3 on the left and 5 on the right; they must be equal, or one of them 1. One of the two looks transposed: did you mean .t()?",
  ],
  [
    (r) => binary(r, "mul", of(r, 2, 6), of(r, 3, 4)),
    "ShapeError",
    ".mul(): (2, 6) and (3, 4) do not fit: axis -2 is 2 on the left and 3 on the right; they must be equal, or one of them 1. Both have 12 elements: did you mean .reshape(3, 4) on the left?",
  ],
  [
    (r) => where(r, of(r, 2, 3), of(r, 4), 0),
    "ShapeError",
    ".where(): (2, 3) and (4,) do not fit: axis -1 is 3 on the left and 4 on the right; they must be equal, or one of them 1.",
  ],
  [(r) => clamp(r, of(r, 2), {}), "SizeError", ".clamp(): give min, max or both, as in .clamp({ min: 0 })."],
  [(r) => clamp(r, of(r, 2), { min: 1, max: 0 }), "SizeError", ".clamp(): min 1 is above max 0."],
  [
    (r) => reduce(r, "sum", named(of(r, 2, 3), "g"), { dim: 2 }),
    "ShapeError",
    ".sum(): dim 2 is not an axis of g (2, 3); it has 2 axes, 0 to 1, or −2 to −1 from the end.",
  ],
  [
    (r) => reduce(r, "mean", of(r, 5), { dim: 1 }),
    "ShapeError",
    ".mean(): dim 1 is not an axis of (5,); it has 1 axis, 0 or −1.",
  ],
  [
    (r) => reduce(r, "mean", of(r, 5), { dim: NaN }),
    "ShapeError",
    ".mean(): dim NaN is not an axis of (5,); it has 1 axis, 0 or −1.",
  ],
  [
    (r) => reduce(r, "max", full(r, [], 1), { dim: 0 }),
    "ShapeError",
    ".max(): the tensor () is a single number; it has no axis 0.",
  ],
  [
    (r) => reduce(r, "sum", of(r, 2, 3), { dim: [0, -2] }),
    "ShapeError",
    ".sum(): axis 0 of (2, 3) is named twice.",
  ],
  [
    (r) => reduce(r, "sum", of(r, 2, 3), { dim: [] }),
    "ShapeError",
    ".sum(): dim [] names no axis of (2, 3); leave dim out to reduce all.",
  ],
  [
    (r) => reduce(r, "std", of(r, 1, 3), { dim: 0 }),
    "SizeError",
    ".std(): one value has no standard deviation with n − 1 below it; (1, 3) has only 1 along dim 0. Did you mean { correction: 0 }?",
  ],
  [
    (r) => reduce(r, "variance", of(r, 4), { correction: 2 }),
    "SizeError",
    ".variance(): correction is 0 or 1, got 2.",
  ],
  [
    (r) => reduce(r, "argmax", of(r, 2, 3, 4), { dim: [0, 1] }),
    "ShapeError",
    ".argmax(): one axis, or none for the place in the flat tensor; got dim [0, 1].",
  ],
  [
    (r) => softmax(r, of(r, 2, 3), -3),
    "ShapeError",
    ".softmax(): dim -3 is not an axis of (2, 3); it has 2 axes, 0 to 1, or −2 to −1 from the end.",
  ],
  [(r) => reshape(r, of(r, 2, 3), [4, 2]), "ShapeError", ".reshape(): (2, 3) has 6 elements, (4, 2) has 8."],
  [
    (r) => reshape(r, of(r, 2, 3), [4, -1]),
    "ShapeError",
    ".reshape(): (2, 3) has 6 elements, (4, -1) needs a multiple of 4.",
  ],
  [
    (r) => reshape(r, of(r, 2, 3), [-1, -1]),
    "ShapeError",
    ".reshape(): only one size may be −1, got (-1, -1).",
  ],
  [
    (r) => squeeze(r, of(r, 5, 1), 0),
    "ShapeError",
    ".squeeze(0): axis 0 of (5, 1) has size 5, not 1. Did you mean .squeeze(1)?",
  ],
  [
    (r) => unsqueeze(r, of(r, 5), 3),
    "ShapeError",
    ".unsqueeze(3): a new axis of (5,) goes to 0 … 1, or −1 … −2 from the end.",
  ],
  [
    (r) => permute(r, of(r, 2, 3), [0, 0]),
    "ShapeError",
    ".permute(): every axis of (2, 3) must be named once, got (0, 0).",
  ],
  [
    (r) => transpose(r, of(r, 3)),
    "ShapeError",
    ".t(): needs 2 axes, got (3,). Did you mean .unsqueeze(1), a column?",
  ],
  [(r) => transpose(r, of(r, 2, 3, 4)), "ShapeError", ".t(): needs 2 axes, got (2, 3, 4). Use .permute()."],
  [
    (r) => expand(r, of(r, 2, 3), [4, 3]),
    "ShapeError",
    ".expand(): (2, 3) cannot become (4, 3): axis 0 is 2, and only axes of size 1 are repeated.",
  ],
  [
    (r) => expand(r, of(r, 2, 3), [3]),
    "ShapeError",
    ".expand(): (2, 3) cannot become (3,): it has more axes.",
  ],
  [
    (r) => slice(r, of(r, 5, 2), 3, 3),
    "SizeError",
    ".slice(3, 3): nothing is left of axis 0 of (5, 2), which has 5; the second bound is not included.",
  ],
  [(r) => slice(r, of(r, 5), 0.5, 3), "SizeError", ".slice(0.5, 3): bounds are whole numbers, got 0.5."],
  [
    (r) => select(r, of(r, 5, 2), 1, 2),
    "SizeError",
    ".select(1, 2): axis 1 of (5, 2) has 2 elements, 0 to 1.",
  ],
  [(r) => take(r, full(r, [], 1), of(r, 2)), "ShapeError", ".take(): a single number has no rows to take."],
  [
    (r) => take(r, of(r, 3, 2), named(binary(r, "gt", of(r, 3), 0), "mask")),
    "ShapeError",
    ".take(): mask (3,) is a mask, and indices are whole numbers. Did you mean .where()?",
  ],
  [
    (r) => gather(r, of(r, 8, 10), 1, of(r, 8)),
    "ShapeError",
    ".gather(): the indices (8,) need as many axes as (8, 10), 2. Did you mean indices.unsqueeze(1)?",
  ],
  [
    (r) => gather(r, of(r, 8, 10), 1, of(r, 9, 1)),
    "ShapeError",
    ".gather(): axis 0 of the indices (9, 1) is 9, of (8, 10) only 8.",
  ],
  [
    (r) => oneHot(r, of(r, 8), 2.5),
    "SizeError",
    ".oneHot(): size 2.5 of axis 1 must be a whole number of at least 1. Use Math.floor or Math.ceil.",
  ],
  [
    (r) => scatterRows(r, of(r, 3, 2), of(r, 4), 5),
    "ShapeError",
    ".scatterRows(): (3, 2) must begin with the indices' shape (4,).",
  ],
  [
    (r) => scatterAlong(r, of(r, 3, 2), of(r, 3, 1), { dim: 1, sizes: [3, 4] }),
    "ShapeError",
    ".scatterAlong(): (3, 2) and the indices (3, 1) must have one shape.",
  ],
  [(r) => cat(r, []), "ShapeError", "cat(): needs at least one tensor, got an empty list."],
  [
    (r) => cat(r, [of(r, 2, 3), of(r, 2, 4)]),
    "ShapeError",
    "cat(): tensor 0 is (2, 3), tensor 1 is (2, 4); only axis 0 may differ, but axis 1 does.",
  ],
  [
    (r) => cat(r, [of(r, 3), of(r, 2, 3)]),
    "ShapeError",
    "cat(): tensor 0 is (3,), tensor 1 is (2, 3); they must have as many axes. Did you mean stack()?",
  ],
  [
    (r) => stack(r, [of(r, 3), of(r, 2)]),
    "ShapeError",
    "stack(): tensor 0 is (3,), tensor 1 is (2,); all must have one shape. Did you mean cat()?",
  ],
  [
    (r) => pad(r, of(r, 3, 2), [[1, 1]]),
    "SizeError",
    ".pad(): needs one [before, after] for each axis of (3, 2), got 1.",
  ],
  [
    (r) => pad(r, of(r, 3), [[-1, 1]]),
    "SizeError",
    ".pad(): whole numbers of at least 0 are needed, got -1.",
  ],
  [
    (r) => einsum(r, "ik,kj->ij", [of(r, 2, 3), of(r, 4, 5)]),
    "ShapeError",
    'einsum("ik,kj->ij"): axis k is 3 in (2, 3) and 4 in (4, 5).',
  ],
  [
    (r) => einsum(r, "ii->i", [of(r, 3, 3)]),
    "ShapeError",
    'einsum("ii->i"): a letter twice in "ii" (a diagonal) is not known here; multiply by eye() and sum.',
  ],
  [
    (r) => einsum(r, "ij->k", [of(r, 3, 3)]),
    "ShapeError",
    'einsum("ij->k"): the result\'s letter k stands in no tensor.',
  ],
  [
    (r) => einsum(r, "i,j", [of(r, 3)]),
    "ShapeError",
    'einsum("i,j"): the formula names 2 tensors, 1 were given.',
  ],
  [
    (r) => einsum(r, "ijk->", [of(r, 3, 3)]),
    "ShapeError",
    'einsum("ijk->"): "ijk" names 3 axes, the tensor (3, 3) has 2.',
  ],
  [
    (r) => einsum(r, "i…->i", [of(r, 3, 3)]),
    "ShapeError",
    'einsum("i…->i"): expected letters, one comma and one "->" as in "ik,kj->ij", got "…".',
  ],
  [
    (r) => tensorOf(r, Float32Array.of(1, 2, 3), [2, 2]),
    "ShapeError",
    "tensor(): 3 numbers do not fill (2, 2), which has 4.",
  ],
  [(r) => full(r, [-1], 0), "SizeError", ".full(): size -1 of axis 0 must be a whole number of at least 1."],
  [
    (r) => full(r, [3, 0], 0),
    "SizeError",
    ".full(): size 0 of axis 1 must be a whole number of at least 1. A tensor without elements cannot be made.",
  ],
  [
    (r) => full(r, [NaN], 0, "zeros"),
    "SizeError",
    ".zeros(): size NaN of axis 0 must be a whole number of at least 1. Was it computed from a shape that has no such axis?",
  ],
  [
    (r) => full(r, [Infinity], 0),
    "SizeError",
    ".full(): size Infinity of axis 0 must be a whole number of at least 1.",
  ],
  [
    (r) => full(r, [2 ** 30, 2 ** 30], 0),
    "SizeError",
    ".full(): (1073741824, 1073741824) has 1.15e+18 elements, more than can be counted (2⁵³).",
  ],
  [
    (r) => full(r, [1, 1, 1, 1, 1, 1, 1], 0),
    "SizeError",
    ".full(): a tensor has at most 6 axes, this would have 7.",
  ],
  [
    (r) => unsqueeze(r, of(r, 1, 1, 1, 1, 1, 1), 0),
    "SizeError",
    ".unsqueeze(): a tensor has at most 6 axes, this would have 7.",
  ],
  [(r) => arange(r, 3, 3), "SizeError", "arange(): nothing lies between 3 and 3 in steps of 1."],
  [(r) => arange(r, 0, 1, 0), "SizeError", "arange(): nothing lies between 0 and 1 in steps of 0."],
  [(r) => arange(r, 1e9), "SizeError", "arange(): at most 2²⁴ = 16777216 numbers, this would be 1000000000."],
  [
    (r) => eye(r, 0),
    "SizeError",
    ".eye(): size 0 of axis 0 must be a whole number of at least 1. A tensor without elements cannot be made.",
  ],
  [
    (r) => draw(r, "permutation", [2, 2], key),
    "SizeError",
    "randperm(): one size up to 2²⁴ = 16777216, got (2, 2).",
  ],
];

describe("errors say both shapes, the axis and what was probably meant", () => {
  it.each(CASES.map(([call, name, message]) => ({ call, name, message })))(
    "$message",
    ({ call, name, message }) => {
      expect(() => call(testRecorder())).toThrow(expect.objectContaining({ name, message }));
    },
  );
});

describe("the broadcast notice", () => {
  it("says when (N, 1) against (N,) becomes (N, N)", () => {
    const r = testRecorder();
    binary(r, "sub", named(of(r, 50_000, 1), "pred"), named(of(r, 50_000), "y"));
    expect(r.notices.map(({ text }) => text)).toEqual([
      "sub: pred (50000, 1) and y (50000,) give (50000, 50000), 10.0 GB. Did you mean .squeeze(1)?",
    ]);
  });

  it("is silent where a row, a column or a number is repeated, and for outer products of one rank", () => {
    const r = testRecorder();
    binary(r, "add", of(r, 8, 3), of(r, 3));
    binary(r, "add", of(r, 8, 3), 2);
    binary(r, "mul", of(r, 8, 3, 1), of(r, 8, 1, 5));
    binary(r, "mul", of(r, 8, 3), of(r, 8, 1));
    expect(r.notices).toEqual([]);
  });
});
