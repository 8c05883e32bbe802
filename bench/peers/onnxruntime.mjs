// ONNX Runtime as a peer of the benchmark: answers lines of JSON on stdin, see bench/README.md.
// Usage: node onnxruntime.mjs <folder with node_modules>
import { createRequire } from "node:module";
import path from "node:path";
import { modelBytes, node, tensorInput, tensorValue } from "./onnx-model.mjs";
import { readInputs, servePeer, writeOutput } from "./serve-peer.mjs";

const require = createRequire(path.join(process.argv[2] ?? ".", "package.json"));

/** Graphs by kind of case: nodes, which inputs are constants of the model, and the output's shape. */
const GRAPHS = {
  product: ({ transposeA, transposeB }, { a, b }) => ({
    nodes: [
      transposeA || transposeB
        ? node("Gemm", ["a", "b"], ["c"], { transA: Number(transposeA), transB: Number(transposeB) })
        : node("MatMul", ["a", "b"], ["c"]),
    ],
    constants: [],
    output: { name: "c", shape: [a.shape[transposeA ? 1 : 0], b.shape[transposeB ? 0 : 1]] },
  }),
  // relu(x w1 + b1) − shift, then · w2 + b2, and the mean of the squared differences from y.
  "notebook-forward": ({ shift }, { y }) => ({
    nodes: [
      node("Gemm", ["x", "w1", "b1"], ["l1"]),
      node("Relu", ["l1"], ["r"]),
      node("Sub", ["r", "shift"], ["l2"]),
      node("Gemm", ["l2", "w2", "b2"], ["pred"]),
      node("Sub", ["pred", "y"], ["difference"]),
      node("Mul", ["difference", "difference"], ["squares"]),
      node("ReduceMean", ["squares"], ["loss"], { keepdims: 0 }),
    ],
    // As somebody would who only wants the model's answers: the weights are part of it, packed once.
    constants: ["w1", "b1", "w2", "b2"],
    extra: [{ name: "shift", shape: [], values: Float32Array.of(shift) }],
    reshaped: { y: [y.shape[0], 1] },
    output: { name: "loss", shape: [] },
  }),
};

await servePeer(async ({ recipe, inputs: files, threads }) => {
  const build = GRAPHS[recipe.kind];
  if (build === undefined) {
    return { unable: "onnxruntime-node runs models and does not train them: no gradients, no optimiser" };
  }
  const ort = require("onnxruntime-node");
  const inputs = readInputs(files);
  const { nodes, constants, extra = [], reshaped = {}, output } = build(recipe, inputs);
  const fed = Object.entries(inputs).filter(([name]) => !constants.includes(name));
  const shapeOf = (name) => reshaped[name] ?? inputs[name].shape;
  const model = modelBytes({
    nodes,
    initializers: [...constants.map((name) => ({ name, ...inputs[name] })), ...extra].map(tensorValue),
    inputs: fed.map(([name]) => tensorInput(name, shapeOf(name))),
    outputs: [tensorInput(output.name, output.shape)],
  });
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
  });
  const feeds = Object.fromEntries(
    fed.map(([name, { values }]) => [name, new ort.Tensor("float32", values, shapeOf(name))]),
  );
  // The result goes where the last one went: no call waits for fresh memory.
  const length = output.shape.reduce((product, size) => product * size, 1);
  const result = new ort.Tensor("float32", new Float32Array(length), output.shape);
  const call = () => session.run(feeds, { [output.name]: result });
  return {
    threads,
    version: require("onnxruntime-node/package.json").version,
    call,
    write: (outputs) => writeOutput(outputs[output.name], result.data),
  };
});
