import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DType, Op, Ops, TensorLike } from "../../../src/core/ops/op.ts";
import type { BinaryFunction } from "../../../src/core/ops/generic-op.ts";
import { RecordingOps, type Tensor } from "../../../src/core/ops/recording-ops.ts";
import { ReferenceOps } from "../../../src/core/ops/reference-ops.ts";
import type { ReferenceTensor } from "../../../src/core/ops/reference-tensor.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { planSections } from "../../../src/main/engine/plan.ts";
import { viewOf } from "../../../src/shared/engine/tensor-view.ts";
import { times } from "../../thorough.ts";
import { startEngine } from "./start-engine.ts";

interface Sizes {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
}

const MOST_REPEATS = 3;
const PROGRAMS = times(90, 900);

/** The tensors that random programs work on: data, a layer, its gradients, a loss. */
function tensorsOf<T extends TensorLike>(ops: Ops<T>, { rows, inputs, outputs }: Sizes) {
  const t = (name: string, shape: readonly number[], dtype?: DType): T => ops.tensor(name, shape, dtype);
  return {
    x: t("x", [rows, inputs]),
    dx: t("dx", [rows, inputs]),
    h: t("h", [rows, outputs]),
    h2: t("h2", [rows, outputs]),
    g: t("g", [rows, outputs]),
    w: t("w", [inputs, outputs]),
    dw: t("dw", [inputs, outputs]),
    b: t("b", [outputs]),
    db: t("db", [outputs]),
    v: t("v", [outputs, 1]),
    dv: t("dv", [outputs, 1]),
    p: t("p", [rows, 1]),
    dp: t("dp", [rows, 1]),
    y: t("y", [rows]),
    loss: t("loss", [1]),
    lr: t("lr", [1]),
    indices: t("indices", [rows * MOST_REPEATS], "int32"),
    bytes: t("bytes", [rows, inputs], "uint8"),
    scales: t("scales", [256]),
    found: t("found", [7], "float64"),
    moments: t("moments", [2, outputs], "float64"),
    counts: t("counts", [outputs], "float64"),
    tally: t("tally", [4], "float64"),
    bins: t("bins", [5], "float64"),
    norm: t("norm", [1], "float64"),
    counter: t("counter", [1], "float64"),
    schedule: t("schedule", [4]),
    velocity: t("velocity", [inputs, outputs]),
    m: t("m", [inputs, outputs]),
    s: t("s", [inputs, outputs]),
  };
}

/** Halves of h and h2, which share their bytes, and one across the middle of h. */
type Part = "upper" | "lower" | "middle" | "upper2" | "lower2";
type Tensors<T> = Record<keyof ReturnType<typeof tensorsOf> | Part, T>;

function partsOf<T extends TensorLike>(
  t: Record<"h" | "h2", T>,
  rows: number,
  part: (whole: T, firstRow: number, rows: number) => T,
): Record<Part, T> {
  const half = Math.max(1, Math.floor(rows / 2));
  return {
    upper: part(t.h, 0, half),
    lower: part(t.h, rows - half, half),
    middle: part(t.h, Math.floor((rows - half) / 2), half),
    upper2: part(t.h2, 0, half),
    lower2: part(t.h2, rows - half, half),
  };
}

const tensorPart = (whole: Tensor, firstRow: number, rows: number): Tensor => {
  const [, columns = 1] = whole.shape;
  return { ...whole, shape: [rows, columns], offsetBytes: whole.offsetBytes + 4 * firstRow * columns };
};
const referencePart = (whole: ReferenceTensor, firstRow: number, rows: number): ReferenceTensor => {
  const [, columns = 1] = whole.shape;
  const data = whole.data.subarray(firstRow * columns, (firstRow + rows) * columns);
  return { ...whole, shape: [rows, columns], data };
};

/** A tensor as it lies, one value a row for all columns, one row for all rows. */
const dense = <T extends TensorLike>(tensor: T) => ({
  tensor,
  offset: 0,
  strides: [tensor.shape[1] ?? 1, 1],
});
const perRow = <T>(tensor: T) => ({ tensor, offset: 0, strides: [1, 0] });
const perColumn = <T>(tensor: T) => ({ tensor, offset: 0, strides: [0, 1] });
const binary = (fn: BinaryFunction) => [{ input: 0 }, { input: 1 }, { fn }] as const;

