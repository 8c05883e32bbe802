import { describe, expect, it } from "vitest";
import { full, stored, tensorOf } from "../../../../src/core/tensor/create.ts";
import { binary, clamp, unary } from "../../../../src/core/tensor/elementwise.ts";
import { gather, take } from "../../../../src/core/tensor/indexing.ts";
import { neededBuffers, forgetHistory } from "../../../../src/core/tensor/lower/buffers.ts";
import { lower } from "../../../../src/core/tensor/lower/lower.ts";
import type { Lowered } from "../../../../src/core/tensor/lower/lowered.ts";
import { memoryProblem } from "../../../../src/core/tensor/lower/memory-problem.ts";
import { structureOf } from "../../../../src/core/tensor/lower/structure-of.ts";
import { matmul } from "../../../../src/core/tensor/products.ts";
import { reduce } from "../../../../src/core/tensor/reductions.ts";
import type { Recorder, TensorNode } from "../../../../src/core/tensor/tensor-node.ts";
import { float, slice, squeeze, transpose, unsqueeze } from "../../../../src/core/tensor/views.ts";
import { testRecorder } from "./recorder.ts";
import { TestMemory } from "./run-lowered.ts";

/** A tensor that lies in a buffer of its own. */
function held(recorder: Recorder, name: string, ...shape: number[]): TensorNode {
  const buffer = 1000 + recorder.nextId();
  return stored(recorder, shape, { storage: { buffer, offset: 0 }, name });
}

function lowered(wanted: readonly TensorNode[], kept: (node: TensorNode) => boolean = () => false): Lowered {
  let buffer = 0;
  return lower({ wanted, settled: [], kept, nextBuffer: () => buffer++ });
}

const opsOf = (program: Lowered): readonly string[] => program.ops.map(({ op }) => op);

describe("the notebook's passes", () => {
  function network() {
    const r = testRecorder();
    const [x, y] = [held(r, "x", 64, 784), held(r, "y", 64)];
    const [w1, b1, w2, b2] = [
      held(r, "w1", 784, 50),
      held(r, "b1", 50),
      held(r, "w2", 50, 1),
      held(r, "b2", 1),
    ];
    const l1 = binary(r, "add", matmul(r, x, w1), b1);
    const l2 = binary(r, "sub", clamp(r, l1, { min: 0 }), 0.5);
    const out = binary(r, "add", matmul(r, l2, w2), b2);
    const difference = binary(r, "sub", squeeze(r, out, 1), y);
    return { r, x, y, w1, w2, l1, l2, out, loss: reduce(r, "mean", binary(r, "pow", difference, 2)) };
  }

  it("forward: two linear ops, the first with its relu, and one reduction with the squares in front", () => {
    const program = lowered([network().loss]);
    expect(opsOf(program)).toEqual(["linear", "linear", "reduce"]);
    expect(program.ops[0]).toMatchObject({ relu: { shift: 0.5 }, moments: null });
    expect(program.ops[2]).toMatchObject({
      kind: "sum",
      axes: [0],
      scale: 1 / 64,
      steps: [{ input: 0 }, { input: 1 }, { fn: "sub" }, { fn: "square" }],
    });
  });

  it("backward: one map each for loss and relu, products read transposed where they lie", () => {
    const { r, x, y, w2, l1, l2, out } = network();
    const gOut = binary(r, "mul", unsqueeze(r, binary(r, "sub", squeeze(r, out, 1), y), -1), 2 / 64);
    const gL2 = matmul(r, gOut, transpose(r, w2));
    const gL1 = binary(r, "mul", float(r, binary(r, "gt", l1, 0)), gL2);
    const gW2 = matmul(r, transpose(r, l2), gOut);
    const gW1 = matmul(r, transpose(r, x), gL1);
    const gB1 = reduce(r, "sum", gL1, { dim: 0 });
    const program = lowered([gW1, gB1, gW2]);
    expect(opsOf(program).toSorted()).toEqual(
      ["linear", "linear", "map", "map", "matmul", "matmul", "matmul", "reduce"].toSorted(),
    );
    const transposes = program.ops.flatMap((op) =>
      op.op === "matmul" ? [[op.transposeA, op.transposeB]] : [],
    );
    // w2 is one column: transposed it lies as it is.
    expect(transposes.toSorted()).toEqual([
      [false, false],
      [true, false],
      [true, false],
    ]);
  });

  it("sums outer products in chunks, and never makes the tensor of all of them", () => {
    const r = testRecorder();
    const [x, g] = [held(r, "x", 50_000, 784), held(r, "g", 50_000, 50)];
    const products = binary(r, "mul", unsqueeze(r, x, -1), unsqueeze(r, g, 1));
    const program = lowered([reduce(r, "sum", products, { dim: 0 })]);
    expect(program.ops).toMatchObject([{ op: "outerProductSum", chunkRows: 64, out: { shape: [784, 50] } }]);
    expect(program.bytes).toBe(4 * 784 * 50);
  });
});

