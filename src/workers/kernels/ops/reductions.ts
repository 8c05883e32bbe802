import { STATISTICS, STATISTICS_LENGTH, TALLY_LENGTH } from "../../../core/ops/op.ts";
import { numelOf } from "../../../core/ops/recording-ops.ts";
import { addPartials } from "./add-partials.ts";
import { clearedColumnMoments, columnMomentPlaces, mergeColumnMoments } from "./column-moments.ts";
import type { CompiledKernel, Kernel, KernelContext } from "./kernel.ts";

/** Float64 values that one call of `moments` gives. */
const MOMENTS = 5;
/** Elements between two heartbeats. */
const BLOCK = 65_536;
/** Rows that columns are summed down at a time: of 50 columns they fit into the first-level cache. */
const ROWS = 128;

const rowLength = (shape: readonly number[]): number => shape.slice(1).reduce((n, size) => n * size, 1);

/** out (F,) = Σ rows, each worker's share in float64. */
export const columnSum: Kernel<"columnSum"> = ({ x, out }, context) => {
  if (context.step.phase === "reduce") {
    return addPartials(out, context, { scale: 1 });
  }
  const features = rowLength(x.shape);
  const source = context.view(x, "float32").byteOffset;
  const sums = context.viewAt("float64", context.partialOffset(), features);
  return {
    prepare: () => {
      sums.fill(0);
    },
    run: (begin, end) => {
      for (let row = begin; row < end; row += ROWS) {
        context.control.beat();
        const at = source + 4 * features * row;
        context.kernels.addColumns(Math.min(ROWS, end - row), features, at, 4 * features, sums.byteOffset);
      }
    },
  };
};

/** out (2, F) = mean and Σ (x − mean)² of columns, each worker's share around a centre of its own. */
export const columnMoments: Kernel<"columnMoments"> = ({ x, out }, context) => {
  if (context.step.phase === "reduce") return mergeColumnMoments(out, x.shape[0] ?? 1, context);
  const features = rowLength(x.shape);
  const source = context.view(x, "float32").byteOffset;
  const { at: momentsAt, clear } = clearedColumnMoments(features, context);
  const { sums, squares, centres } = columnMomentPlaces(momentsAt, features);
  return {
    prepare: clear,
    run: (begin, end) => {
      for (let row = begin; row < end; row += ROWS) {
        context.control.beat();
        const at = source + 4 * features * row;
        const count = Math.min(ROWS, end - row);
        context.kernels.addMoments(count, features, at, 4 * features, sums, squares, centres);
      }
    },
  };
};

/** loss = mean of squared differences, summed in float64. */
export const mse: Kernel<"mse"> = ({ pred, target, loss }, context) => {
  const length = rowLength(pred.shape);
  if (context.step.phase === "reduce") {
    return addPartials(loss, context, { scale: 1 / numelOf(pred.shape) });
  }
  const predictions = context.view(pred, "float32").byteOffset;
  const labels = context.view(target, "float32").byteOffset;
  const sums = context.viewAt("float64", context.partialOffset(), 1);
  return {
    prepare: () => {
      sums[0] = 0;
    },
    run: (begin, end) => {
      for (let from = begin * length; from < end * length; from += BLOCK) {
        context.control.beat();
        const count = Math.min(end * length, from + BLOCK) - from;
        const found = context.kernels.squaredDifferences(predictions + 4 * from, labels + 4 * from, count);
        sums[0] = sums[0]! + found;
      }
    },
  };
};

/**
 * Adds a set's moments to those in `total` (Chan, Golub and LeVeque, 1979). The place of std holds m2 = Σ (x − mean)².
 */
function mergeMoments(total: Float64Array, count: number, mean: number, m2: number): void {
  const before = total[STATISTICS.count]!;
  const after = before + count;
  if (after === 0) return;
  const delta = mean - total[STATISTICS.mean]!;
  total[STATISTICS.count] = after;
  total[STATISTICS.mean] = total[STATISTICS.mean]! + (delta * count) / after;
  total[STATISTICS.std] = total[STATISTICS.std]! + m2 + (delta * delta * before * count) / after;
}

/** No elements yet. */
function clearStatistics(total: Float64Array): void {
  total.fill(0);
  total[STATISTICS.min] = Infinity;
  total[STATISTICS.max] = -Infinity;
}

/**
 * Moments of this worker's rows in float64, block by block while a block is in the cache, each in two passes so that
 * nothing cancels.
 */
