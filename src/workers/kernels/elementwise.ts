import { STATISTICS } from "../../core/ops/op.ts";
import type { CompiledKernel, Kernel, KernelContext } from "./kernel.ts";

/** Elements between two heartbeats: under a millisecond of plain JavaScript. */
const BLOCK = 65_536;

/** Runs `visit(first, last)` over this worker's elements in blocks, with a heartbeat before each. */
function inBlocks(
  context: KernelContext,
  rowLength: number,
  visit: (from: number, to: number) => void,
): CompiledKernel {
  return {
    run: (begin, end) => {
      const to = end * rowLength;
      for (let at = begin * rowLength; at < to; at += BLOCK) {
        context.control.beat();
        visit(at, Math.min(to, at + BLOCK));
      }
    },
  };
}

/** Elements of one row: the product of all axes after the first. */
const rowLength = (shape: readonly number[]): number => shape.slice(1).reduce((n, size) => n * size, 1);

export const addBias: Kernel<"addBias"> = ({ x, bias, out }, context) => {
  const features = rowLength(x.shape);
  const [source, offsets, target] = [x, bias, out].map((tensor) => context.view(tensor, "float32")) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  return {
    run: (begin, end) => {
      for (let row = begin; row < end; row++) {
        if (row % 1024 === 0) context.control.beat();
        const base = row * features;
        for (let j = 0; j < features; j++) target[base + j] = source[base + j]! + offsets[j]!;
      }
    },
  };
};

export const relu: Kernel<"relu"> = ({ x, out, shift }, context) => {
  const source = context.view(x, "float32");
  const target = context.view(out, "float32");
  return inBlocks(context, rowLength(x.shape), (from, to) => {
    for (let i = from; i < to; i++) {
      const value = source[i]!;
      // `value < 0` rather than Math.max: NaN must pass through and be seen.
      target[i] = (value < 0 ? 0 : value) - shift;
    }
  });
};

export const reluBackward: Kernel<"reluBackward"> = ({ x, dy, dx }, context) => {
  const source = context.view(x, "float32");
  const gradient = context.view(dy, "float32");
  const target = context.view(dx, "float32");
  return inBlocks(context, rowLength(x.shape), (from, to) => {
    for (let i = from; i < to; i++) target[i] = source[i]! > 0 ? gradient[i]! : 0;
  });
};

export const mseBackward: Kernel<"mseBackward"> = ({ pred, target, dpred }, context) => {
  const predictions = context.view(pred, "float32");
  const labels = context.view(target, "float32");
  const gradient = context.view(dpred, "float32");
  const scale = 2 / predictions.length;
  return inBlocks(context, 1, (from, to) => {
    for (let i = from; i < to; i++) gradient[i] = scale * (predictions[i]! - labels[i]!);
  });
};

export const scaleBytes: Kernel<"scaleBytes"> = ({ bytes, out, divisor }, context) => {
  const source = context.view(bytes, "uint8");
  const target = context.view(out, "float32");
  return inBlocks(context, rowLength(out.shape), (from, to) => {
    for (let i = from; i < to; i++) target[i] = source[i]! / divisor;
  });
};

export const normalize: Kernel<"normalize"> = ({ x, statistics, out }, context) => {
  const source = context.view(x, "float32");
  const target = context.view(out, "float32");
  const moments = context.view(statistics, "float64");
  return inBlocks(context, rowLength(x.shape), (from, to) => {
    const mean = moments[STATISTICS.mean]!;
    const std = moments[STATISTICS.std]!;
    for (let i = from; i < to; i++) target[i] = (source[i]! - mean) / std;
  });
};

export const gatherRows: Kernel<"gatherRows"> = ({ x, indices, out }, context) => {
  const source = context.view(x, "float32");
  const rows = context.view(indices, "int32");
  const target = context.view(out, "float32");
  const features = rowLength(x.shape);
  const [batchSize = 0] = out.shape;
  return {
    run: (begin, end) => {
      const first = context.repeat() * batchSize;
      for (let row = begin; row < end; row++) {
        const from = rows[first + row]! * features;
        const to = row * features;
        for (let j = 0; j < features; j++) target[to + j] = source[from + j]!;
      }
    },
  };
};

export const sgd: Kernel<"sgd"> = ({ param, grad, lr }, context) => {
  const weights = context.view(param, "float32");
  const gradient = context.view(grad, "float32");
  const rate = context.view(lr, "float32");
  return inBlocks(context, 1, (from, to) => {
    const step = rate[0]!;
    for (let i = from; i < to; i++) weights[i] = weights[i]! - step * gradient[i]!;
  });
};
