// TensorFlow.js on its WebAssembly backend as a peer of the benchmark: answers lines of JSON on stdin, see
// bench/README.md. In Node that backend has SIMD and one thread.
// Usage: node tfjs.mjs <folder with node_modules>
import { createRequire } from "node:module";
import path from "node:path";
import { readInputs, servePeer, writeOutput } from "./serve-peer.mjs";

const require = createRequire(path.join(process.argv[2] ?? ".", "package.json"));

/**
 * Programs by kind of case. Each call gives its outputs by name. Products of transposed matrices are transposed first:
 * that is eight times as fast here as telling the product to do it.
 */
const PROGRAMS = {
  product:
    (tf, { transposeA, transposeB }, { a, b }) =>
    () => ({ c: tf.matMul(transposeA ? tf.transpose(a) : a, transposeB ? tf.transpose(b) : b) }),

  "notebook-forward": (tf, recipe, inputs) => () => ({ loss: notebookForward(tf, recipe, inputs).loss }),

  // Written out as the notebook does; autograd would compute the same with more temporaries.
  "notebook-forward-backward": (tf, recipe, inputs) => () => {
    const { x, w1, w2 } = inputs;
    const { active, l2, difference, loss } = notebookForward(tf, recipe, inputs);
    const g = tf.mul(difference, 2 / x.shape[0]);
    const dl1 = throughRelu(tf, active, tf.matMul(g, tf.transpose(w2)));
    return {
      loss,
      dx: tf.matMul(dl1, tf.transpose(w1)),
      dw1: tf.matMul(tf.transpose(x), dl1),
      db1: tf.sum(dl1, 0),
      dw2: tf.matMul(tf.transpose(l2), g),
      db2: tf.sum(g, 0),
    };
  },

  "training-step": (tf, { batchSize, lr }, inputs) => {
    const { x, y, indices } = inputs;
    const labels = tf.cast(y, "int32");
    const layers = [1, 2, 3]
      .filter((number) => `w${number}` in inputs)
      .map((number) => ({
        w: tf.variable(inputs[`w${number}`], true, `w${number}`),
        b: tf.variable(inputs[`b${number}`], true, `b${number}`),
      }));
    return (step) => {
      const rows = tf.slice(indices, [step * batchSize], [batchSize]);
      const loss = trainingStep(tf, layers, {
        x: tf.gather(x, rows),
        target: tf.oneHot(tf.gather(labels, rows), layers.at(-1).b.shape[0]),
        lr,
      });
      return {
        loss,
        ...Object.fromEntries(layers.flatMap(({ w, b }) => [w, b].map((v) => [v.name, tf.clone(v)]))),
      };
    };
  },
};

const throughRelu = (tf, active, gradient) => tf.mul(tf.cast(tf.greater(active, 0), "float32"), gradient);

function notebookForward(tf, { shift }, { x, y, w1, b1, w2, b2 }) {
  const active = tf.fused.matMul({ a: x, b: w1, bias: b1, activation: "relu" });
  const l2 = tf.sub(active, shift);
  const pred = tf.fused.matMul({ a: l2, b: w2, bias: b2 });
  const difference = tf.sub(pred, tf.reshape(y, [-1, 1]));
  return { active, l2, difference, loss: tf.mean(tf.square(difference)) };
}

/** One step of SGD on the cross entropy; the layers' variables change. */
function trainingStep(tf, layers, { x, target, lr }) {
  const activations = [x];
  layers.forEach(({ w, b }, index) => {
    const activation = index === layers.length - 1 ? "linear" : "relu";
    activations.push(tf.fused.matMul({ a: activations[index], b: w, bias: b, activation }));
  });
  const logProbabilities = tf.logSoftmax(activations.at(-1));
  const loss = tf.neg(tf.mean(tf.sum(tf.mul(target, logProbabilities), 1)));
  let gradient = tf.mul(tf.sub(tf.exp(logProbabilities), target), 1 / x.shape[0]);
  for (let index = layers.length - 1; index >= 0; index--) {
    const { w, b } = layers[index];
    const dw = tf.matMul(tf.transpose(activations[index]), gradient);
    const db = tf.sum(gradient, 0);
    if (index > 0) gradient = throughRelu(tf, activations[index], tf.matMul(gradient, tf.transpose(w)));
    w.assign(tf.sub(w, tf.mul(dw, lr)));
    b.assign(tf.sub(b, tf.mul(db, lr)));
  }
  return loss;
}

await servePeer(async ({ recipe, inputs: files }) => {
  const program = PROGRAMS[recipe.kind];
  if (program === undefined) return { unable: `no program for ${recipe.kind} in TensorFlow.js` };
  const tf = require("@tensorflow/tfjs-core");
  require("@tensorflow/tfjs-backend-wasm");
  await tf.setBackend("wasm");
  await tf.ready();
  const inputs = Object.fromEntries(
    Object.entries(readInputs(files)).map(([name, { values, shape, dtype }]) => [
      name,
      tf.tensor(values, shape, dtype),
    ]),
  );
  const compute = program(tf, recipe, inputs);
  let results = {};
  return {
    threads: 1,
    version: tf.version_core,
    // The backend computes before it returns, so what is thrown away here has been computed.
    call: (step) => {
      for (const tensor of Object.values(results)) tensor.dispose();
      results = tf.tidy(() => compute(step));
    },
    write: (outputs) => {
      for (const [name, tensor] of Object.entries(results)) writeOutput(outputs[name], tensor.dataSync());
    },
  };
});
