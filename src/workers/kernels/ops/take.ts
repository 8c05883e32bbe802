import { splitOf } from "../../../core/ops/generic-split.ts";
import { collapse, countOf, denseStrides, type Dimension } from "../../../core/ops/strides.ts";
import { SCATTER_BLOCK } from "../../../shared/engine/expression-scratch.ts";
import { addPartials } from "./add-partials.ts";
import type { Kernel } from "./kernel.ts";

/** Elements between two heartbeats. */
const BLOCK = 65_536;

const isIndex = (value: number, size: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < size;

/** A stretch of the innermost dimension: where each view begins, and how many elements it has. */
type Visit = (places: readonly number[], count: number, at: number) => void;

/** Calls `visit` for every stretch of the elements [from, to) of an iteration space, in their order. */
function compileStretches(dimensions: readonly Dimension[], offsets: readonly number[]) {
  const inner = dimensions.at(-1);
  const size = inner?.size ?? 1;
  const steps = inner?.strides ?? offsets.map(() => 0);
  const outer = dimensions.slice(0, -1).reverse();
  const places = [...offsets];
  return {
    steps,
    visit: (from: number, to: number, visit: Visit): void => {
      for (let at = from; at < to;) {
        const column = at % size;
        let left = (at - column) / size;
        for (let v = 0; v < offsets.length; v++) places[v] = offsets[v]! + column * steps[v]!;
        for (const dimension of outer) {
          const index = left % dimension.size;
          left = (left - index) / dimension.size;
          for (let v = 0; v < offsets.length; v++) places[v] = places[v]! + index * dimension.strides[v]!;
        }
        const count = Math.min(size - column, to - at);
        visit(places, count, at);
        at += count;
      }
    },
  };
}

/** out = x moved on along an axis by an index an element; counts the indices outside of it. */
export const take: Kernel<"take"> = (op, context) => {
  const { shape, x, axisStride, axisSize, indices, out, outside } = op;
  if (context.step.phase === "reduce") return addPartials(outside, context, { scale: 1 });
  const { length } = splitOf(shape);
  const [values, picks, target] = [x.tensor, indices.tensor, out].map((tensor) =>
    context.view(tensor, "float32"),
  ) as [Float32Array, Float32Array, Float32Array];
  const counted = context.viewAt("float64", context.partialOffset(), 1);
  const dimensions = collapse(shape, [x.strides, indices.strides]);
  const { steps, visit } = compileStretches(dimensions, [x.offset, indices.offset]);
  const [step = 0, indexStep = 0] = steps;

  /** One index for all of the stretch. */
  const takeStretch = (from: number, index: number, count: number, at: number): void => {
    if (!isIndex(index, axisSize)) {
      counted[0] = counted[0]! + count;
      target.fill(NaN, at, at + count);
      return;
    }
    const first = from + index * axisStride;
    context.kernels.copyElements(
      1,
      count,
      values.byteOffset + 4 * first,
      0,
      4 * step,
      target.byteOffset + 4 * at,
      0,
      4,
    );
  };
  const takeEach = (from: number, fromIndex: number, count: number, at: number): void => {
    for (let i = 0; i < count; i++) {
      const index = picks[fromIndex + i * indexStep]!;
      const inside = isIndex(index, axisSize);
      if (!inside) counted[0] = counted[0]! + 1;
      target[at + i] = inside ? values[from + i * step + index * axisStride]! : NaN;
    }
  };
  return {
    prepare: () => {
      counted[0] = 0;
    },
    run: (begin, end) => {
      const to = end * length;
      for (let first = begin * length; first < to; first += BLOCK) {
        context.control.beat();
        visit(first, Math.min(to, first + BLOCK), ([from = 0, fromIndex = 0], count, at) => {
          if (indexStep === 0) takeStretch(from, picks[fromIndex]!, count, at);
          else takeEach(from, fromIndex, count, at);
        });
      }
    },
  };
};

/**
 * out = 0, then what the indices point at grows by g: each worker looks through all of them and adds to its own
 * elements, some at a time in float64, so that each sum is the same for any number of workers.
 */
export const scatterAdd: Kernel<"scatterAdd"> = (op, context) => {
  const { shape, g, indices, out, outStrides, axisStride, axisSize, outside } = op;
  const [values, picks, target] = [g.tensor, indices.tensor, out].map((tensor) =>
    context.view(tensor, "float32"),
  ) as [Float32Array, Float32Array, Float32Array];
  const counted = context.view(outside, "float64");
  const sums = context.viewAt("float64", context.scratchOffsetBytes, Math.min(SCATTER_BLOCK, target.length));
  const total = countOf(shape);
  const dimensions = collapse(shape, [g.strides, indices.strides, outStrides, denseStrides(shape)]);
  const { steps, visit } = compileStretches(dimensions, [g.offset, indices.offset, 0, 0]);
  const [step = 0, indexStep = 0, outStep = 0] = steps;

  const forEachBlock = (block: (from: number, to: number) => void): void => {
    for (let from = 0; from < total; from += BLOCK) {
      context.control.beat();
      block(from, Math.min(total, from + BLOCK));
    }
  };
  const count = (): void => {
    counted[0] = 0;
    forEachBlock((from, to) => {
      visit(from, to, ([, fromIndex = 0], length) => {
        for (let i = 0; i < length; i++) {
          if (!isIndex(picks[fromIndex + i * indexStep]!, axisSize)) counted[0] = counted[0]! + 1;
        }
      });
    });
  };
  const addAll = (first: number, last: number): void => {
    const addStretch: Visit = ([from = 0, fromIndex = 0, into = 0], length) => {
      // With one index for all of it, what lies before and behind these elements is passed over at once.
      const one = indexStep === 0 && outStep > 0;
      const index = picks[fromIndex]!;
      if (one && !isIndex(index, axisSize)) return;
      const start = into + index * axisStride;
      const skipped = one ? Math.max(0, Math.ceil((first - start) / outStep)) : 0;
      const end = one ? Math.min(length, Math.ceil((last - start) / outStep)) : length;
      for (let i = skipped; i < end; i++) {
        const picked = picks[fromIndex + i * indexStep]!;
        if (!isIndex(picked, axisSize)) continue;
        const place = into + i * outStep + picked * axisStride;
        if (place >= first && place < last) {
          sums[place - first] = sums[place - first]! + values[from + i * step]!;
        }
      }
    };
    forEachBlock((from, to) => {
      visit(from, to, addStretch);
    });
  };
  return {
    prepare: () => {
      if (context.begin === 0) count();
    },
    run: (begin, end) => {
      for (let first = begin; first < end; first += sums.length) {
        const last = Math.min(end, first + sums.length);
        sums.fill(0);
        addAll(first, last);
        target.set(sums.subarray(0, last - first), first);
      }
    },
  };
};
