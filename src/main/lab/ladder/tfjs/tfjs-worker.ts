import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type * as Tensorflow from "@tensorflow/tfjs-core";
import { viewOf } from "../../../../shared/tensor-view.ts";
import type { Tensor } from "../../../../core/ops/recording-ops.ts";
import type { TfjsAnswer, TfjsRequest, TfjsWorkerData } from "./tfjs-messages.ts";

// A thread of its own: TensorFlow.js computes without giving others a turn. Its WebAssembly files lie beside its code.
const { memory } = workerData as TfjsWorkerData;
const require = createRequire(import.meta.url);
// Both are CommonJS outside a bundler; the second registers itself with the first.
const tf = require("@tensorflow/tfjs-core") as typeof Tensorflow;
require("@tensorflow/tfjs-backend-wasm");

let operands: { readonly a: Tensorflow.Tensor2D; readonly b: Tensorflow.Tensor2D } | null = null;

function matrix(tensor: Tensor): Tensorflow.Tensor2D {
  const [rows = 0, columns = 0] = tensor.shape;
  return tf.tensor2d(viewOf(memory, tensor, "float32").slice(), [rows, columns]);
}

function product(): Tensorflow.Tensor {
  if (operands === null) throw new TypeError("TensorFlow.js was asked for a product before it had matrices");
  return tf.matMul(operands.a, operands.b);
}

/** One loop; the backend has computed when it returns, so what is thrown away here has been computed. */
function loop(calls: number): number {
  const startedMs = performance.now();
  for (let call = 0; call < calls; call++) product().dispose();
  return (performance.now() - startedMs) / calls;
}

async function answer(request: TfjsRequest): Promise<TfjsAnswer> {
  switch (request.command) {
    case "prepare":
      if (tf.getBackend() !== "wasm") await tf.setBackend("wasm");
      await tf.ready();
      operands?.a.dispose();
      operands?.b.dispose();
      operands = { a: matrix(request.a), b: matrix(request.b) };
      return { samplesMs: [] };
    case "first": {
      const startedMs = performance.now();
      const c = product();
      const ms = performance.now() - startedMs;
      viewOf(memory, request.out, "float32").set(c.dataSync());
      c.dispose();
      return { samplesMs: [ms] };
    }
    case "sample":
      if (request.calls > 1) loop(1);
      return { samplesMs: Array.from({ length: request.samples }, () => loop(request.calls)) };
  }
}

parentPort?.on("message", (request: TfjsRequest) => {
  answer(request).then(
    (reply) => parentPort?.postMessage(reply),
    (error: unknown) => {
      parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) });
    },
  );
});
