import { randomStream } from "../../../core/random/random-stream.ts";
import type { ExpectedElement } from "./bench-case.ts";

/** The notebook's network in plain numbers: x (rows, features), w1 (features, hidden), w2 (hidden, 1). */
export interface NotebookValues {
  readonly rows: number;
  readonly features: number;
  readonly hidden: number;
  readonly shift: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly w1: Float32Array;
  readonly b1: Float32Array;
  readonly w2: Float32Array;
  readonly b2: Float32Array;
}

/** What the forward pass leaves, in float64: l1 = x w1 + b1 (rows, hidden), pred = relu(l1) w2 + b2 (rows,). */
export interface NotebookForward {
  readonly l1: Float64Array;
  readonly pred: Float64Array;
}

/** Writes row `row` of l1. */
function firstLayerRow(values: NotebookValues, l1: Float64Array, row: number): void {
  const { features, hidden, x, w1, b1 } = values;
  const out = l1.subarray(row * hidden, (row + 1) * hidden);
  out.set(b1);
  for (let i = 0; i < features; i++) {
    const factor = x[row * features + i] ?? NaN;
    for (let j = 0; j < hidden; j++) out[j] = (out[j] ?? NaN) + factor * (w1[i * hidden + j] ?? NaN);
  }
}

/**
 * The forward pass of all rows in float64. A row that comes so near to relu's kink that float32 could fall on its
 * other side is first replaced, in `x`, by the row before it: a gradient that jumps there tells nothing about who
 * computes rightly.
 */
export function forwardAwayFromKinks(values: NotebookValues, margin: number): NotebookForward {
  const { rows, features, hidden, shift, x, w2, b2 } = values;
  const l1 = new Float64Array(rows * hidden);
  const pred = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    firstLayerRow(values, l1, row);
    const activations = l1.subarray(row * hidden, (row + 1) * hidden);
    if (row > 0 && activations.some((value) => Math.abs(value) < margin)) {
      x.copyWithin(row * features, (row - 1) * features, row * features);
      l1.copyWithin(row * hidden, (row - 1) * hidden, row * hidden);
    }
    let sum = b2[0] ?? NaN;
    for (let j = 0; j < hidden; j++) sum += (Math.max(activations[j] ?? NaN, 0) - shift) * (w2[j] ?? NaN);
    pred[row] = sum;
  }
  return { l1, pred };
}

/** Mean of the squared differences. */
export function lossOf({ rows, y }: NotebookValues, { pred }: NotebookForward): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += ((pred[row] ?? NaN) - (y[row] ?? NaN)) ** 2;
  return sum / rows;
}

/** `count` random elements of the gradients of x and w1, and all of w2's and b2's. */
export function sampledGradients(
  values: NotebookValues,
  { l1, pred }: NotebookForward,
  count: number,
): ExpectedElement[] {
  const { rows, features, hidden, shift, x, y, w1, w2 } = values;
  const dpred = (row: number): number => (2 * ((pred[row] ?? NaN) - (y[row] ?? NaN))) / rows;
  const dl1 = (row: number, j: number): number =>
    (l1[row * hidden + j] ?? NaN) > 0 ? dpred(row) * (w2[j] ?? NaN) : 0;
  const sumOverRows = (term: (row: number) => number): number => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += term(row);
    return sum;
  };
  const stream = randomStream(4);
  const below = (limit: number): number => Math.floor(stream.next() * limit);
  const sampled = Array.from({ length: count }, (): ExpectedElement[] => {
    const [row, i, j] = [below(rows), below(features), below(hidden)];
    let dx = 0;
    for (let unit = 0; unit < hidden; unit++) dx += dl1(row, unit) * (w1[i * hidden + unit] ?? NaN);
    return [
      { output: "dx", index: row * features + i, value: dx },
      {
        output: "dw1",
        index: i * hidden + j,
        value: sumOverRows((n) => (x[n * features + i] ?? NaN) * dl1(n, j)),
      },
    ];
  });
  const units = Array.from({ length: hidden }, (_, j): ExpectedElement[] => [
    { output: "db1", index: j, value: sumOverRows((n) => dl1(n, j)) },
    {
      output: "dw2",
      index: j,
      value: sumOverRows((n) => (Math.max(l1[n * hidden + j] ?? NaN, 0) - shift) * dpred(n)),
    },
  ]);
  return [...sampled.flat(), ...units.flat(), { output: "db2", index: 0, value: sumOverRows(dpred) }];
}
