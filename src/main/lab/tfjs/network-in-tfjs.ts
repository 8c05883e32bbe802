import type * as Tensorflow from "@tensorflow/tfjs-core";
import { isFirst, type Expression } from "../../../core/expression/expression.ts";
import { ownFunctions } from "../../../core/expression/own-activation.ts";
import { ownLossFunctions } from "../../../core/expression/own-loss.ts";
import { dropoutFactor } from "../../../core/network/dropout-mask.ts";
import type { Layer, LossName, Network } from "../../../core/network/network.ts";
import { LOSSES, normNames, parameterNames, requireOwnLoss } from "../../../core/network/network.ts";
import type { Activation } from "../../../core/ops/activation.ts";
import type { MapFunction } from "../../../core/ops/generic-op.ts";

type Tf = typeof Tensorflow;
type Value = Tensorflow.Tensor;

type TfFunction = (tf: Tf, a: Value, b: Value, c: Value) => Value;
/** 1 where it holds, else 0, with the slope 0 almost everywhere: TensorFlow.js derives no comparison. */
const truth = (tf: Tf, compare: (a: Value, b: Value) => Value, a: Value, b: Value): Value =>
  tf.customGrad(() => ({
    value: tf.cast(compare(a, b), "float32"),
    gradFunc: () => [tf.zerosLike(a), tf.zerosLike(b)],
  }))(a, b);
/** One row a function: a missing one does not compile. */
const TF_FUNCTIONS: Readonly<Record<MapFunction, TfFunction>> = {
  neg: (tf, a) => tf.neg(a),
  abs: (tf, a) => sizeOf(tf, a),
  sign: (tf, a) => tf.sign(a),
  sqrt: (tf, a) => tf.sqrt(a),
  rsqrt: (tf, a) => tf.rsqrt(a),
  square: (tf, a) => tf.square(a),
  exp: (tf, a) => tf.exp(a),
  log: (tf, a) => tf.log(a),
  tanh: (tf, a) => tf.tanh(a),
  sigmoid: (tf, a) => tf.sigmoid(a),
  erf: (tf, a) => tf.erf(a),
  add: (tf, a, b) => tf.add(a, b),
  sub: (tf, a, b) => tf.sub(a, b),
  mul: (tf, a, b) => tf.mul(a, b),
  div: (tf, a, b) => tf.div(a, b),
  pow: (tf, a, b) => tf.pow(a, b),
  maximum: (tf, a, b) => tf.maximum(a, b),
  minimum: (tf, a, b) => tf.minimum(a, b),
  gt: (tf, a, b) => truth(tf, tf.greater, a, b),
  ge: (tf, a, b) => truth(tf, tf.greaterEqual, a, b),
  lt: (tf, a, b) => truth(tf, tf.less, a, b),
  le: (tf, a, b) => truth(tf, tf.lessEqual, a, b),
  eq: (tf, a, b) => truth(tf, tf.equal, a, b),
  ne: (tf, a, b) => truth(tf, tf.notEqual, a, b),
  where: (tf, a, b, c) => tf.where(tf.cast(a, "bool"), b, c),
};

/** An expression of z, or of y and t, in TensorFlow.js's own operations. */
function evaluate(tf: Tf, z: Value, e: Expression, t = z): Value {
  if (e.kind === "value") return tf.fill(z.shape, e.value);
  if (e.kind === "input") return isFirst(e.name) ? z : t;
  const [a = z, b = a, c = a] = e.args.map((arg) => evaluate(tf, z, arg, t));
  return TF_FUNCTIONS[e.fn](tf, a, b, c);
}

/** f(x), element by element. */
function activate(tf: Tf, x: Value, activation: Activation): Value {
  switch (activation.kind) {
    case "leakyRelu":
      return tf.leakyRelu(x, activation.slope);
    case "tanh":
      return tf.tanh(x);
    case "sigmoid":
      return tf.sigmoid(x);
    case "gelu":
      // x Φ(x), with Φ(x) = (1 + erf(x / √2)) / 2.
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
    case "softplus":
      return tf.softplus(x);
    case "own":
      return evaluate(tf, x, ownFunctions(activation).forward);
  }
}

/** Targets as one a row or as many as predicted; classes as a one among C outputs. */
const wantedOf = (tf: Tf, loss: LossName, pred: Value, target: Value): Value => {
  const [, classes = 1] = pred.shape;
  const isClass = LOSSES[loss].classes && classes > 1 && target.rank === 1;
  return isClass ? tf.oneHot(tf.cast(target, "int32"), classes) : tf.reshape(target, pred.shape);
};