describe("a mean of log-sum-exp minus the picked logit", () => {
  const target = [2, 0, 1, 1, 3];
  const logits = Float32Array.from({ length: 20 }, (_, i) => Math.sin(7 * i) * (i % 3 === 0 ? 40 : 2));
  const program = (indices: readonly number[], keepdim = false) => {
    const r = testRecorder();
    const x = tensorOf(r, logits, [5, 4]);
    const index = tensorOf(r, Float32Array.from(indices), [5, 1]);
    const sum = reduce(r, "logSumExp", x, { dim: 1, keepdim });
    const picked = gather(r, x, 1, index);
    const rows = keepdim ? picked : squeeze(r, picked, 1);
    return { sum, loss: reduce(r, "mean", binary(r, "sub", sum, rows)) };
  };
  const expected =
    target.reduce((total, label, row) => {
      const values = [...logits.subarray(4 * row, 4 * row + 4)];
      const most = Math.max(...values);
      const sum = values.reduce((part, value) => part + Math.exp(value - most), 0);
      return total + most + Math.log(sum) - (values[label] ?? NaN);
    }, 0) / 5;

  it.each([false, true])("is one op over the logits, with the same number; keepdim %s", (keepdim) => {
    const memory = new TestMemory();
    const { loss } = program(target, keepdim);
    expect(opsOf(memory.compute([loss]))).toEqual(["take", "crossEntropy"]);
    expect(memory.read(loss)[0]).toBeCloseTo(expected, 12);
  });

  it("is written out where somebody holds the sums", () => {
    const memory = new TestMemory();
    const { loss, sum } = program(target);
    const ops = opsOf(memory.compute([loss], { kept: (node) => node === sum }));
    expect(ops).not.toContain("crossEntropy");
    expect(memory.read(loss)[0]).toBeCloseTo(expected, 12);
  });

  it("still counts labels that are no class", () => {
    const { faults } = lowered([program([2, 0, 4, 1, 3]).loss]);
    expect(faults.map(({ message }) => message(1))).toEqual([
      ".gather(): an index is no whole number from 0 to 3; indices came from (5, 1).",
    ]);
  });

  it("does not take a row against a column for it", () => {
    const r = testRecorder();
    const [x, index] = [held(r, "x", 5, 4), held(r, "index", 5, 1)];
    const rows = reduce(r, "logSumExp", x, { dim: 1 });
    const matrix = binary(r, "sub", rows, gather(r, x, 1, index));
    expect(opsOf(lowered([reduce(r, "mean", matrix)]))).not.toContain("crossEntropy");
  });
});

it("computes nothing that is not asked for", () => {
  const r = testRecorder();
  const x = held(r, "x", 4, 4);
  unary(r, "exp", x);
  expect(opsOf(lowered([unary(r, "neg", x)]))).toEqual(["map"]);
});

it("breaks a chain of more than 16 functions, and one of more than 8 inputs", () => {
  const r = testRecorder();
  let chain = held(r, "x", 4, 4);
  for (let i = 0; i < 20; i++) chain = unary(r, "tanh", chain);
  expect(lowered([chain]).ops.map((op) => (op.op === "map" ? op.steps.length : 0))).toEqual([17, 5]);
  let wide = held(r, "x0", 4, 4);
  for (let i = 1; i < 12; i++) wide = binary(r, "add", wide, held(r, `x${i}`, 4, 4));
  expect(lowered([wide]).ops.map((op) => (op.op === "map" ? op.inputs.length : 0))).toEqual([8, 5]);
});

