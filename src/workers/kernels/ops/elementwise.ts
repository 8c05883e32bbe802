import type { Activation } from "../../../core/ops/activation.ts";
import { floatsOf, inBlocks, rowLength } from "./blocks.ts";
import type { Kernel } from "./kernel.ts";

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