const product = { transposeA: false, transposeB: false, accumulate: false };

/** Steps that a program is drawn from: whole, in place, reduced, added to, written over what was read before. */
const STEPS: readonly (<T extends TensorLike>(t: Tensors<T>) => Op<T>)[] = [
  (t) => ({
    op: "map",
    shape: t.h.shape,
    inputs: [dense(t.h), perColumn(t.b)],
    steps: binary("add"),
    out: t.h2,
  }),
  (t) => ({ op: "map", shape: t.h.shape, inputs: [dense(t.h), perRow(t.p)], steps: binary("sub"), out: t.h }),
  (t) => ({
    op: "map",
    shape: t.h.shape,
    inputs: [dense(t.g), perColumn(t.db)],
    // Bounded, so that what repeats does not grow.
    steps: [{ input: 0 }, { input: 1 }, { fn: "tanh" }, { fn: "add" }],
    out: t.g,
  }),
  (t) => ({
    op: "reduce",
    kind: "sum",
    shape: t.h.shape,
    inputs: [dense(t.h), dense(t.h2)],
    steps: binary("mul"),
    axes: [0],
    scale: 1 / (t.h.shape[0] ?? 1),
    out: t.db,
  }),
  (t) => ({
    op: "reduce",
    kind: "max",
    shape: t.h.shape,
    inputs: [dense(t.h)],
    steps: [{ input: 0 }],
    axes: [1],
    scale: 1,
    out: t.p,
  }),
  (t) => ({
    op: "reduce",
    kind: "sum",
    shape: t.x.shape,
    inputs: [dense(t.x)],
    steps: [{ input: 0 }, { fn: "square" }],
    axes: [0, 1],
    scale: 1 / (t.x.shape[0] ?? 1),
    out: t.loss,
  }),
  (t) => ({ op: "copy", shape: t.upper.shape, x: dense(t.upper), out: dense(t.lower2) }),
  (t) => ({ op: "copy", shape: t.middle.shape, x: dense(t.upper2), out: dense(t.middle) }),
  (t) => ({ op: "relu", x: t.lower, out: t.upper, shift: 0.1 }),
  (t) => ({ op: "add", a: t.upper2, b: t.lower2, out: t.middle }),
  (t) => ({ op: "add", a: t.middle, b: t.lower2, out: t.upper2 }),
  (t) => ({ op: "columnSum", x: t.lower, out: t.db }),
  (t) => ({ op: "scale", x: t.middle, out: t.middle, factor: 0.5 }),
  (t) => ({ op: "matmul", a: t.x, b: t.w, out: t.h, ...product }),
  (t) => ({ op: "matmul", a: t.x, b: t.w, out: t.h, ...product, accumulate: true }),
  (t) => ({ op: "addBias", x: t.h, bias: t.b, out: t.h }),
  (t) => ({ op: "relu", x: t.h, out: t.h2, shift: 0.5 }),
  (t) => ({ op: "relu", x: t.h, out: t.h, shift: 0 }),
  (t) => ({ op: "matmul", a: t.h2, b: t.v, out: t.p, ...product }),
  (t) => ({ op: "mse", pred: t.p, target: t.y, loss: t.loss }),
  (t) => ({ op: "mseBackward", pred: t.p, target: t.y, dpred: t.dp }),
  (t) => ({ op: "crossEntropy", logits: t.h2, target: t.y, loss: t.loss, smoothing: 0 }),
  (t) => ({ op: "crossEntropyBackward", logits: t.h2, target: t.y, dlogits: t.g, smoothing: 0 }),
  (t) => ({ op: "matmul", a: t.dp, b: t.v, out: t.g, ...product, transposeB: true }),
  (t) => ({ op: "matmul", a: t.h2, b: t.dp, out: t.dv, ...product, transposeA: true }),
  (t) => ({ op: "reluBackward", x: t.h, dy: t.g, dx: t.g }),
  (t) => ({ op: "matmul", a: t.g, b: t.w, out: t.dx, ...product, transposeB: true }),
  (t) => ({ op: "matmul", a: t.x, b: t.g, out: t.dw, ...product, transposeA: true }),
  (t) => ({ op: "matmul", a: t.x, b: t.g, out: t.dw, ...product, transposeA: true, accumulate: true }),
  (t) => ({ op: "columnSum", x: t.g, out: t.db }),
  (t) => ({ op: "sgd", param: t.w, grad: t.dw, lr: t.lr }),
  (t) => ({ op: "sgd", param: t.b, grad: t.db, lr: t.lr }),
  (t) => ({ op: "sgd", param: t.v, grad: t.dv, lr: t.lr }),
  (t) => ({ op: "relu", x: t.dx, out: t.x, shift: 0.1 }),
  // What a reduction has given is read whole; what was just written by rows is read across rows.
  (t) => ({ op: "addBias", x: t.h, bias: t.db, out: t.h2 }),
  (t) => ({ op: "matmul", a: t.x, b: t.dw, out: t.h2, ...product }),
  (t) => ({ op: "gatherRows", x: t.h, indices: t.indices, out: t.h2 }),
  (t) => ({ op: "gatherRows", x: t.dx, indices: t.indices, out: t.x }),
  (t) => ({ op: "record", source: t.loss, name: "loss" }),
  (t) => ({ op: "activate", x: t.h, out: t.h2, activation: { kind: "tanh" } }),
  (t) => ({ op: "activate", x: t.h, out: t.h, activation: { kind: "gelu" } }),
  (t) => ({ op: "activate", x: t.h2, out: t.h, activation: { kind: "sigmoid" } }),
  (t) => ({ op: "activateBackward", x: t.h, dy: t.g, dx: t.g, activation: { kind: "gelu" } }),
  (t) => ({ op: "activateBackward", x: t.h2, dy: t.h, dx: t.g, activation: { kind: "tanh" } }),
  (t) => ({ op: "scale", x: t.g, out: t.g, factor: -0.5 }),
  (t) => ({ op: "add", a: t.h, b: t.h2, out: t.h2 }),
  (t) => ({ op: "columnMoments", x: t.g, out: t.moments }),
  (t) => ({ op: "statistics", x: t.h2, out: t.found }),
  (t) => ({ op: "gatherBytes", bytes: t.bytes, values: t.scales, indices: null, out: t.x, affine: null }),
  (t) => ({
    op: "gatherBytes",
    bytes: t.bytes,
    values: t.scales,
    indices: t.indices,
    out: t.x,
    affine: null,
  }),
  (t) => ({ op: "histogram", x: t.h, out: t.bins, lo: -1, hi: 1 }),
  (t) => ({ op: "tally", x: t.h, out: t.tally, lo: -0.5, hi: 0.75 }),
  (t) => ({ op: "activeRows", x: t.h, out: t.counts }),
  (t) => ({ op: "squaredNorm", x: t.dw, out: t.norm, accumulate: false }),
  (t) => ({ op: "squaredNorm", x: t.db, out: t.norm, accumulate: true }),
  (t) => ({ op: "clip", x: t.dw, squaredNorm: t.norm, maxNorm: 0.5 }),
  (t) => ({ op: "advance", counter: t.counter }),
  (t) => ({ op: "lookUp", values: t.schedule, counter: t.counter, out: t.lr }),
  (t) => ({
    op: "momentum",
    param: t.w,
    grad: t.dw,
    velocity: t.velocity,
    lr: t.lr,
    momentum: 0.9,
    nesterov: true,
    weightDecay: 0.01,
  }),
  (t) => ({
    op: "adam",
    param: t.w,
    grad: t.dw,
    m: t.m,
    v: t.s,
    lr: t.lr,
    counter: t.counter,
    beta1: 0.9,
    beta2: 0.99,
    eps: 1e-3,
    weightDecay: 0.01,
    decoupled: true,
  }),
  (t) => ({
    op: "rmsProp",
    param: t.w,
    grad: t.dw,
    v: t.s,
    lr: t.lr,
    alpha: 0.9,
    eps: 1e-3,
    weightDecay: 0,
  }),
];

