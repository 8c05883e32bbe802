import { floatsOf, inBlocks } from "./blocks.ts";
import type { Kernel } from "./kernel.ts";

const sgd: Kernel<"sgd"> = ({ param, grad, lr }, context) => {
  const [weights, gradient] = [floatsOf(param, context), floatsOf(grad, context)];
  const rate = context.view(lr, "float32");
  return inBlocks(context, 1, (from, to) => {
    const at = weights + 4 * from;
    context.kernels.subtractScaled(at, gradient + 4 * from, at, 4 * (to - from), rate[0]!);
  });
};

const momentum: Kernel<"momentum"> = (op, context) => {
  const [param, grad] = [floatsOf(op.param, context), floatsOf(op.grad, context)];
  const velocity = floatsOf(op.velocity, context);
  const rate = context.view(op.lr, "float32");
  const [ofGradient, ofVelocity] = op.nesterov ? [1, op.momentum] : [0, 1];
  return inBlocks(context, 1, (from, to) => {
    const at = 4 * from;
    context.kernels.momentum(
      param + at,
      grad + at,
      velocity + at,
      4 * (to - from),
      rate[0]!,
      op.momentum,
      ofGradient,
      ofVelocity,
      op.weightDecay,
    );
  });
};

const adam: Kernel<"adam"> = (op, context) => {
  const { beta1, beta2, eps, weightDecay, decoupled } = op;
  const [param, grad] = [floatsOf(op.param, context), floatsOf(op.grad, context)];
  const [m, v] = [floatsOf(op.m, context), floatsOf(op.v, context)];
  const rate = context.view(op.lr, "float32");
  const counter = context.view(op.counter, "float64");
  return inBlocks(context, 1, (from, to) => {
    const at = 4 * from;
    const lr = rate[0]!;
    const t = counter[0]! + 1;
    context.kernels.adam(
      param + at,
      grad + at,
      m + at,
      v + at,
      4 * (to - from),
      lr / (1 - beta1 ** t),
      1 / Math.sqrt(1 - beta2 ** t),
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      eps,
      decoupled ? 0 : weightDecay,
      decoupled ? 1 - lr * weightDecay : 1,
    );
  });
};

const rmsProp: Kernel<"rmsProp"> = (op, context) => {
  const { alpha, eps, weightDecay } = op;
  const [param, grad, v] = [floatsOf(op.param, context), floatsOf(op.grad, context), floatsOf(op.v, context)];
  const rate = context.view(op.lr, "float32");
  return inBlocks(context, 1, (from, to) => {
    const at = 4 * from;
    context.kernels.rmsProp(
      param + at,
      grad + at,
      v + at,
      4 * (to - from),
      rate[0]!,
      alpha,
      1 - alpha,
      eps,
      weightDecay,
    );
  });
};

const adagrad: Kernel<"adagrad"> = (op, context) => {
  const { lrDecay, initial, eps, weightDecay } = op;
  const [param, grad, sum] = [
    floatsOf(op.param, context),
    floatsOf(op.grad, context),
    floatsOf(op.sum, context),
  ];
  const rate = context.view(op.lr, "float32");
  const counter = context.view(op.counter, "float64");
  return inBlocks(context, 1, (from, to) => {
    const at = 4 * from;
    const lr = rate[0]! / (1 + counter[0]! * lrDecay);
    context.kernels.adagrad(param + at, grad + at, sum + at, 4 * (to - from), lr, initial, eps, weightDecay);
  });
};

export const OPTIMISER_KERNELS = { sgd, momentum, adam, rmsProp, adagrad };
