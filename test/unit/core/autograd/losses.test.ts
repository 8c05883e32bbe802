import { describe, expect, it } from "vitest";
import { recordMetrics, topKAccuracy } from "../../../../src/core/network/metrics.ts";
import { buildNetwork } from "../../../../src/core/network/build-network.ts";
import { CLASS_WEIGHTS, type LossName, type Network } from "../../../../src/core/network/network.ts";
import { ReferenceOps } from "../../../../src/core/ops/reference-ops.ts";
import { normal } from "../../../../src/core/random/normal.ts";
import { randomStream } from "../../../../src/core/random/random-stream.ts";

interface Case {
  readonly title: string;
  readonly loss: LossName;
  readonly outputs: number;
  readonly y: readonly number[];
  readonly yShape: readonly number[];
  readonly options?: Omit<Network, "layers" | "loss">;
  /** Torch's documented formula over rows of outputs and the targets of each. */
  readonly formula: (out: readonly (readonly number[])[], y: readonly (readonly number[])[]) => number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
const pairs = (out: readonly (readonly number[])[], y: readonly (readonly number[])[]) =>
  out.flatMap((row, n) => row.map((value, c) => ({ value, wanted: y[n][c], c })));
const logSoftmax = (row: readonly number[], c: number): number =>
  row[c] - Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const WEIGHTS = [0.5, 2, 3];
const EPS = 0.1;
const CASES: readonly Case[] = [
  {
    title: "L1 of one number",
    loss: "l1",
    outputs: 1,
    y: [1, -2, 0.5, 3],
    yShape: [4],
    formula: (out, y) => mean(pairs(out, y).map(({ value, wanted }) => Math.abs(value - wanted))),
  },
  {
    title: "Huber of two numbers",
    loss: "huber",
    outputs: 2,
    y: [1, -2, 0.5, 3, 9, -9, 0, 0],
    yShape: [4, 2],
    options: { delta: 0.7 },
    formula: (out, y) =>
      mean(
        pairs(out, y).map(({ value, wanted }) => {
          const d = Math.abs(value - wanted);
          return d < 0.7 ? (d * d) / 2 : 0.7 * (d - 0.35);
        }),
      ),
  },
  {
    title: "MSE of two numbers",
    loss: "mse",
    outputs: 2,
    y: [1, -2, 0.5, 3, 9, -9, 0, 0],
    yShape: [4, 2],
    formula: (out, y) => mean(pairs(out, y).map(({ value, wanted }) => (value - wanted) ** 2)),
  },
  {
    title: "binary cross entropy of one output",
    loss: "binaryCrossEntropy",
    outputs: 1,
    y: [1, 0, 0, 1],
    yShape: [4],
    options: { classWeights: [2.5] },
    formula: (out, y) =>
      mean(
        pairs(out, y).map(
          ({ value, wanted }) =>
            -(2.5 * wanted * Math.log(sigmoid(value)) + (1 - wanted) * Math.log(sigmoid(-value))),
        ),
      ),
  },
  {
    title: "binary cross entropy of classes",
    loss: "binaryCrossEntropy",
    outputs: 3,
    y: [2, 0, 1, 1],
    yShape: [4],
    formula: (out, y) =>
      mean(
        out.flatMap((row, n) => row.map((value, c) => -Math.log(sigmoid(c === y[n][0] ? value : -value)))),
      ),
  },
  {
    title: "cross entropy with class weights and label smoothing",
    loss: "crossEntropy",
    outputs: 3,
    y: [2, 0, 1, 1],
    yShape: [4],
    options: { classWeights: WEIGHTS, smoothing: EPS },
    // torch: ((1 − ε) w[y] · nll + ε / C · Σ w[c] · −log p[c]) over Σ w[y].
    formula: (out, y) => {
      const total = y.reduce((sum, [label]) => sum + WEIGHTS[label], 0);
      const rows = out.map((row, n) => {
        const [label] = y[n];
        const smooth = row.reduce((sum, _, c) => sum - WEIGHTS[c] * logSoftmax(row, c), 0);
        return -(1 - EPS) * WEIGHTS[label] * logSoftmax(row, label) + (EPS / row.length) * smooth;
      });
      return rows.reduce((sum, one) => sum + one, 0) / total;
    },
  },
];

/** Loss and gradient of w1 of one linear layer, and the outputs. */
function compute({ loss, outputs, y, yShape, options = {} }: Case, move = 0) {
  const ops = new ReferenceOps();
  const stream = randomStream(3);
  const network: Network = { layers: [{ type: "linear", in: 5, out: outputs }], loss, ...options };
  const x = normal(stream, 20);
  const w1 = normal(stream, 5 * outputs);
  w1[3] += move;
  const built = buildNetwork(ops, network, {
    x: ops.from("x", [4, 5], x),
    y: ops.from("y", yShape, y),
    parameters: {
      w1: ops.from("w1", [5, outputs], w1),
      b1: ops.from("b1", [outputs], normal(stream, outputs)),
      ...(options.classWeights === undefined
        ? {}
        : { [CLASS_WEIGHTS]: ops.from(CLASS_WEIGHTS, [outputs], options.classWeights) }),
    },
  });
  const flat = Array.from(built.outputs.at(-1)?.out.data ?? []);
  const out = Array.from({ length: 4 }, (_, n) => flat.slice(n * outputs, (n + 1) * outputs));
  return { loss: built.loss.data[0], gradient: built.backward()["w1"].data[3], out };
}

describe("losses", () => {
  it.each(CASES)("$title is torch's formula", (one) => {
    const { loss, out } = compute(one);
    const perRow = one.yShape[1] ?? 1;
    const y = Array.from({ length: 4 }, (_, n) => one.y.slice(n * perRow, (n + 1) * perRow));
    expect(loss).toBeCloseTo(one.formula(out, y), 7);
  });

  it.each(CASES)("$title has the slope that differences have", (one) => {
    const step = 1e-6;
    const slope = (compute(one, step).loss - compute(one, -step).loss) / (2 * step);
    expect(compute(one).gradient).toBeCloseTo(slope, 7);
  });

  it("binary cross entropy keeps its digits where a row is right", () => {
    const ops = new ReferenceOps();
    const built = buildNetwork(
      ops,
      { layers: [{ type: "linear", in: 1, out: 1 }], loss: "binaryCrossEntropy" },
      {
        x: ops.from("x", [1, 1], [1]),
        y: ops.from("y", [1], [1]),
        parameters: { w1: ops.from("w1", [1, 1], [50]), b1: ops.from("b1", [1], [0]) },
      },
    );
    expect(built.loss.data[0] / Math.exp(-50)).toBeCloseTo(1, 10);
  });
});

describe("metrics", () => {
  const ops = new ReferenceOps();
  const values = (loss: LossName, out: number[][], y: number[] | number[][]) =>
    Object.fromEntries(
      Object.entries(
        recordMetrics(ops, loss, {
          out: ops.from("out", [out.length, out[0].length], out.flat()),
          y: ops.from("y", Array.isArray(y[0]) ? [y.length, y[0].length] : [y.length], y.flat()),
        }),
      ).map(([name, tensor]) => [name, tensor.data[0]]),
    );

  it("R² and the mean absolute error of numbers, averaged over targets", () => {
    expect(values("mse", [[1], [2], [4]], [1, 2, 3])).toEqual({ r2: 0.5, mae: 1 / 3 });
    const two = [
      [1, 10],
      [2, 20],
      [4, 30],
    ];
    expect(
      values("l1", two, [
        [1, 10],
        [2, 20],
        [3, 30],
      ]),
    ).toEqual({ r2: 0.75, mae: 1 / 6 });
    expect(values("huber", [[5], [5], [5]], [4, 5, 6])).toMatchObject({ r2: 0 });
  });

  it("accuracy of one logit by its side of 0, of classes by the largest", () => {
    expect(values("binaryCrossEntropy", [[2], [-1], [0.5], [NaN]], [1, 0, 0, 1])).toEqual({ accuracy: 0.5 });
    expect(
      values(
        "crossEntropy",
        [
          [2, 1],
          [0, 3],
        ],
        [0, 0],
      ),
    ).toEqual({ accuracy: 0.5 });
    expect(
      values(
        "binaryCrossEntropy",
        [
          [2, -1],
          [1, 1],
        ],
        [
          [1, 0],
          [1, 0],
        ],
      ),
    ).toEqual({ accuracy: 0.75 });
  });

  it("top-k: fewer than k entries are larger; a NaN is wrong", () => {
    const logits = ops.from("x", [3, 4], [4, 3, 2, 1, 4, 3, 2, 1, 4, NaN, 2, 1]);
    expect(topKAccuracy(ops, logits, ops.from("y", [3], [1, 2, 1]), 2).data[0]).toBeCloseTo(1 / 3, 12);
    const many = [[1, 2, 3, 4, 5, -Infinity, 0]];
    expect(values("crossEntropy", many, [0])).toEqual({ accuracy: 0, topK: 1 });
    expect(values("crossEntropy", many, [5])).toEqual({ accuracy: 0, topK: 0 });
  });
});