const partialStatistics: Kernel<"statistics"> = ({ x }, context) => {
  const length = rowLength(x.shape);
  const source = context.view(x, "float32");
  const total = context.viewAt("float64", context.partialOffset(), STATISTICS_LENGTH);
  const found = context.viewAt("float64", context.scratchOffsetBytes, MOMENTS);
  const addBlock = (first: number, last: number): void => {
    const vectors = Math.floor((last - first) / 4);
    const at = source.byteOffset + 4 * first;
    context.kernels.moments(at, vectors, found.byteOffset);
    let [sum, sumSquares, min, max, zeros] = found as unknown as [number, number, number, number, number];
    // Up to three elements that are no whole vector.
    for (let i = first + 4 * vectors; i < last; i++) {
      const value = source[i]!;
      sum += value;
      sumSquares += value * value;
      if (value === 0) zeros++;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    const mean = sum / (last - first);
    let m2 = context.kernels.deviations(at, vectors, mean);
    for (let i = first + 4 * vectors; i < last; i++) m2 += (source[i]! - mean) ** 2;
    mergeMoments(total, last - first, mean, m2);
    total[STATISTICS.min] = Math.min(total[STATISTICS.min]!, min);
    total[STATISTICS.max] = Math.max(total[STATISTICS.max]!, max);
    total[STATISTICS.zeros] = total[STATISTICS.zeros]! + zeros;
    total[STATISTICS.sumSquares] = total[STATISTICS.sumSquares]! + sumSquares;
  };
  return {
    prepare: () => {
      clearStatistics(total);
    },
    run: (begin, end) => {
      for (let at = begin * length; at < end * length; at += BLOCK) {
        context.control.beat();
        addBlock(at, Math.min(end * length, at + BLOCK));
      }
    },
  };
};

/** Merges the workers' moments in order; std with n − 1. */
const mergedStatistics: Kernel<"statistics"> = ({ out }, context) => {
  const target = context.view(out, "float64");
  const partials = Array.from({ length: context.step.partialThreads }, (_, worker) =>
    context.viewAt("float64", context.partialOffset(worker), STATISTICS_LENGTH),
  );
  return {
    run: () => {
      clearStatistics(target);
      for (const partial of partials) {
        mergeMoments(target, partial[STATISTICS.count]!, partial[STATISTICS.mean]!, partial[STATISTICS.std]!);
        target[STATISTICS.zeros] = target[STATISTICS.zeros]! + partial[STATISTICS.zeros]!;
        target[STATISTICS.sumSquares] = target[STATISTICS.sumSquares]! + partial[STATISTICS.sumSquares]!;
        target[STATISTICS.min] = Math.min(target[STATISTICS.min]!, partial[STATISTICS.min]!);
        target[STATISTICS.max] = Math.max(target[STATISTICS.max]!, partial[STATISTICS.max]!);
      }
      const count = target[STATISTICS.count]!;
      target[STATISTICS.std] = count > 1 ? Math.sqrt(target[STATISTICS.std]! / (count - 1)) : NaN;
    },
  };
};

export const statistics: Kernel<"statistics"> = (op, context) =>
  context.step.phase === "partial" ? partialStatistics(op, context) : mergedStatistics(op, context);

/** Clears this worker's share of `out` before each repeat and adds to it block by block, with a heartbeat each. */
function countInBlocks(
  length: number,
  counters: number,
  context: KernelContext,
  visit: (from: number, to: number, counts: number) => void,
): CompiledKernel {
  const counts = context.viewAt("float64", context.partialOffset(), counters);
  return {
    prepare: () => {
      counts.fill(0);
    },
    run: (begin, end) => {
      for (let at = begin * length; at < end * length; at += BLOCK) {
        context.control.beat();
        visit(at, Math.min(end * length, at + BLOCK), counts.byteOffset);
      }
    },
  };
}

/** Counts in equal bins over [lo, hi]; the last bin includes hi. */
export const histogram: Kernel<"histogram"> = ({ x, out, lo, hi }, context) => {
  if (context.step.phase === "reduce") return addPartials(out, context, { scale: 1 });
  const [bins = 1] = out.shape;
  const source = context.view(x, "float32").byteOffset;
  const scale = bins / (hi - lo);
  return countInBlocks(rowLength(x.shape), bins, context, (from, to, counts) => {
    context.kernels.histogram(source + 4 * from, to - from, lo, hi, scale, bins, counts);
  });
};

/** Counts of what is not finite or out of [lo, hi], both as float32. */
export const tally: Kernel<"tally"> = ({ x, out, lo, hi }, context) => {
  if (context.step.phase === "reduce") return addPartials(out, context, { scale: 1 });
  const source = context.view(x, "float32").byteOffset;
  return countInBlocks(rowLength(x.shape), TALLY_LENGTH, context, (from, to, counts) => {
    context.kernels.tally(source + 4 * from, to - from, lo, hi, counts);
  });
};

/** In how many rows each column is above 0. */
export const activeRows: Kernel<"activeRows"> = ({ x, out }, context) => {
  if (context.step.phase === "reduce") return addPartials(out, context, { scale: 1 });
  const features = rowLength(x.shape);
  const source = context.view(x, "float32").byteOffset;
  const counts = context.viewAt("float64", context.partialOffset(), features);
  return {
    prepare: () => {
      counts.fill(0);
    },
    run: (begin, end) => {
      for (let row = begin; row < end; row += ROWS) {
        context.control.beat();
        const at = source + 4 * features * row;
        context.kernels.activeRows(Math.min(ROWS, end - row), features, at, 4 * features, counts.byteOffset);
      }
    },
  };
};
