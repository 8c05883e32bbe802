import { STATISTICS, STATISTICS_LENGTH } from "../../../core/ops/op.ts";
import { inBlocks, rowLength } from "./blocks.ts";
import type { Kernel } from "./kernel.ts";

/** Float64 values that one call of `moments` gives. */
const MOMENTS = 5;

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
  const source = context.view(x, "float32");
  const total = context.viewAt("float64", context.partialOffset(), STATISTICS_LENGTH);
  const found = context.viewAt("float64", context.scratchOffsetBytes, MOMENTS);
  const addBlock = (first: number, last: number): void => {
    const vectors = Math.floor((last - first) / 4);
    const at = source.byteOffset + 4 * first;
    context.kernels.moments(at, vectors, found.byteOffset);
    let sum = found[0]!;
    let sumSquares = found[1]!;
    let min = found[2]!;
    let max = found[3]!;
    let zeros = found[4]!;
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
    run: inBlocks(context, rowLength(x.shape), addBlock).run,
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