/** Tensors of counts: a value at an edge may honestly fall on either side. */
const COUNTS: ReadonlySet<string> = new Set(["counts", "tally", "bins", "found"]);

const wave = (index: number): number => Math.sin(index * 12.9898 + 1);

/** Small enough that a few steps of any kind stay far from float32's limits. */
const fillOf = (name: string, { rows, outputs }: Sizes): ((index: number) => number) => {
  if (name === "indices") return (i) => (i * 7 + 3) % rows;
  if (name === "y") return (i) => i % outputs;
  if (name === "lr") return () => 1e-4;
  if (name === "schedule") return (i) => 1e-4 * (i + 1);
  if (name === "counter" || name === "norm") return () => 1;
  if (name === "scales") return (i) => Math.sin(i * 0.7);
  if (name === "bytes") return (i) => (i * 37) % 256;
  if (name === "s") return (i) => 0.1 + wave(i) ** 2;
  if (name === "dp") return (i) => wave(i) / 100;
  return (i) => wave(i + name.length) / 2;
};

const drawn = fc.record({
  rows: fc.constantFrom(1, 31, 33, 257, 1_000, 2_999, 3_001),
  inputs: fc.integer({ min: 1, max: 60 }),
  outputs: fc.integer({ min: 1, max: 21 }),
  threads: fc.constantFrom(1, 2, 3, 3),
  repeats: fc.integer({ min: 1, max: MOST_REPEATS }),
  steps: fc.array(fc.nat({ max: STEPS.length - 1 }), { minLength: 2, maxLength: 18 }),
});

