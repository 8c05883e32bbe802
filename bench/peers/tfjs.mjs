// TensorFlow.js on its WebAssembly backend as a peer of the benchmark: answers lines of JSON on stdin, see
// bench/README.md. In Node that backend has SIMD and one thread.
// Usage: node tfjs.mjs <folder with node_modules>
import { createRequire } from "node:module";
import path from "node:path";
import { readInputs, servePeer, writeOutput } from "./serve-peer.mjs";

const require = createRequire(path.join(process.argv[2] ?? ".", "package.json"));

/** Programs by kind of case. Each call gives its outputs by name. */
const PROGRAMS = {
  product:
    (tf, { transposeA, transposeB }, { a, b }) =>
    () => ({ c: tf.matMul(a, b, transposeA, transposeB) }),

  "notebook-forward": (tf, recipe, inputs) => () => ({ loss: notebookForward(tf, recipe, inputs).loss }),

  // Written out as the notebook does; autograd would compute the same with more temporaries.
  "notebook-forward-backward": (tf, recipe, inputs) => () => {
    const { x, w1, w2 } = inputs;
    const { active, l2, difference, loss } = notebookForward(tf, recipe, inputs);
    const g = tf.mul(difference, 2 / x.shape[0]);
    const mask = tf.cast(tf.greater(active, 0), "float32");
    const dl1 = tf.mul(mask, tf.matMul(g, w2, false, true));
    return {
      loss,
      dx: tf.matMul(dl1, w1, false, true),
      dw1: tf.matMul(x, dl1, true, false),
      db1: tf.sum(dl1, 0),
      dw2: tf.matMul(l2, g, true, false),
      db2: tf.sum(g, 0),
    };
  },
};

function notebookForward(tf, { shift }, { x, y, w1, b1, w2, b2 }) {
  const active = tf.fused.matMul({ a: x, b: w1, bias: b1, activation: "relu" });
  const l2 = tf.sub(active, shift);
  const pred = tf.fused.matMul({ a: l2, b: w2, bias: b2 });
  const difference = tf.sub(pred, tf.reshape(y, [-1, 1]));
  return { active, l2, difference, loss: tf.mean(tf.square(difference)) };
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
    call: () => {
      for (const tensor of Object.values(results)) tensor.dispose();
      results = tf.tidy(compute);
    },
    write: (outputs) => {
      for (const [name, tensor] of Object.entries(results)) writeOutput(outputs[name], tensor.dataSync());
    },
  };
});
