import { describe, expect, it } from "vitest";
import { ContractError, ShapeError } from "../../../../src/core/errors.ts";
import { checkShapes } from "../../../../src/core/ops/check-shapes.ts";
import type { Op, OpName, TensorLike } from "../../../../src/core/ops/op.ts";

const t = (name: string, ...shape: number[]): TensorLike => ({ name, shape, dtype: "float32" });
const flags = { transposeA: false, transposeB: false, accumulate: false };

const isTensor = (value: unknown): value is TensorLike =>
  typeof value === "object" && value !== null && "shape" in value;

const LINEAR = {
  op: "linear",
  x: t("x", 2, 3),
  w: t("w", 3, 4),
  bias: t("b", 4),
  out: t("out", 2, 4),
  transposeW: false,
  relu: null,
  moments: null,
} as const;

const ADAGRAD = { op: "adagrad", lrDecay: 0, initial: 0, eps: 1e-10, weightDecay: 0 } as const;
const UPDATE = { param: t("w", 2, 3), grad: t("g", 2, 3), lr: t("lr", 1) };
const ADAM = { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, decoupled: false };

const GATHER = {
  op: "gatherBytes",
  bytes: t("bytes", 9, 3),
  values: t("values", 256),
  affine: null,
} as const;
const ONE = t("one", 1);
const SHIFT = {
  op: "shiftImages",
  x: t("x", 2, 9),
  out: t("out", 2, 9),
  fill: 0,
  seed: 1,
  counter: ONE,
} as const;
const NORM_BACKWARD = {
  op: "normalizeColumnsBackward",
  normalized: t("n", 4, 3),
  dy: t("dy", 4, 3),
  dgain: t("dgain", 3),
  dshift: t("dshift", 3),
  meanVariance: t("m", 2, 3),
  eps: 1,
} as const;

const view = (tensor: TensorLike, strides: number[], offset = 0) => ({ tensor, offset, strides });
const OUTSIDE: TensorLike = { name: "outside", shape: [1], dtype: "float64" };
const MAP = {
  op: "map",
  shape: [2, 3],
  inputs: [view(t("x", 2, 3), [3, 1]), view(t("b", 3), [0, 1])],
  steps: [{ input: 0 }, { input: 1 }, { fn: "add" }],
  out: t("out", 6),
} as const;
const REDUCE = { ...MAP, op: "reduce", kind: "sum", axes: [0], scale: 0.5, out: t("out", 3) } as const;
const COPY = {
  op: "copy",
  shape: [3, 2],
  x: view(t("x", 2, 3), [1, 3]),
  out: view(t("out", 3, 2), [2, 1]),
} as const;
const TAKE = {
  op: "take",
  shape: [4, 3],
  x: view(t("x", 5, 3), [0, 1]),
  axisStride: 3,
  axisSize: 5,
  indices: view(t("i", 4), [1, 0]),
  out: t("out", 4, 3),
  outside: OUTSIDE,
} as const;
const SCATTER = {
  op: "scatterAdd",
  shape: [4, 3],
  g: view(t("g", 4, 3), [3, 1]),
  indices: view(t("i", 4), [1, 0]),
  out: t("out", 5, 3),
  outStrides: [0, 1],
  axisStride: 3,
  axisSize: 5,
  outside: OUTSIDE,
} as const;
const DRAW = { op: "draw", distribution: "normal", seed: 1, stream: 2, draw: 3, out: t("out", 7) } as const;

const BINARY = {
  op: "binaryCrossEntropy",
  whenOne: t("s", 4, 3),
  whenZero: t("z", 4, 3),
  target: t("y", 4, 3),
  loss: t("loss", 1),
  positiveWeight: null,
} as const;
const BINARY_BACKWARD = {
  op: "binaryCrossEntropyBackward",
  logits: t("x", 4, 1),
  target: t("y", 4),
  dlogits: t("d", 4, 1),
  positiveWeight: null,
} as const;
const WEIGHTED_BACKWARD = {
  op: "weightedCrossEntropyBackward",
  exponentials: t("e", 4, 3),
  totals: t("totals", 4),
  wanted: t("wanted", 4, 3),
  mass: t("mass", 4),
  weight: t("weight", 1),
  dlogits: t("d", 4, 3),
} as const;