describe("Engine.run() of random programs", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine(3);
  });
  afterAll(async () => {
    await engine.close();
  });

  it("gives what the ops give one by one in float64, however they are grouped and shared", async () => {
    let shared = 0;
    let grouped = 0;
    await fc.assert(
      fc.asyncProperty(drawn, async ({ threads, repeats, steps, ...sizes }) => {
        const scope = engine.arena.scope();
        try {
          const recording = new RecordingOps((name, shape, dtype) => scope.tensor(name, shape, dtype));
          const reference = new ReferenceOps();
          const ownTensors = tensorsOf(recording, sizes);
          const theirTensors = tensorsOf(reference, sizes);
          const names = Object.keys(ownTensors) as (keyof typeof ownTensors)[];
          const ours = { ...ownTensors, ...partsOf(ownTensors, sizes.rows, tensorPart) };
          const theirs = { ...theirTensors, ...partsOf(theirTensors, sizes.rows, referencePart) };
          for (const name of names) {
            const values = viewOf(engine.arena.memory, ours[name], ours[name].dtype);
            const fill = fillOf(name, sizes);
            for (let i = 0; i < values.length; i++) values[i] = fill(i);
            theirs[name].data.set(values);
          }
          for (const step of steps) recording.run(STEPS[step](ours));
          const section = { program: recording.program(), repeats };
          const plan = planSections([section], threads, () => 0);
          if (plan.sections[0].groups.some((group) => group.threads > 1)) shared++;
          if (plan.sections[0].groups.some((group) => group.steps.length > 2)) grouped++;

          await engine.run([section], { threads });
          for (let repeat = 0; repeat < repeats; repeat++) {
            reference.step = repeat;
            for (const step of steps) reference.run(STEPS[step](theirs));
          }
          // What is above 0 in float64 may honestly be 0 in float32.
          const underflows = theirs.h.data.some((value) => value !== 0 && Math.abs(value) < 1e-35);
          for (const name of names) {
            if (name === "counts" && underflows) continue;
            const values = viewOf(engine.arena.memory, ours[name], ours[name].dtype);
            const expected = Float64Array.from(theirs[name].data);
            const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0);
            const worst = expected.reduce((most, value, i) => {
              // The deviation of a single value is NaN in both.
              return Object.is(value, values[i]) ? most : Math.max(most, Math.abs(value - values[i]));
            }, 0);
            if (!(worst <= 1e-4 * largest + (COUNTS.has(name) ? 1 : 1e-6))) {
              expect.fail(`${name} differs by ${worst}; its largest element is ${largest}`);
            }
          }
        } finally {
          scope.release();
        }
      }),
      // Always the same programs: at a relu's kink float32 and float64 may honestly disagree.
      { numRuns: PROGRAMS, seed: 20_261_123 },
    );
    expect(shared).toBeGreaterThan(PROGRAMS / 9);
    expect(grouped).toBeGreaterThan(PROGRAMS / 3);
    expect(engine.arena.usedBytes).toBe(0);
  }, 600_000);
});