/** |x|, whose slope at 0 is 0 as torch has it: that of tf.abs is −1. */
const sizeOf = (tf: Tf, x: Value): Value => tf.mul(x, tf.sign(x));

/** Mean over the rows of what each prediction lacks. */
function lossOf(tf: Tf, network: Network, pred: Value, target: Value): Tensorflow.Scalar {
  const { loss, smoothing = 0, delta = 1, classWeights } = network;
  const wanted = wantedOf(tf, loss, pred, target);
  const weights = classWeights === undefined ? tf.scalar(1) : tf.tensor1d([...classWeights]);
  const mean = (value: Value): Tensorflow.Scalar => tf.mean<Tensorflow.Scalar>(value);
  switch (loss) {
    case "mse":
    case "mseOneHot":
      return mean(tf.square(tf.sub(pred, wanted)));
    case "own":
      return mean(evaluate(tf, pred, ownLossFunctions(requireOwnLoss(network)).forward, wanted));
    case "l1":
      return mean(sizeOf(tf, tf.sub(pred, wanted)));
    case "huber": {
      const difference = tf.sub(pred, wanted);
      const size = sizeOf(tf, difference);
      // min(|d|, delta), of functions that it can derive.
      const cut = tf.sub(size, tf.relu(tf.sub(size, delta)));
      return mean(tf.mul(cut, tf.sub(size, tf.div(cut, 2))));
    }
    case "binaryCrossEntropy": {
      const ones = tf.mul(tf.mul(wanted, weights), tf.softplus(tf.neg(pred)));
      return mean(tf.add(ones, tf.mul(tf.sub(1, wanted), tf.softplus(pred))));
    }
    case "crossEntropy": {
      const [, classes = 1] = pred.shape;
      const shares = tf.mul(weights, tf.add(tf.mul(wanted, 1 - smoothing), smoothing / classes));
      const surprise = tf.neg(tf.sum(tf.mul(tf.logSoftmax(pred), shares)));
      return tf.div<Tensorflow.Scalar>(surprise, tf.sum(tf.mul(wanted, weights)));
    }
  }
}

/** (x − mean) / √(variance + eps) along an axis; of the batch's rows, or of each row. */
function normalise(tf: Tf, x: Value, axis: 0 | 1, eps: number): Value {
  const centred = tf.sub(x, tf.mean(x, axis, true));
  const variance = tf.mean(tf.square(centred), axis, true);
  return tf.div(centred, tf.sqrt(tf.add(variance, eps)));
}

// #region stage 5
/**
 * A network's loss in TensorFlow.js's own operations, as it trains; it derives the gradients from them itself. Dropout
 * layers have their seed with them: the mask is a constant.
 */
export function networkLoss(
  tf: Tf,
  network: Network,
  x: Value,
  y: Value,
  parameter: (name: string) => Value,
): Tensorflow.Scalar {
  let [linear, norm] = [0, 0];
  const forward = (value: Value, layer: Layer): Value => {
    switch (layer.type) {
      case "linear": {
        const { weight, bias } = parameterNames(linear++);
        return tf.add(tf.matMul(value, parameter(weight)), parameter(bias));
      }
      case "relu":
        return layer.shift === 0 ? tf.relu(value) : tf.sub(tf.relu(value), layer.shift);
      case "activation":
        return activate(tf, value, layer.activation);
      case "dropout": {
        const factors = Float32Array.from({ length: value.size }, (_, place) => dropoutFactor(layer, place));
        return tf.mul(value, tf.tensor(factors, value.shape));
      }
      case "batchNorm":
      case "layerNorm": {
        const { gain, shift } = normNames(norm++);
        const normalised = normalise(tf, value, layer.type === "batchNorm" ? 0 : 1, layer.eps);
        return tf.add(tf.mul(normalised, parameter(gain)), parameter(shift));
      }
      case "residual":
        return tf.add(value, layer.layers.reduce(forward, value));
      case "product": {
        // In this order, by which parameters are counted.
        const left = layer.left.reduce(forward, value);
        return tf.mul(left, layer.right.reduce(forward, value));
      }
    }
  };
  return lossOf(tf, network, network.layers.reduce(forward, x), y);
}
// #endregion
