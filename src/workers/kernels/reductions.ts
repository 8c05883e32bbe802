import { STATISTICS, STATISTICS_LENGTH } from "../../core/ops/op.ts";
import { addPartials } from "./add-partials.ts";
import type { Kernel } from "./kernel.ts";

/** Elements between two heartbeats. */
const BLOCK = 65_536;

const rowLength = (shape: readonly number[]): number => shape.slice(1).reduce((n, size) => n * size, 1);

/** out (F,) = Σ rows, each worker's share in float64. */
export const columnSum: Kernel<"columnSum"> = ({ x, out }, context) => {
  if (context.step.phase === "reduce") {
    return addPartials(out, context, { scale: 1 });
  }
  const features = rowLength(x.shape);
  const source = context.view(x, "float32");
  const sums = context.viewAt("float64", context.partialOffset(), features);
  return () => {
    sums.fill(0);
    for (let row = context.begin; row < context.end; row++) {
      if (row % 1024 === 0) context.control.beat();
      const base = row * features;
      for (let j = 0; j < features; j++) sums[j] = sums[j]! + source[base + j]!;
    }
  };
};

/** loss = mean of squared differences, summed in float64. */
export const mse: Kernel<"mse"> = ({ pred, target, loss }, context) => {
  const [rows = 1] = pred.shape;
  if (context.step.phase === "reduce") {
    return addPartials(loss, context, { scale: 1 / rows });
  }
  const predictions = context.view(pred, "float32");
  const labels = context.view(target, "float32");
  const sums = context.viewAt("float64", context.partialOffset(), 1);
  return () => {
    let sum = 0;
    for (let i = context.begin; i < context.end; i++) {
      const difference = predictions[i]! - labels[i]!;
      sum += difference * difference;
    }
    sums[0] = sum;
  };
};

/** Combines the moments of two sets (Chan, Golub and LeVeque, 1979); m2 is Σ (x − mean)². */
function mergeMoments(
  left: { count: number; mean: number; m2: number },
  right: { count: number; mean: number; m2: number },
): { count: number; mean: number; m2: number } {
  const count = left.count + right.count;
  if (count === 0) return left;
  const delta = right.mean - left.mean;
  return {
    count,
    mean: left.mean + (delta * right.count) / count,
    m2: left.m2 + right.m2 + (delta * delta * left.count * right.count) / count,
  };
}

/**
 * Moments of this worker's rows in float64, two passes so that nothing cancels. In the partial result the place of
 * std holds Σ (x − mean)².
 */
const partialStatistics: Kernel<"statistics"> = ({ x }, context) => {
  const length = rowLength(x.shape);
  const [from, to] = [context.begin * length, context.end * length];
  const source = context.view(x, "float32");
  const result = context.viewAt("float64", context.partialOffset(), STATISTICS_LENGTH);
  const inBlocks = (visit: (first: number, last: number) => void): void => {
    for (let at = from; at < to; at += BLOCK) {
      context.control.beat();
      visit(at, Math.min(to, at + BLOCK));
    }
  };
  return () => {
    let [sum, sumSquares, zeros, min, max] = [0, 0, 0, Infinity, -Infinity];
    inBlocks((first, last) => {
      for (let i = first; i < last; i++) {
        const value = source[i]!;
        sum += value;
        sumSquares += value * value;
        if (value === 0) zeros++;
        // Written so that a NaN ends up in min and max instead of being passed over.
        if (!(value >= min)) min = value;
        if (!(value <= max)) max = value;
      }
    });
    const mean = to > from ? sum / (to - from) : 0;
    let m2 = 0;
    inBlocks((first, last) => {
      for (let i = first; i < last; i++) {
        const difference = source[i]! - mean;
        m2 += difference * difference;
      }
    });
    result[STATISTICS.count] = to - from;
    result[STATISTICS.mean] = mean;
    result[STATISTICS.std] = m2;
    result[STATISTICS.min] = min;
    result[STATISTICS.max] = max;
    result[STATISTICS.zeros] = zeros;
    result[STATISTICS.sumSquares] = sumSquares;
  };
};

/** Merges the workers' moments in order; std with n − 1. */
const mergedStatistics: Kernel<"statistics"> = ({ out }, context) => {
  const target = context.view(out, "float64");
  const partials = Array.from({ length: context.step.partialThreads }, (_, worker) =>
    context.viewAt("float64", context.partialOffset(worker), STATISTICS_LENGTH),
  );
  return () => {
    let moments = { count: 0, mean: 0, m2: 0 };
    let [zeros, sumSquares, min, max] = [0, 0, Infinity, -Infinity];
    for (const partial of partials) {
      moments = mergeMoments(moments, {
        count: partial[STATISTICS.count]!,
        mean: partial[STATISTICS.mean]!,
        m2: partial[STATISTICS.std]!,
      });
      zeros += partial[STATISTICS.zeros]!;
      sumSquares += partial[STATISTICS.sumSquares]!;
      min = Math.min(min, partial[STATISTICS.min]!);
      max = Math.max(max, partial[STATISTICS.max]!);
    }
    target[STATISTICS.count] = moments.count;
    target[STATISTICS.mean] = moments.mean;
    target[STATISTICS.std] = moments.count > 1 ? Math.sqrt(moments.m2 / (moments.count - 1)) : NaN;
    target[STATISTICS.min] = min;
    target[STATISTICS.max] = max;
    target[STATISTICS.zeros] = zeros;
    target[STATISTICS.sumSquares] = sumSquares;
  };
};

export const statistics: Kernel<"statistics"> = (op, context) =>
  context.step.phase === "partial" ? partialStatistics(op, context) : mergedStatistics(op, context);

/** Counts in equal bins over [lo, hi]; the last bin includes hi. */
export const histogram: Kernel<"histogram"> = ({ x, out, lo, hi }, context) => {
  if (context.step.phase === "reduce") {
    return addPartials(out, context, { scale: 1 });
  }
  const length = rowLength(x.shape);
  const [bins = 1] = out.shape;
  const source = context.view(x, "float32");
  const counts = context.viewAt("float64", context.partialOffset(), bins);
  const scale = bins / (hi - lo);
  return () => {
    counts.fill(0);
    for (let row = context.begin; row < context.end; row++) {
      if (row % 1024 === 0) context.control.beat();
      for (let i = row * length; i < (row + 1) * length; i++) {
        const value = source[i]!;
        if (!(value >= lo && value <= hi)) continue;
        const bin = Math.min(bins - 1, Math.floor((value - lo) * scale));
        counts[bin] = counts[bin]! + 1;
      }
    }
  };
};
