import { hash32, hashKey } from "../../../core/random/hash.ts";
import { shiftOf } from "../../../core/random/shift.ts";
import { addPartials } from "./add-partials.ts";
import type { Kernel } from "./kernel.ts";

/** Rows between two heartbeats. */
const ROWS = 512;

/** Columns of a matrix (N, F). */
const featuresOf = (shape: readonly number[]): number => shape[1] ?? 1;

export const scaleColumns: Kernel<"scaleColumns"> = ({ x, gain, out }, context) => {
  const rowBytes = 4 * featuresOf(x.shape);
  const [source, factors, target] = [x, gain, out].map((one) => context.view(one, "float32").byteOffset);
  return {
    run: (begin, end) => {
      for (let row = begin; row < end; row++) {
        if (row % ROWS === 0) context.control.beat();
        const at = row * rowBytes;
        context.kernels.multiply(source! + at, factors!, target! + at, rowBytes);
      }
    },
  };
};

/** out (F,) = Σ over rows of a · b, each worker's share in float64. */
export const columnProducts: Kernel<"columnProducts"> = ({ a, b, out }, context) => {
  if (context.step.phase === "reduce") return addPartials(out, context, { scale: 1 });
  const features = featuresOf(a.shape);
  const [left, right] = [a, b].map((one) => context.view(one, "float32").byteOffset);
  const sums = context.viewAt("float64", context.partialOffset(), features);
  return {
    prepare: () => {
      sums.fill(0);
    },
    run: (begin, end) => {
      for (let row = begin; row < end; row += ROWS) {
        context.control.beat();
        const [count, at] = [Math.min(ROWS, end - row), 4 * features * row];
        context.kernels.addProducts(
          ...([count, features, left! + at, right! + at, 4 * features, sums.byteOffset] as const),
        );
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
  const [source, target] = [x, out].map((one) => context.view(one, "float32").byteOffset);
  const given = context.view(measured, "float32");
  const factors = context.viewAt("float32", context.scratchOffsetBytes, features);
  return {
    prepare: () => {
      for (let j = 0; j < features; j++) factors[j] = 1 / Math.sqrt(given[features + j]! + eps);
    },
    run: (begin, end) => {
      for (let row = begin; row < end; row++) {
        if (row % ROWS === 0) context.control.beat();
        const at = row * rowBytes;
        context.kernels.standardize(
          ...([source! + at, given.byteOffset, factors.byteOffset, target! + at, rowBytes] as const),
        );
      }
    },
  };
};

export const normalizeColumnsBackward: Kernel<"normalizeColumnsBackward"> = (op, context) => {
  const [rows = 1, features = 1] = op.dy.shape;
  const rowBytes = 4 * features;
  const [normalized, dy, dx] = [op.normalized, op.dy, op.dx].map(
    (one) => context.view(one, "float32").byteOffset,
  );
  const [gain, dgain, dshift, given] = [op.gain, op.dgain, op.dshift, op.meanVariance].map((one) =>
    context.view(one, "float32"),
  );
  // Three vectors: what multiplies all, what is taken off, and what is taken off of each normalised value.
  const [factors, means, along] = [0, 1, 2].map((index) =>
    context.viewAt("float32", context.scratchOffsetBytes + index * rowBytes, features),
  );
  return {
    prepare: () => {
      for (let j = 0; j < features; j++) {
        factors![j] = gain![j]! / Math.sqrt(given![features + j]! + op.eps);
        means![j] = dshift![j]! / rows;
        along![j] = dgain![j]! / rows;
      }
    },
    run: (begin, end) => {
      const places = [factors!.byteOffset, means!.byteOffset, along!.byteOffset] as const;
      for (let row = begin; row < end; row++) {
        if (row % ROWS === 0) context.control.beat();
        const at = row * rowBytes;
        context.kernels.batchNormBackward(normalized! + at, dy! + at, ...places, dx! + at, rowBytes);
      }
    },
  };
};

export const normalizeRows: Kernel<"normalizeRows"> = ({ x, out, eps }, context) => {
  const features = featuresOf(x.shape);
  const [source, target] = [x, out].map((one) => context.view(one, "float32").byteOffset);
  return {
    run: (begin, end) => {
      for (let row = begin; row < end; row += ROWS) {
        context.control.beat();
        const [count, at] = [Math.min(ROWS, end - row), 4 * features * row];
        context.kernels.normalizeRows(count, features, source! + at, target! + at, eps);
      }
    },
  };
};

export const normalizeRowsBackward: Kernel<"normalizeRowsBackward"> = ({ x, dy, dx, eps }, context) => {
  const features = featuresOf(x.shape);
  const [source, gradient, target] = [x, dy, dx].map((one) => context.view(one, "float32").byteOffset);
  return {
    run: (begin, end) => {
      for (let row = begin; row < end; row += ROWS) {
        context.control.beat();
        const [count, at] = [Math.min(ROWS, end - row), 4 * features * row];
        context.kernels.normalizeRowsBackward(
          ...([count, features, source! + at, gradient! + at, target! + at, eps] as const),
        );
      }
    },
  };
};

/** The element's number in the whole tensor decides, so that the mask does not depend on how rows are shared. */
export const dropout: Kernel<"dropout"> = ({ x, out, rate, seed, counter }, context) => {
  const features = featuresOf(x.shape);
  const [source, target] = [x, out].map((one) => context.view(one, "float32").byteOffset);
  const step = context.view(counter, "float64");
  const threshold = Math.ceil(rate * 2 ** 32);
  return {
    run: (begin, end) => {
      const key = hashKey(seed, step[0]!);
      for (let row = begin; row < end; row += ROWS) {
        context.control.beat();
        const [first, count] = [row * features, Math.min(ROWS, end - row) * features];
        context.kernels.dropout(
          ...([source! + 4 * first, target! + 4 * first, count, first] as const),
          ...([key, threshold, 1 / (1 - rate)] as const),
        );
      }
    },
  };
};

/** A row at a time: what stays in sight is copied, the rest is filled. */
export const shiftImages: Kernel<"shiftImages"> = (op, context) => {
  const { width, most, fill } = op;
  const pixels = featuresOf(op.x.shape);
  const height = pixels / width;
  const [source, into] = [op.x, op.out].map((one) => context.view(one, "float32"));
  const step = context.view(op.counter, "float64");
  const stride = 4 * width;
  return {
    run: (begin, end) => {
      const key = hashKey(op.seed, step[0]!);
      for (let row = begin; row < end; row++) {
        if (row % ROWS === 0) context.control.beat();
        const { right, down } = shiftOf(hash32(row ^ key), most);
        const first = row * pixels;
        into!.fill(fill, first, first + pixels);
        const from = first + Math.max(0, -down) * width + Math.max(0, -right);
        const to = first + Math.max(0, down) * width + Math.max(0, right);
        context.kernels.copyRows(
          ...([height - Math.abs(down), 4 * (width - Math.abs(right))] as const),
          ...([source!.byteOffset + 4 * from, stride, into!.byteOffset + 4 * to, stride] as const),
        );
      }
    },
  };
};
