import { numelOf } from "../../ops/recording-ops.ts";
import { denseStrides } from "../../ops/strides.ts";
import { sameShape } from "../shapes.ts";

/** For every element of `shape`, where strides lead in another array. */
export function places(shape: readonly number[], strides: readonly number[], offset = 0): Int32Array {
  const count = numelOf(shape);
  const out = new Int32Array(count);
  const index = new Array<number>(shape.length).fill(0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    out[i] = at;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

/** For every element of `to`, the element of `from` that it is broadcast from; null where both are one shape. */
export function broadcastPlaces(from: readonly number[], to: readonly number[]): Int32Array | null {
  if (sameShape(from, to)) return null;
  const dense = denseStrides(from);
  const ahead = to.length - from.length;
  const strides = to.map((_, axis) => (axis < ahead || from[axis - ahead] === 1 ? 0 : dense[axis - ahead]));
  return places(to, strides);
}

/** For every element of `shape`, the element of its reduction over `axes` that it goes into. */
export function reducedPlaces(shape: readonly number[], axes: readonly number[]): Int32Array {
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const dense = denseStrides(kept);
  return places(
    shape,
    shape.map((_, axis) => (axes.includes(axis) ? 0 : dense[axis])),
  );
}

/** values[at[i]] for every i. */
export function pick(values: Float64Array, at: Int32Array): Float64Array {
  const out = new Float64Array(at.length);
  for (let i = 0; i < at.length; i++) out[i] = values[at[i]];
  return out;
}

/** Values in the larger shape that they broadcast to. */
export function broadcastTo(
  values: Float64Array,
  from: readonly number[],
  to: readonly number[],
): Float64Array {
  const at = broadcastPlaces(from, to);
  return at === null ? values : pick(values, at);
}

/** What is done with the elements that one element was broadcast to; everything but the sum is a mistake. */
export type Gathering = "sum" | "mean" | "last" | "first";

/** The reverse of broadcasting. */
export function unbroadcast(
  values: Float64Array,
  {
    from,
    to,
    how = "sum",
  }: { readonly from: readonly number[]; readonly to: readonly number[]; readonly how?: Gathering },
): Float64Array {
  const at = broadcastPlaces(to, from);
  if (at === null) return values;
  const out = new Float64Array(numelOf(to));
  if (how === "first") {
    for (let i = values.length - 1; i >= 0; i--) out[at[i]] = values[i];
  } else {
    for (let i = 0; i < values.length; i++) out[at[i]] = how === "last" ? values[i] : out[at[i]] + values[i];
  }
  if (how === "mean") scale(out, out.length / values.length);
  return out;
}

function scale(values: Float64Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] *= factor;
}

/** A matrix and its sizes. */
export interface Matrix {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** a (M, K) @ b (K, N). */
export function multiply(a: Matrix, b: Matrix): Float64Array {
  const [m, k, n] = [a.rows, a.columns, b.columns];
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const factor = a.values[i * k + l];
      if (factor === 0 && finiteRow(b, l)) continue;
      for (let j = 0; j < n; j++) out[i * n + j] += factor * b.values[l * n + j];
    }
  }
  return out;
}

/**
 * a @ b where `before` is known with its product: only rows of which a differs and columns of which b differs are
 * computed, with the sums in the same order.
 */
export function multiplyAgain(
  a: Matrix,
  b: Matrix,
  before: { readonly a: Float64Array; readonly b: Float64Array; readonly product: Float64Array },
): Float64Array {
  const [m, k, n] = [a.rows, a.columns, b.columns];
  const rows = changed(a.values, before.a, (i) => Math.floor(i / k));
  const columns = changed(b.values, before.b, (i) => i % n);
  if (2 * (rows.size * n + columns.size * m) > m * n) return multiply(a, b);
  const out = Float64Array.from(before.product);
  const element = (i: number, j: number): number => {
    let sum = 0;
    for (let l = 0; l < k; l++) {
      const factor = a.values[i * k + l];
      if (factor !== 0 || !Number.isFinite(b.values[l * n + j])) sum += factor * b.values[l * n + j];
    }
    return sum;
  };
  for (const i of rows) for (let j = 0; j < n; j++) out[i * n + j] = element(i, j);
  for (const j of columns) for (let i = 0; i < m; i++) out[i * n + j] = element(i, j);
  return out;
}

/** The rows or columns in which two matrices differ. */
function changed(
  values: Float64Array,
  before: Float64Array,
  lineOf: (index: number) => number,
): ReadonlySet<number> {
  const lines = new Set<number>();
  if (values === before) return lines;
  for (let i = 0; i < values.length; i++) if (!Object.is(values[i], before[i])) lines.add(lineOf(i));
  return lines;
}

/** Whether 0 times the row is 0 everywhere; half of an activated layer is 0. */
function finiteRow({ values, columns }: Matrix, row: number): boolean {
  for (let j = row * columns; j < (row + 1) * columns; j++) if (!Number.isFinite(values[j])) return false;
  return true;
}

export function transposed({ values, rows, columns }: Matrix): Matrix {
  const out = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j];
  }
  return { values: out, rows: columns, columns: rows };
}
