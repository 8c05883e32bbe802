import { drawNormal, drawPermutation, drawUniform } from "../random/philox.ts";
import type { GenericOpName, GenericOpParams, ReduceKind, StridedView } from "./generic-op.ts";
import { applyToStack } from "./map-functions.ts";
import type { ReferenceTensor } from "./reference-tensor.ts";
import { countOf, denseStrides } from "./strides.ts";

type Params = GenericOpParams<ReferenceTensor>;

/** Visits every index of an iteration space in its flat order; the index is one array, which moves on. */
function forEachIndex(shape: readonly number[], visit: (index: readonly number[], at: number) => void): void {
  const index = shape.map(() => 0);
  const count = countOf(shape);
  for (let at = 0; at < count; at++) {
    visit(index, at);
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d]++;
      if (index[d] < shape[d]) break;
      index[d] = 0;
    }
  }
}

const along = (index: readonly number[], strides: readonly number[]): number =>
  index.reduce((sum, i, d) => sum + i * strides[d], 0);

const placeIn = ({ offset, strides }: StridedView<unknown>, index: readonly number[]): number =>
  offset + along(index, strides);

const valueAt = (view: StridedView<ReferenceTensor>, index: readonly number[]): number =>
  view.tensor.data[placeIn(view, index)];

function mapped(
  { inputs, steps }: Pick<Params["map"], "inputs" | "steps">,
  index: readonly number[],
): number {
  const stack: number[] = [];
  for (const step of steps) {
    if ("input" in step) stack.push(valueAt(inputs[step.input], index));
    else if ("value" in step) stack.push(Math.fround(step.value));
    else applyToStack(step.fn, stack);
  }
  return stack[0];
}

/** One number of those reduced, in their order. */
function reduced(kind: ReduceKind, values: readonly number[]): number {
  if (kind === "sum") return values.reduce((sum, value) => sum + value, 0);
  const nan = values.findIndex((value) => Number.isNaN(value));
  const largest = kind === "max" || kind === "argmax";
  const better = (one: number, other: number): boolean => (largest ? one > other : one < other);
  const best = nan >= 0 ? nan : values.reduce((at, value, i) => (better(value, values[at]) ? i : at), 0);
  return kind === "argmax" || kind === "argmin" ? best : values[best];
}

const isIndex = (value: number, size: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < size;

/** Float64 rules of the tensor language's ops. */
export const GENERIC_RULES = {
  map: (op) => {
    forEachIndex(op.shape, (index, at) => {
      op.out.data[at] = mapped(op, index);
    });
  },

  reduce: (op) => {
    const { shape, axes, kind, scale, out } = op;
    const kept = shape.map((size, d) => (axes.includes(d) ? 1 : size));
    const strides = denseStrides(kept).map((stride, d) => (axes.includes(d) ? 0 : stride));
    const groups: number[][] = Array.from({ length: out.data.length }, () => []);
    forEachIndex(shape, (index) => {
      groups[along(index, strides)].push(mapped(op, index));
    });
    groups.forEach((values, at) => {
      out.data[at] = scale * reduced(kind, values);
    });
  },

  copy: ({ shape, x, out }) => {
    forEachIndex(shape, (index) => {
      out.tensor.data[placeIn(out, index)] = valueAt(x, index);
    });
  },

  take: ({ shape, x, axisStride, axisSize, indices, out, outside }) => {
    outside.data[0] = 0;
    forEachIndex(shape, (index, at) => {
      const picked = valueAt(indices, index);
      const inside = isIndex(picked, axisSize);
      if (!inside) outside.data[0]++;
      out.data[at] = inside ? x.tensor.data[placeIn(x, index) + picked * axisStride] : NaN;
    });
  },

  scatterAdd: ({ shape, g, indices, out, outStrides, axisStride, axisSize, outside }) => {
    outside.data[0] = 0;
    out.data.fill(0);
    forEachIndex(shape, (index) => {
      const picked = valueAt(indices, index);
      if (isIndex(picked, axisSize))
        out.data[along(index, outStrides) + picked * axisStride] += valueAt(g, index);
      else outside.data[0]++;
    });
  },

  draw: ({ distribution, out, ...key }) => {
    const values = new Float64Array(out.data.length);
    if (distribution === "normal") drawNormal(key, values, 0, values.length);
    else if (distribution === "uniform") drawUniform(key, values, 0, values.length);
    else drawPermutation(key, values);
    out.data.set(values);
  },
} satisfies { [K in GenericOpName]: (params: Params[K]) => void };