/** For every op one call that fits and some that do not. */
const CASES: Record<Exclude<OpName, "mark">, { good: Op<TensorLike>; bad: Op<TensorLike>[] }> = {
  matmul: {
    good: { op: "matmul", a: t("a", 2, 3), b: t("b", 4, 3), out: t("out", 2, 4), ...flags, transposeB: true },
    bad: [
      { op: "matmul", a: t("a", 2, 3), b: t("b", 4, 3), out: t("out", 2, 3), ...flags },
      { op: "matmul", a: t("a", 2, 3), b: t("b", 3, 4), out: t("out", 4, 2), ...flags },
      { op: "matmul", a: t("a", 6), b: t("b", 3, 4), out: t("out", 2, 4), ...flags },
      { op: "matmul", a: t("a", 2, 3), b: t("b", 3, 4), out: t("out", 3, 4), ...flags, transposeA: true },
    ],
  },
  linear: {
    good: {
      op: "linear",
      x: t("x", 2, 3),
      w: t("w", 4, 3),
      bias: t("b", 4),
      out: t("out", 2, 4),
      transposeW: true,
      relu: { out: t("h", 2, 4), shift: 0 },
      moments: t("m", 2, 4),
    },
    bad: [
      { ...LINEAR, w: t("w", 4, 3) },
      { ...LINEAR, bias: t("b", 3) },
      { ...LINEAR, out: t("out", 2, 3) },
      { ...LINEAR, relu: { out: t("h", 2, 3), shift: 0 } },
      { ...LINEAR, moments: t("m", 4) },
    ],
  },
  addBias: {
    good: { op: "addBias", x: t("x", 2, 3), bias: t("b", 3), out: t("out", 2, 3) },
    bad: [
      { op: "addBias", x: t("x", 2, 3), bias: t("b", 2), out: t("out", 2, 3) },
      { op: "addBias", x: t("x", 2, 3), bias: t("b", 3), out: t("out", 3, 2) },
    ],
  },
  relu: {
    good: { op: "relu", x: t("x", 2, 3), out: t("out", 2, 3), shift: 0 },
    bad: [{ op: "relu", x: t("x", 2, 3), out: t("out", 6), shift: 0 }],
  },
  reluBackward: {
    good: { op: "reluBackward", x: t("x", 2), dy: t("dy", 2), dx: t("dx", 2) },
    bad: [
      { op: "reluBackward", x: t("x", 2), dy: t("dy", 3), dx: t("dx", 2) },
      { op: "reluBackward", x: t("x", 2), dy: t("dy", 2), dx: t("dx", 3) },
    ],
  },
  activate: {
    good: { op: "activate", x: t("x", 2, 3), out: t("out", 2, 3), activation: { kind: "tanh" } },
    bad: [{ op: "activate", x: t("x", 2, 3), out: t("out", 3, 2), activation: { kind: "tanh" } }],
  },
  activateBackward: {
    good: {
      op: "activateBackward",
      x: t("x", 2, 3),
      dy: t("dy", 2, 3),
      dx: t("dx", 2, 3),
      activation: { kind: "leakyRelu", slope: 0.01 },
    },
    bad: [
      {
        op: "activateBackward",
        x: t("x", 2, 3),
        dy: t("dy", 2, 2),
        dx: t("dx", 2, 3),
        activation: { kind: "gelu" },
      },
    ],
  },
  scale: {
    good: { op: "scale", x: t("x", 2, 3), out: t("out", 2, 3), factor: 2 },
    bad: [{ op: "scale", x: t("x", 2, 3), out: t("out", 2), factor: 2 }],
  },
  add: {
    good: { op: "add", a: t("a", 2, 3), b: t("b", 2, 3), out: t("out", 2, 3) },
    bad: [{ op: "add", a: t("a", 2, 3), b: t("b", 3), out: t("out", 2, 3) }],
  },
  tally: {
    good: { op: "tally", x: t("x", 2, 3), out: t("out", 4), lo: -1, hi: 1 },
    bad: [{ op: "tally", x: t("x", 2, 3), out: t("out", 3), lo: -1, hi: 1 }],
  },
  activeRows: {
    good: { op: "activeRows", x: t("x", 2, 3), out: t("out", 3) },
    bad: [{ op: "activeRows", x: t("x", 2, 3), out: t("out", 2) }],
  },
  columnSum: {
    good: { op: "columnSum", x: t("x", 2, 3), out: t("out", 3) },
    bad: [{ op: "columnSum", x: t("x", 2, 3), out: t("out", 2) }],
  },
  columnMoments: {
    good: { op: "columnMoments", x: t("x", 5, 3), out: t("out", 2, 3) },
    bad: [{ op: "columnMoments", x: t("x", 5, 3), out: t("out", 3) }],
  },
  outerProductSum: {
    good: { op: "outerProductSum", x: t("x", 5, 3), dy: t("dy", 5, 2), out: t("out", 3, 2), chunkRows: 2 },
    bad: [
      { op: "outerProductSum", x: t("x", 5, 3), dy: t("dy", 4, 2), out: t("out", 3, 2), chunkRows: 2 },
      { op: "outerProductSum", x: t("x", 5, 3), dy: t("dy", 5, 2), out: t("out", 2, 3), chunkRows: 2 },
    ],
  },
  dropout: {
    good: { op: "dropout", x: t("x", 4, 3), out: t("out", 4, 3), rate: 0.5, seed: 1, counter: ONE },
    bad: [
      { op: "dropout", x: t("x", 4, 3), out: t("out", 3, 4), rate: 0.5, seed: 1, counter: ONE },
      { op: "dropout", x: t("x", 4, 3), out: t("out", 4, 3), rate: 1, seed: 1, counter: ONE },
    ],
  },
  scaleColumns: {
    good: { op: "scaleColumns", x: t("x", 4, 3), gain: t("gain", 3), out: t("out", 4, 3) },
    bad: [{ op: "scaleColumns", x: t("x", 4, 3), gain: t("gain", 4), out: t("out", 4, 3) }],
  },
  columnProducts: {
    good: { op: "columnProducts", a: t("a", 4, 3), b: t("b", 4, 3), out: t("out", 3) },
    bad: [
      { op: "columnProducts", a: t("a", 4, 3), b: t("b", 3, 3), out: t("out", 3) },
      { op: "columnProducts", a: t("a", 4, 3), b: t("b", 4, 3), out: t("out", 4) },
    ],
  },
  meanVariance: {
    good: { op: "meanVariance", moments: t("m", 2, 3), out: t("out", 2, 3), rows: 4 },
    bad: [
      { op: "meanVariance", moments: t("m", 3, 3), out: t("out", 3, 3), rows: 4 },
      { op: "meanVariance", moments: t("m", 2, 3), out: t("out", 2, 3), rows: 0 },
    ],
  },
  track: {
    good: { op: "track", running: t("r", 2, 3), batch: t("m", 2, 3), momentum: 0.1, rows: 4 },
    bad: [
      { op: "track", running: t("r", 2, 4), batch: t("m", 2, 3), momentum: 0.1, rows: 4 },
      { op: "track", running: t("r", 2, 3), batch: t("m", 2, 3), momentum: 0, rows: 4 },
    ],
  },
  normalizeColumns: {
    good: {
      op: "normalizeColumns",
      x: t("x", 4, 3),
      meanVariance: t("m", 2, 3),
      out: t("out", 4, 3),
      eps: 1,
    },
    bad: [
      { op: "normalizeColumns", x: t("x", 4, 3), meanVariance: t("m", 3), out: t("out", 4, 3), eps: 1 },
      { op: "normalizeColumns", x: t("x", 4, 3), meanVariance: t("m", 2, 3), out: t("out", 4, 3), eps: 0 },
    ],
  },
  normalizeColumnsBackward: {
    good: { ...NORM_BACKWARD, gain: t("gain", 3), dx: t("dx", 4, 3) },
    bad: [
      { ...NORM_BACKWARD, gain: t("gain", 4), dx: t("dx", 4, 3) },
      { ...NORM_BACKWARD, gain: t("gain", 3), dx: t("dx", 3, 4) },
    ],
  },
  normalizeRows: {
    good: { op: "normalizeRows", x: t("x", 4, 3), out: t("out", 4, 3), eps: 1 },
    bad: [
      { op: "normalizeRows", x: t("x", 12), out: t("out", 12), eps: 1 },
      { op: "normalizeRows", x: t("x", 4, 3), out: t("out", 4, 3), eps: -1 },
    ],
  },
  normalizeRowsBackward: {
    good: { op: "normalizeRowsBackward", x: t("x", 4, 3), dy: t("dy", 4, 3), dx: t("dx", 4, 3), eps: 1 },
    bad: [{ op: "normalizeRowsBackward", x: t("x", 4, 3), dy: t("dy", 4), dx: t("dx", 4, 3), eps: 1 }],
  },
  shiftImages: {
    good: { ...SHIFT, width: 3, most: 1 },
    bad: [
      { ...SHIFT, width: 4, most: 1 },
      { ...SHIFT, width: 3, most: 3 },
      { ...SHIFT, width: 3, most: 1, out: SHIFT.x },
    ],
  },
  squaredDistance: {
    good: { op: "squaredDistance", a: t("a", 3), b: t("b", 3), out: ONE },
    bad: [
      { op: "squaredDistance", a: t("a", 3), b: t("b", 4), out: ONE },
      { op: "squaredDistance", a: t("a", 3), b: t("b", 3), out: t("out", 3) },
    ],
  },
  rootRatio: {
    good: { op: "rootRatio", numerator: ONE, denominator: t("d", 1), out: t("out", 1) },
    bad: [{ op: "rootRatio", numerator: ONE, denominator: t("d", 2), out: t("out", 1) }],
  },
  zeroShare: {
    good: { op: "zeroShare", x: t("x", 3), out: ONE },
    bad: [{ op: "zeroShare", x: t("x", 3), out: t("out", 3) }],
  },
  oneHot: {
    good: { op: "oneHot", target: t("y", 4), out: t("out", 4, 3) },
    bad: [
      { op: "oneHot", target: t("y", 3), out: t("out", 4, 3) },
      { op: "oneHot", target: t("y", 4), out: t("out", 4) },
    ],
  },
  mse: {
    good: { op: "mse", pred: t("pred", 4, 1), target: t("y", 4), loss: t("loss", 1) },
    bad: [
      // The broadcast trap of the notebook: (N,) instead of (N, 1).
      { op: "mse", pred: t("pred", 4), target: t("y", 4), loss: t("loss", 1) },
      { op: "mse", pred: t("pred", 4, 2), target: t("y", 4), loss: t("loss", 1) },
      { op: "mse", pred: t("pred", 4, 1), target: t("y", 4, 1), loss: t("loss", 1) },
      { op: "mse", pred: t("pred", 4, 1), target: t("y", 4), loss: t("loss", 4) },
    ],
  },
  mseBackward: {
    good: { op: "mseBackward", pred: t("pred", 4, 1), target: t("y", 4), dpred: t("dpred", 4, 1) },
    bad: [
      { op: "mseBackward", pred: t("pred", 4, 1), target: t("y", 4), dpred: t("dpred", 4) },
      { op: "mseBackward", pred: t("pred", 4, 1), target: t("y", 5), dpred: t("dpred", 4, 1) },
    ],
  },
  l1: {
    good: { op: "l1", pred: t("pred", 4, 2), target: t("y", 4, 2), loss: t("loss", 1) },
    bad: [
      { op: "l1", pred: t("pred", 4), target: t("y", 4), loss: t("loss", 1) },
      { op: "l1", pred: t("pred", 4, 1), target: t("y", 4, 1), loss: t("loss", 1) },
      { op: "l1", pred: t("pred", 4, 1), target: t("y", 4), loss: t("loss", 4) },
    ],
  },
  l1Backward: {
    good: { op: "l1Backward", pred: t("pred", 4, 1), target: t("y", 4), dpred: t("dpred", 4, 1) },
    bad: [{ op: "l1Backward", pred: t("pred", 4, 1), target: t("y", 4), dpred: t("dpred", 4) }],
  },
  huber: {
    good: { op: "huber", pred: t("pred", 4, 1), target: t("y", 4), loss: t("loss", 1), delta: 1 },
    bad: [
      { op: "huber", pred: t("pred", 4, 1), target: t("y", 4), loss: t("loss", 1), delta: 0 },
      { op: "huber", pred: t("pred", 4, 2), target: t("y", 4), loss: t("loss", 1), delta: 1 },
      { op: "huber", pred: t("pred", 4, 1), target: t("y", 4), loss: t("loss", 2), delta: 1 },
    ],
  },
  huberBackward: {
    good: { op: "huberBackward", pred: t("pred", 4, 1), target: t("y", 4), dpred: t("d", 4, 1), delta: 1 },
    bad: [
      { op: "huberBackward", pred: t("pred", 4, 1), target: t("y", 4), dpred: t("d", 4, 1), delta: NaN },
      { op: "huberBackward", pred: t("pred", 4, 1), target: t("y", 4), dpred: t("d", 4), delta: 1 },
    ],
  },
  binaryCrossEntropy: {
    good: { ...BINARY, positiveWeight: t("q", 3) },
    bad: [
      { ...BINARY, positiveWeight: t("q", 4) },
      { ...BINARY, whenZero: t("z", 4, 2) },
      { ...BINARY, target: t("y", 4) },
      { ...BINARY, loss: t("loss", 4) },
    ],
  },
  binaryCrossEntropyBackward: {
    good: { ...BINARY_BACKWARD, positiveWeight: null },
    bad: [
      { ...BINARY_BACKWARD, target: t("y", 4, 1) },
      { ...BINARY_BACKWARD, dlogits: t("d", 4, 2) },
      { ...BINARY_BACKWARD, positiveWeight: t("q", 4) },
    ],
  },
  weightedCrossEntropyBackward: {
    good: WEIGHTED_BACKWARD,
    bad: [
      { ...WEIGHTED_BACKWARD, totals: t("totals", 3) },
      { ...WEIGHTED_BACKWARD, mass: t("mass", 3) },
      { ...WEIGHTED_BACKWARD, weight: t("weight", 4) },
      { ...WEIGHTED_BACKWARD, wanted: t("wanted", 4) },
      { ...WEIGHTED_BACKWARD, dlogits: t("d", 3, 4) },
    ],
  },
  crossEntropy: {
    good: { op: "crossEntropy", logits: t("x", 4, 3), target: t("y", 4), loss: t("loss", 1), smoothing: 0 },
    bad: [
      { op: "crossEntropy", logits: t("x", 4, 3), target: t("y", 3), loss: t("loss", 1), smoothing: 0 },
      { op: "crossEntropy", logits: t("x", 12), target: t("y", 12), loss: t("loss", 1), smoothing: 0 },
    ],
  },
  crossEntropyBackward: {
    good: {
      op: "crossEntropyBackward",
      logits: t("x", 4, 3),
      target: t("y", 4),
      dlogits: t("g", 4, 3),
      smoothing: 0,
    },
    bad: [
      {
        op: "crossEntropyBackward",
        logits: t("x", 4, 3),
        target: t("y", 4),
        dlogits: t("g", 3, 4),
        smoothing: 0,
      },
    ],
  },
  statistics: {
    good: { op: "statistics", x: t("x", 2, 3), out: t("out", 7) },
    bad: [{ op: "statistics", x: t("x", 2, 3), out: t("out", 6) }],
  },
  gatherBytes: {
    good: { ...GATHER, indices: t("i", 8), out: t("out", 4, 3) },
    bad: [
      { ...GATHER, indices: t("i", 8), out: t("out", 4, 2) },
      { ...GATHER, indices: t("i", 8, 1), out: t("out", 4, 3) },
      { ...GATHER, values: t("values", 255), indices: t("i", 8), out: t("out", 4, 3) },
    ],
  },
  histogram: {
    good: { op: "histogram", x: t("x", 2, 3), out: t("out", 10), lo: 0, hi: 1 },
    bad: [{ op: "histogram", x: t("x", 2, 3), out: t("out", 2, 5), lo: 0, hi: 1 }],
  },
  gatherRows: {
    good: { op: "gatherRows", x: t("x", 9, 3), indices: t("i", 8), out: t("out", 4, 3) },
    bad: [
      { op: "gatherRows", x: t("x", 9, 3), indices: t("i", 8), out: t("out", 4, 2) },
      { op: "gatherRows", x: t("x", 9, 3), indices: t("i", 8, 1), out: t("out", 4, 3) },
    ],
  },
  momentum: {
    good: {
      ...UPDATE,
      op: "momentum",
      velocity: t("v", 2, 3),
      momentum: 0.9,
      nesterov: false,
      weightDecay: 0,
    },
    bad: [{ ...UPDATE, op: "momentum", velocity: t("v", 3), momentum: 0.9, nesterov: false, weightDecay: 0 }],
  },
  adam: {
    good: { ...UPDATE, ...ADAM, op: "adam", m: t("m", 2, 3), v: t("v", 2, 3), counter: t("t", 1) },
    bad: [
      { ...UPDATE, ...ADAM, op: "adam", m: t("m", 2, 3), v: t("v", 2, 3), counter: t("t", 2) },
      { ...UPDATE, ...ADAM, op: "adam", m: t("m", 2), v: t("v", 2, 3), counter: t("t", 1) },
    ],
  },
  rmsProp: {
    good: { ...UPDATE, op: "rmsProp", v: t("v", 2, 3), alpha: 0.99, eps: 1e-8, weightDecay: 0 },
    bad: [{ ...UPDATE, op: "rmsProp", v: t("v", 2), alpha: 0.99, eps: 1e-8, weightDecay: 0 }],
  },
  adagrad: {
    good: { ...UPDATE, ...ADAGRAD, sum: t("sum", 2, 3), counter: t("counter", 1) },
    bad: [
      { ...UPDATE, ...ADAGRAD, sum: t("sum", 2), counter: t("counter", 1) },
      { ...UPDATE, ...ADAGRAD, sum: t("sum", 2, 3), counter: t("counter", 2) },
    ],
  },
  lookUp: {
    good: { op: "lookUp", values: t("values", 9), counter: t("t", 1), out: t("lr", 1) },
    bad: [{ op: "lookUp", values: t("values", 3, 3), counter: t("t", 1), out: t("lr", 1) }],
  },
  advance: {
    good: { op: "advance", counter: t("t", 1) },
    bad: [{ op: "advance", counter: t("t", 2) }],
  },
  squaredNorm: {
    good: { op: "squaredNorm", x: t("x", 2, 3), out: t("out", 1), accumulate: false },
    bad: [{ op: "squaredNorm", x: t("x", 2, 3), out: t("out", 2), accumulate: false }],
  },
  clip: {
    good: { op: "clip", x: t("x", 2, 3), squaredNorm: t("n", 1), maxNorm: 1 },
    bad: [{ op: "clip", x: t("x", 2, 3), squaredNorm: t("n", 2), maxNorm: 1 }],
  },
  accuracy: {
    good: { op: "accuracy", logits: t("z", 5, 3), target: t("y", 5), out: t("out", 1) },
    bad: [{ op: "accuracy", logits: t("z", 5, 3), target: t("y", 3), out: t("out", 1) }],
  },
  sgd: {
    good: { op: "sgd", param: t("w", 2, 3), grad: t("g", 2, 3), lr: t("lr", 1) },
    bad: [
      { op: "sgd", param: t("w", 2, 3), grad: t("g", 3, 2), lr: t("lr", 1) },
      { op: "sgd", param: t("w", 2, 3), grad: t("g", 2, 3), lr: t("lr", 2) },
    ],
  },
  record: { good: { op: "record", source: t("loss", 1), name: "loss" }, bad: [] },
  map: {
    good: MAP,
    bad: [
      { ...MAP, out: t("out", 5) },
      { ...MAP, shape: [2, 4] },
      { ...MAP, shape: [1, 1, 1, 1, 1, 1, 6] },
      { ...MAP, shape: [2, 1.5] },
      { ...MAP, shape: [2, NaN] },
      { ...MAP, shape: [2 ** 20, 2 ** 20] },
      { ...MAP, inputs: [view(t("x", 2, 3), [3, 1], 1), view(t("b", 3), [0, 1])] },
      { ...MAP, inputs: [view(t("x", 2, 3), [3, -1]), view(t("b", 3), [0, 1])] },
      { ...MAP, inputs: [view(t("x", 2, 3), [3]), view(t("b", 3), [0, 1])] },
      { ...MAP, inputs: Array.from({ length: 9 }, () => MAP.inputs[0]) },
      { ...MAP, inputs: [MAP.inputs[0], view({ ...t("b", 3), dtype: "int32" }, [0, 1])] },
      { ...MAP, steps: [{ input: 0 }, { input: 2 }, { fn: "add" }] },
      { ...MAP, steps: [{ input: 0 }, { fn: "add" }] },
      { ...MAP, steps: [{ input: 0 }, { input: 1 }] },
      { ...MAP, steps: [] },
      { ...MAP, steps: [{ input: 0 }, ...Array.from({ length: 17 }, () => ({ fn: "neg" as const }))] },
      { ...MAP, out: MAP.inputs[1].tensor },
    ],
  },
  reduce: {
    good: REDUCE,
    bad: [
      { ...REDUCE, axes: [2] },
      { ...REDUCE, axes: [0, 0] },
      { ...REDUCE, axes: [1] },
      { ...REDUCE, scale: NaN },
      { ...REDUCE, kind: "max" },
      { ...REDUCE, inputs: [MAP.inputs[0], view(REDUCE.out, [0, 1])] },
    ],
  },
  copy: {
    good: COPY,
    bad: [
      { ...COPY, out: view(t("out", 3, 2), [2, 2]) },
      { ...COPY, out: view(t("out", 3, 2), [0, 1]) },
      { ...COPY, out: view(t("out", 2, 2), [2, 1]) },
      { ...COPY, x: view(t("x", 2, 3), [2, 3]) },
      { ...COPY, out: view(COPY.x.tensor, [2, 1]) },
    ],
  },
  take: {
    good: TAKE,
    bad: [
      { ...TAKE, axisSize: 6 },
      { ...TAKE, axisSize: 0 },
      { ...TAKE, axisStride: 0.5 },
      { ...TAKE, out: t("out", 3, 3) },
      { ...TAKE, outside: t("outside", 1) },
      { ...TAKE, indices: view(t("i", 3), [1, 0]) },
    ],
  },
  scatterAdd: {
    good: SCATTER,
    bad: [
      { ...SCATTER, axisSize: 6 },
      { ...SCATTER, outStrides: [0] },
      { ...SCATTER, outStrides: [4, 1] },
      { ...SCATTER, out: SCATTER.g.tensor, axisSize: 4 },
      { ...SCATTER, g: view(t("g", 3, 3), [3, 1]) },
    ],
  },
  draw: {
    good: DRAW,
    bad: [
      { ...DRAW, seed: -1 },
      { ...DRAW, stream: 2 ** 32 },
      { ...DRAW, draw: 0.5 },
      { ...DRAW, distribution: "permutation", out: t("out", 2 ** 24 + 1) },
      { ...DRAW, out: { ...t("out", 7), dtype: "float64" } },
    ],
  },
};

