import { numelOf, type Tensor } from "../../../core/ops/recording-ops.ts";
import { STATISTICS } from "../../../core/ops/op.ts";
import type { Activation } from "../../../core/ops/activation.ts";
import type { CompiledKernel, Kernel, KernelContext } from "./kernel.ts";

/** Elements between two heartbeats: under a millisecond, of plain JavaScript too. */
const BLOCK = 65_536;

/** Runs `visit(first, last)` over the elements of the rows asked for in blocks, with a heartbeat before each. */
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

/** First byte of a float32 tensor. @throws {TypeError} If the tensor has another element type. */
const floatsOf = (tensor: Tensor, context: KernelContext): number =>
  context.view(tensor, "float32").byteOffset;

export const addBias: Kernel<"addBias"> = ({ x, bias, out }, context) => {
  const rowBytes = 4 * rowLength(x.shape);
  const [source, offsets, target] = [floatsOf(x, context), floatsOf(bias, context), floatsOf(out, context)];
  return {
    run: (begin, end) => {
      for (let row = begin; row < end; row++) {
        if (row % 1024 === 0) context.control.beat();
        context.kernels.addInto(source + row * rowBytes, offsets, target + row * rowBytes, rowBytes);
      }
    },
  };
};

export const relu: Kernel<"relu"> = ({ x, out, shift }, context) => {
  const [source, target] = [floatsOf(x, context), floatsOf(out, context)];
  return inBlocks(context, rowLength(x.shape), (from, to) => {
    context.kernels.relu(source + 4 * from, target + 4 * from, 4 * (to - from), shift);
  });
};

export const reluBackward: Kernel<"reluBackward"> = ({ x, dy, dx }, context) => {
  const [source, gradient, target] = [floatsOf(x, context), floatsOf(dy, context), floatsOf(dx, context)];
  return inBlocks(context, rowLength(x.shape), (from, to) => {
    context.kernels.mask(source + 4 * from, gradient + 4 * from, target + 4 * from, 4 * (to - from));
  });
};

const slopeOf = (activation: Activation): number => (activation.kind === "leakyRelu" ? activation.slope : 0);

export const activate: Kernel<"activate"> = ({ x, out, activation }, context) => {
  const [source, target] = [floatsOf(x, context), floatsOf(out, context)];
  const value = context.kernels[activation.kind];
  const slope = slopeOf(activation);
  return inBlocks(context, rowLength(x.shape), (from, to) => {
    value(source + 4 * from, target + 4 * from, 4 * (to - from), slope);
  });
};

export const activateBackward: Kernel<"activateBackward"> = ({ x, dy, dx, activation }, context) => {
  const [source, gradient, target] = [floatsOf(x, context), floatsOf(dy, context), floatsOf(dx, context)];
  const backward = context.kernels[`${activation.kind}Backward` as const];
  const slope = slopeOf(activation);
  return inBlocks(context, rowLength(x.shape), (from, to) => {
    backward(source + 4 * from, gradient + 4 * from, target + 4 * from, 4 * (to - from), slope);
  });
};

export const scale: Kernel<"scale"> = ({ x, out, factor }, context) => {
  const [source, target] = [floatsOf(x, context), floatsOf(out, context)];
  return inBlocks(context, rowLength(x.shape), (from, to) => {
    context.kernels.scale(source + 4 * from, target + 4 * from, 4 * (to - from), factor);
  });
};

export const add: Kernel<"add"> = ({ a, b, out }, context) => {
  const [left, right, target] = [floatsOf(a, context), floatsOf(b, context), floatsOf(out, context)];
  return inBlocks(context, rowLength(a.shape), (from, to) => {
    context.kernels.addInto(left + 4 * from, right + 4 * from, target + 4 * from, 4 * (to - from));
  });
};

export const oneHot: Kernel<"oneHot"> = ({ target, out }, context) => {
  const [labels, into] = [floatsOf(target, context), floatsOf(out, context)];
  const [, classes = 1] = out.shape;
  return inBlocks(context, 1, (from, to) => {
    context.kernels.oneHots(to - from, classes, labels + 4 * from, into + 4 * classes * from);
  });
};

export const mseBackward: Kernel<"mseBackward"> = ({ pred, target, dpred }, context) => {
  const [predictions, labels, gradient] = [
    floatsOf(pred, context),
    floatsOf(target, context),
    floatsOf(dpred, context),
  ];
  const count = numelOf(pred.shape);
  return inBlocks(context, rowLength(pred.shape), (from, to) => {
    const bytes = 4 * (to - from);
    const at = 4 * from;
    context.kernels.scaledDifference(predictions + at, labels + at, gradient + at, bytes, 2 / count);
  });
};

export const scaleBytes: Kernel<"scaleBytes"> = ({ bytes, out, divisor }, context) => {
  const source = context.view(bytes, "uint8").byteOffset;
  const target = floatsOf(out, context);
  return inBlocks(context, rowLength(out.shape), (from, to) => {
    context.kernels.scaleBytes(source + from, target + 4 * from, to - from, divisor);
  });
};

export const normalize: Kernel<"normalize"> = ({ x, statistics, out }, context) => {
  const [source, target] = [floatsOf(x, context), floatsOf(out, context)];
  const moments = context.view(statistics, "float64");
  return inBlocks(context, rowLength(x.shape), (from, to) => {
    const mean = moments[STATISTICS.mean]!;
    const factor = 1 / moments[STATISTICS.std]!;
    context.kernels.normalize(source + 4 * from, target + 4 * from, 4 * (to - from), mean, factor);
  });
};

export const gatherRows: Kernel<"gatherRows"> = ({ x, indices, out }, context) => {
  const [source, target] = [floatsOf(x, context), floatsOf(out, context)];
  const rows = context.view(indices, "int32");
  const rowBytes = 4 * rowLength(x.shape);
  const [batchSize = 0] = out.shape;
  return {
    run: (begin, end) => {
      const first = context.repeat() * batchSize;
      for (let row = begin; row < end; row++) {
        const from = source + rows[first + row]! * rowBytes;
        context.kernels.copyRows(1, rowBytes, from, 0, target + row * rowBytes, 0);
      }
    },
  };
};

export const sgd: Kernel<"sgd"> = ({ param, grad, lr }, context) => {
  const [weights, gradient] = [floatsOf(param, context), floatsOf(grad, context)];
  const rate = context.view(lr, "float32");
  return inBlocks(context, 1, (from, to) => {
    const at = weights + 4 * from;
    context.kernels.subtractScaled(at, gradient + 4 * from, at, 4 * (to - from), rate[0]!);
  });
};
