import { createRequire } from "node:module";
import { messageOf } from "../../../core/thrown.ts";
import { parentPort, workerData } from "node:worker_threads";
import type * as Tensorflow from "@tensorflow/tfjs-core";
import type { TfjsAnswer, TfjsProgress, TfjsRequest, TfjsWorkerData } from "./tfjs-messages.ts";
import { NetworkComputation } from "./network-computation.ts";
import { ProductComputation } from "./product-computation.ts";

// A thread of its own: TensorFlow.js computes without giving others a turn. Its WebAssembly files lie beside its code.
const { memory } = workerData as TfjsWorkerData;
// The build puts a `require` of its own into modules that ask for one.
const load = createRequire(import.meta.url);
// Both are CommonJS outside a bundler; the second registers itself with the first.
const tf = load("@tensorflow/tfjs-core") as typeof Tensorflow;
load("@tensorflow/tfjs-backend-wasm");
// The build for Node leaves the gradients out. They register themselves with the engine that is already there, which
// lies in a global of its own, so that this second copy of the operations computes with it.
await import("@tensorflow/tfjs-core/dist/register_all_gradients");
// Reads back every result of a profiled call.
tf.env().set("CHECK_COMPUTATION_FOR_ERRORS", false);

const product = new ProductComputation(tf, memory);
const network = new NetworkComputation(tf, memory, (progress) => {
  parentPort?.postMessage({ progress } satisfies TfjsProgress);
});

async function start(): Promise<TfjsAnswer> {
  if (!(await tf.setBackend("wasm"))) {
    throw new TypeError("its WebAssembly backend cannot start on this machine");
  }
  await tf.ready();
  return { samplesMs: [] };
}

async function answer(request: TfjsRequest): Promise<TfjsAnswer> {
  if (request.command === "start") return start();
  return request.command === "network" ? network.run(request.request) : product.run(request);
}

parentPort?.on("message", (request: TfjsRequest) => {
  answer(request).then(
    (reply) => parentPort?.postMessage(reply),
    (error: unknown) => {
      parentPort?.postMessage({ error: messageOf(error) });
    },
  );
});