/** The class of the error that an op meets. */
function refusalOf(op: Op<TensorLike>): unknown {
  try {
    checkShapes(op);
  } catch (error) {
    return error instanceof Error ? error.constructor : error;
  }
  return null;
}

describe("checkShapes()", () => {
  for (const [name, { good, bad }] of Object.entries(CASES)) {
    it(`accepts a ${name} that fits`, () => {
      expect(() => checkShapes(good)).not.toThrow();
    });
    it.each(bad)(`throws for ${name} that does not fit, case %#`, (op) => {
      expect([ShapeError, RangeError, ContractError]).toContain(refusalOf(op));
      expect(() => checkShapes(op)).toThrow(new RegExp(`^${name}: `));
    });
  }

  it("names the op, the tensor, what was expected and what came", () => {
    const op: Op<TensorLike> = { op: "addBias", x: t("x", 2, 3), bias: t("b1", 2), out: t("out", 2, 3) };
    expect(() => checkShapes(op)).toThrow('addBias: bias "b1": expected (3,), got (2,)');
  });

  it("throws RangeError for parameters that make no sense", () => {
    const { good: outer } = CASES.outerProductSum;
    expect(() => checkShapes({ ...outer, chunkRows: 0 } as Op<TensorLike>)).toThrow(RangeError);
    expect(() => checkShapes({ ...CASES.histogram.good, hi: 0 } as Op<TensorLike>)).toThrow(RangeError);
    const { good } = CASES.gatherBytes;
    expect(() => checkShapes({ ...good, indices: t("i", 3) } as Op<TensorLike>)).toThrow(RangeError);
    expect(() => checkShapes({ ...good, indices: null, out: t("out", 10, 3) } as Op<TensorLike>)).toThrow(
      RangeError,
    );
    expect(() => checkShapes({ ...CASES.gatherRows.good, indices: t("i", 3) } as Op<TensorLike>)).toThrow(
      RangeError,
    );
  });

  it.each(Object.entries(CASES))("throws ShapeError when a tensor of %s is empty", (name, { good }) => {
    const entries: [string, unknown][] = Object.entries(good);
    for (const [role, tensor] of entries) {
      if (!isTensor(tensor)) continue;
      const empty = { ...tensor, shape: [0, ...tensor.shape.slice(1)] };
      expect(() => checkShapes({ ...good, [role]: empty })).toThrow(
        `${name}: ${role} "${tensor.name}": expected at least 1 along every axis, got (0`,
      );
    }
  });

  it("looks for empty tensors behind views too", () => {
    const op = { ...COPY, x: view(t("x", 0, 3), [1, 3]) };
    expect(() => checkShapes(op)).toThrow('copy: x "x": expected at least 1 along every axis, got (0');
  });

  it("lets a map write over an input that is read element for element", () => {
    expect(() => checkShapes({ ...MAP, out: MAP.inputs[0].tensor })).not.toThrow();
  });

  it("looks for empty tensors in a fused relu too", () => {
    const op = { ...LINEAR, relu: { out: t("h", 0, 4), shift: 0 } };
    expect(() => checkShapes(op)).toThrow('linear: relu.out "h": expected at least 1 along every axis');
  });

  it("throws ContractError when a product is written over its own input", () => {
    const a = t("a", 3, 3);
    expect(() => checkShapes({ op: "matmul", a, b: t("b", 3, 3), out: a, ...flags })).toThrow(ContractError);
  });
});
