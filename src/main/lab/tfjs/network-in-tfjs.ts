import type * as Tensorflow from "@tensorflow/tfjs-core";
import type { PlainLayer, PlainNetwork } from "../../../core/network/network.ts";
import { parameterNames } from "../../../core/network/network.ts";
import type { Activation } from "../../../core/ops/activation.ts";

type Tf = typeof Tensorflow;
type Value = Tensorflow.Tensor;

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
  }
}

/** Mean over the rows of what each prediction lacks. */
function lossOf(
  tf: Tf,
  { loss, smoothing = 0 }: PlainNetwork,
  pred: Value,
  target: Value,
): Tensorflow.Scalar {
  if (loss === "mse") return tf.mean<Tensorflow.Scalar>(tf.square(tf.sub(tf.reshape(pred, [-1]), target)));
  const [, classes = 0] = pred.shape;
  const oneHot = tf.oneHot(tf.cast(target, "int32"), classes);
  switch (loss) {
    case "mseOneHot":
      return tf.mean<Tensorflow.Scalar>(tf.square(tf.sub(pred, oneHot)));
    case "crossEntropy": {
      const wanted = tf.add(tf.mul(oneHot, 1 - smoothing), smoothing / classes);
      return tf.neg(tf.mean<Tensorflow.Scalar>(tf.sum(tf.mul(tf.logSoftmax(pred), wanted), 1)));
    }
  }
}

// #region stage 5
/** A network's loss in TensorFlow.js's own operations; it derives the gradients from them itself. */
export function networkLoss(
  tf: Tf,
  network: PlainNetwork,
  x: Value,
  y: Value,
  parameter: (name: string) => Value,
): Tensorflow.Scalar {
  let linear = 0;
  const forward = (value: Value, layer: PlainLayer): Value => {
    switch (layer.type) {
      case "linear": {
        const { weight, bias } = parameterNames(linear++);
        return tf.add(tf.matMul(value, parameter(weight)), parameter(bias));
      }
      case "relu":
        return layer.shift === 0 ? tf.relu(value) : tf.sub(tf.relu(value), layer.shift);
      case "activation":
        return activate(tf, value, layer.activation);
    }
  };
  return lossOf(tf, network, network.layers.reduce(forward, x), y);
}
// #endregion