it("stores what a handle holds, and not again when it is asked for later", () => {
  const r = testRecorder();
  const memory = new TestMemory();
  const x = tensorOf(r, Float32Array.of(1, -2, 3, -4), [2, 2]);
  const e = unary(r, "abs", x);
  const s = reduce(r, "sum", e);
  memory.compute([s], { kept: (node) => node === e });
  expect(e.storage).not.toBeNull();
  expect(opsOf(memory.compute([e]))).toEqual([]);
  expect([...memory.read(e)]).toEqual([1, 2, 3, 4]);
});

it("leaves views and constants as they are at a cell's end, and makes them dense when they are read", () => {
  const r = testRecorder();
  const memory = new TestMemory();
  const x = tensorOf(r, Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
  const [turned, rows, zeros] = [transpose(r, x), slice(r, x, 1, 2), full(r, [1000], 0)];
  const program = memory.compute([], { settled: [turned, rows, zeros] });
  expect(opsOf(program)).toEqual([]);
  expect(rows.storage).toEqual({ buffer: x.storage?.buffer, offset: 3 });
  expect([turned.storage, zeros.storage]).toEqual([null, null]);
  expect(neededBuffers([turned])).toEqual(new Set([x.storage?.buffer]));
  memory.compute([turned]);
  expect([...memory.read(turned)]).toEqual([1, 4, 2, 5, 3, 6]);
  forgetHistory(turned);
  expect(neededBuffers([turned])).toEqual(new Set([turned.storage?.buffer]));
});

it("says which tensors are the largest when memory does not suffice, before anything is allocated", () => {
  const r = testRecorder();
  const [pred, y] = [held(r, "pred", 20_000, 1), held(r, "y", 20_000)];
  const program = lowered([binary(r, "sub", pred, y)]);
  expect(memoryProblem(program, { limitBytes: 1e9, heldBytes: 1e8 })).toBe(
    "Out of tensor memory: 1.60 GB more are needed, 100 MB of 1.00 GB are taken. The largest: (20000, 20000) of .sub(), 1.60 GB, cell 1, line 4. Work on fewer rows, or let go of tensors that are not needed.",
  );
  expect(memoryProblem(program, { limitBytes: 2e9, heldBytes: 0 })).toBeNull();
});

it("refuses to go over more elements than an op counts, with the operation", () => {
  const r = testRecorder();
  const products = binary(r, "sub", held(r, "pred", 50_000, 1), held(r, "y", 50_000));
  expect(() => lowered([reduce(r, "mean", products)])).toThrow(
    ".mean(): goes over (50000, 50000), 2.50e+9 elements; at most 2³¹ at a time.",
  );
});

it("reports indices that are outside, with the operation's line", () => {
  const r = testRecorder();
  const x = tensorOf(r, Float32Array.of(1, 2, 3), [3]);
  const rows = take(r, x, tensorOf(r, Float32Array.of(0, 3, -1, 1.5), [4]));
  expect(() => new TestMemory().compute([rows])).toThrow(
    "line 3: .take(): 3 indices are no whole number from 0 to 2; indices came from (4,).",
  );
});

it("gives programs one key that differ in buffers only", () => {
  const program = (rows: number, value: number): string => {
    const r = testRecorder();
    for (let i = 0; i < rows; i++) r.nextId();
    return structureOf(lowered([binary(r, "mul", held(r, "x", 4, 4), value)]).ops).key;
  };
  expect(program(1, 2)).toBe(program(7, 2));
  expect(program(1, 2)).not.toBe(program(1, 3));
  expect(program(1, Infinity)).not.toBe(program(1, NaN));
});

it("orders chains of a hundred thousand operations without running out of stack", () => {
  const r = testRecorder();
  let chain = held(r, "x", 2);
  for (let i = 0; i < 100_000; i++) chain = unary(r, "neg", chain);
  expect(opsOf(lowered([chain])).length).toBe(100_000 / 16);
});
