import type * as Tensorflow from "@tensorflow/tfjs-core";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { TfjsProductRequest } from "./tfjs-messages.ts";

/** One matrix product by TensorFlow.js, on its thread. */
export class ProductComputation {
  readonly #tf: typeof Tensorflow;
  readonly #memory: WebAssembly.Memory;
  #operands: { readonly a: Tensorflow.Tensor2D; readonly b: Tensorflow.Tensor2D } | null = null;

  constructor(tf: typeof Tensorflow, memory: WebAssembly.Memory) {
    this.#tf = tf;
    this.#memory = memory;
  }

  /** @returns milliseconds a call. */
  run(request: TfjsProductRequest): { samplesMs: number[] } {
    switch (request.command) {
      case "prepare":
        this.#operands?.a.dispose();
        this.#operands?.b.dispose();
        this.#operands = { a: this.#matrix(request.a), b: this.#matrix(request.b) };
        return { samplesMs: [] };
      case "first": {
        const startedMs = performance.now();
        const c = this.#product();
        const ms = performance.now() - startedMs;
        viewOf(this.#memory, request.out, "float32").set(c.dataSync());
        c.dispose();
        return { samplesMs: [ms] };
      }
      case "sample":
        if (request.calls > 1) this.#loop(1);
        return { samplesMs: Array.from({ length: request.samples }, () => this.#loop(request.calls)) };
    }
  }

  #matrix(tensor: Tensor): Tensorflow.Tensor2D {
    const [rows = 0, columns = 0] = tensor.shape;
    return this.#tf.tensor2d(viewOf(this.#memory, tensor, "float32").slice(), [rows, columns]);
  }

  #product(): Tensorflow.Tensor {
    if (this.#operands === null) {
      throw new TypeError("TensorFlow.js was asked for a product before it had matrices");
    }
    return this.#tf.matMul(this.#operands.a, this.#operands.b);
  }

  /** One loop; the backend has computed when it returns, so what is thrown away here has been computed. */
  #loop(calls: number): number {
    const startedMs = performance.now();
    for (let call = 0; call < calls; call++) this.#product().dispose();
    return (performance.now() - startedMs) / calls;
  }
}
