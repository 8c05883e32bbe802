import { floatsOf, inRowBlocks } from "./blocks.ts";
import type { Kernel } from "./kernel.ts";

/** Rows between two heartbeats. */
const ROWS = 512;

/** Columns of a matrix (N, F). */
const featuresOf = (shape: readonly number[]): number => shape[1] ?? 1;

export const scaleColumns: Kernel<"scaleColumns"> = ({ x, gain, out }, context) => {
  const rowBytes = 4 * featuresOf(x.shape);
  const [source, factors, target] = [floatsOf(x, context), floatsOf(gain, context), floatsOf(out, context)];
  return {
    run: (begin, end) => {
      for (let row = begin; row < end; row++) {
        if (row % ROWS === 0) context.control.beat();
        const at = row * rowBytes;
        context.kernels.multiply(source + at, factors, target + at, rowBytes);
      }
    },
  };
};

/** A loop over columns, not rows: one worker takes it. */
export const meanVariance: Kernel<"meanVariance"> = ({ moments, out, rows }, context) => {
  const given = context.view(moments, "float64");
  const target = context.view(out, "float32");
  const features = featuresOf(out.shape);
  return {
    run: () => {
      for (let j = 0; j < features; j++) {
        target[j] = given[j]!;
        target[features + j] = given[features + j]! / rows;
      }
    },
  };
};

export const track: Kernel<"track"> = ({ running, batch, momentum, rows }, context) => {
  const averages = context.view(running, "float32");
  const latest = context.view(batch, "float32");
  const features = featuresOf(batch.shape);
  const unbiased = rows === 1 ? 1 : rows / (rows - 1);
  return {
    run: () => {
      for (let j = 0; j < 2 * features; j++) {
        const value = latest[j]! * (j < features ? 1 : unbiased);
        averages[j] = averages[j]! + momentum * (value - averages[j]!);
      }
    },
  };
};

export const normalizeColumns: Kernel<"normalizeColumns"> = (
  { x, meanVariance: measured, out, eps },
  context,
) => {
  const features = featuresOf(x.shape);
  const rowBytes = 4 * features;
  const [source, target] = [floatsOf(x, context), floatsOf(out, context)];
  const given = context.view(measured, "float32");
  const deviations = context.scratchOffsetBytes;
  const factors = context.viewAt("float32", deviations, features);
  const means = floatsOf(measured, context);
  return {
    prepare: () => {
      for (let j = 0; j < features; j++) factors[j] = 1 / Math.sqrt(given[features + j]! + eps);
    },
    run: (begin, end) => {
      for (let row = begin; row < end; row++) {
        if (row % ROWS === 0) context.control.beat();
        const at = row * rowBytes;
        context.kernels.standardize(source + at, means, deviations, target + at, rowBytes);
      }
    },
  };
};

export const normalizeColumnsBackward: Kernel<"normalizeColumnsBackward"> = (op, context) => {
  const [rows = 1, features = 1] = op.dy.shape;
  const rowBytes = 4 * features;
  const [normalized, dy, dx] = [
    floatsOf(op.normalized, context),
    floatsOf(op.dy, context),
    floatsOf(op.dx, context),
  ];
  const gain = context.view(op.gain, "float32");
  const dgain = context.view(op.dgain, "float32");
  const dshift = context.view(op.dshift, "float32");
  const given = context.view(op.meanVariance, "float32");
  // Three vectors: what multiplies all, what is taken off, and what is taken off of each normalised value.
  const factorsAt = context.scratchOffsetBytes;
  const meansAt = factorsAt + rowBytes;
  const alongAt = meansAt + rowBytes;
  const factors = context.viewAt("float32", factorsAt, features);
  const means = context.viewAt("float32", meansAt, features);
  const along = context.viewAt("float32", alongAt, features);
  return {
    prepare: () => {
      for (let j = 0; j < features; j++) {
        factors[j] = gain[j]! / Math.sqrt(given[features + j]! + op.eps);
        means[j] = dshift[j]! / rows;
        along[j] = dgain[j]! / rows;
      }
    },
    run: (begin, end) => {
      for (let row = begin; row < end; row++) {
        if (row % ROWS === 0) context.control.beat();
        const at = row * rowBytes;
        context.kernels.batchNormBackward(
          normalized + at,
          dy + at,
          factorsAt,
          meansAt,
          alongAt,
          dx + at,
          rowBytes,
        );
      }
    },
  };
};

export const normalizeRows: Kernel<"normalizeRows"> = ({ x, out, eps }, context) => {
  const features = featuresOf(x.shape);
  const [source, target] = [floatsOf(x, context), floatsOf(out, context)];
  return inRowBlocks(context, ROWS, (row, count) => {
    const at = 4 * features * row;
    context.kernels.normalizeRows(count, features, source + at, target + at, eps);
  });
};

export const normalizeRowsBackward: Kernel<"normalizeRowsBackward"> = ({ x, dy, dx, eps }, context) => {
  const features = featuresOf(x.shape);
  const [source, gradient, target] = [floatsOf(x, context), floatsOf(dy, context), floatsOf(dx, context)];
  return inRowBlocks(context, ROWS, (row, count) => {
    const at = 4 * features * row;
    context.kernels.normalizeRowsBackward(count, features, source + at, gradient + at, target + at, eps);
  });
};
