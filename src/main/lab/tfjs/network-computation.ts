import type * as Tensorflow from "@tensorflow/tfjs-core";
import { parameterShapes } from "../../../core/network/network.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import { networkLoss } from "./network-in-tfjs.ts";
import type { TfjsNetworkAnswer, TfjsNetworkRequest } from "./tfjs-messages.ts";

/** Times of single calls, and the processor time of one. */
interface Samples {
  readonly ms: number[];
  readonly cpuMs: number;
}

/** A network's loss and gradients by TensorFlow.js, on its thread. */
export class NetworkComputation {
  readonly #tf: typeof Tensorflow;
  readonly #memory: WebAssembly.Memory;
  readonly #onProgress: (fraction: number) => void;

  constructor(tf: typeof Tensorflow, memory: WebAssembly.Memory, onProgress: (fraction: number) => void) {
    this.#tf = tf;
    this.#memory = memory;
    this.#onProgress = onProgress;
  }

  async run(request: TfjsNetworkRequest): Promise<TfjsNetworkAnswer> {
    const tf = this.#tf;
    const before = tf.memory().numTensors;
    const learned = parameterShapes(request.network).filter((shape) => shape.learned);
    const names = ["x", ...learned.map(({ name }) => name)];
    const inputs = names.map((name) => this.#copy(name === "x" ? request.x : request.parameters[name], name));
    const y = this.#copy(request.y, "y");
    const loss = (...[x, ...parameters]: Tensorflow.Tensor[]): Tensorflow.Scalar => {
      if (x === undefined) throw new TypeError("the network has no input");
      const parameter = (name: string): Tensorflow.Tensor => {
        const tensor = parameters[names.indexOf(name) - 1];
        if (tensor === undefined) throw new TypeError(`the network has no parameter ${name}`);
        return tensor;
      };
      return networkLoss(tf, request.network, x, y, parameter);
    };
    try {
      // #region stage 5
      const both = tf.valueAndGrads(loss);
      const { value, grads } = both(inputs);
      // #endregion
      const [lossValue = NaN] = value.dataSync();
      for (const [index, name] of names.entries()) this.#give(request.gradients[name], grads[index], name);
      tf.dispose([value, ...grads]);
      const profile = await this.#profile(request, () => both(inputs));
      const forward = this.#time({ ...request, onCall: () => undefined }, () =>
        tf.tidy(() => loss(...inputs)),
      );
      const { warmupCalls, samples } = request;
      const onCall = (calls: number): void => {
        this.#onProgress((2 + calls) / (2 + warmupCalls + samples));
      };
      const backward = this.#time({ ...request, onCall }, () => {
        const answer = both(inputs);
        tf.dispose(answer.grads);
        return answer.value;
      });
      tf.dispose([...inputs, y]);
      return {
        loss: lossValue,
        forwardMs: forward.ms,
        forwardCpuMs: forward.cpuMs,
        bothMs: backward.ms,
        bothCpuMs: backward.cpuMs,
        ...profile,
        tensorsLeft: tf.memory().numTensors - before,
      };
    } finally {
      tf.dispose([...inputs, y]);
    }
  }

  /**
   * Bytes and kernels of a call. Only of one that has succeeded once: a profile that throws leaves TensorFlow.js
   * profiling for good.
   */
  async #profile(
    { samples }: TfjsNetworkRequest,
    call: () => ReturnType<ReturnType<typeof Tensorflow.valueAndGrads>>,
  ): Promise<Pick<TfjsNetworkAnswer, "peakBytes" | "kernels">> {
    if (samples === 0) return { peakBytes: NaN, kernels: NaN };
    const startBytes = this.#tf.memory().numBytes;
    const { peakBytes, kernels, result } = await this.#tf.profile(() => {
      const { value, grads } = call();
      this.#tf.dispose(grads);
      return value;
    });
    this.#tf.dispose(result);
    return { peakBytes: peakBytes - startBytes, kernels: kernels.length };
  }

  /** The backend has computed when a call returns, so what is thrown away here has been computed. */
  #time(
    {
      warmupCalls,
      samples,
      onCall,
    }: Pick<TfjsNetworkRequest, "warmupCalls" | "samples"> & { readonly onCall: (calls: number) => void },
    call: () => Tensorflow.Tensor,
  ): Samples {
    if (samples === 0) return { ms: [], cpuMs: NaN };
    for (let warmup = 0; warmup < warmupCalls; warmup++) {
      call().dispose();
      onCall(warmup + 1);
    }
    const usage = process.cpuUsage();
    const ms = Array.from({ length: samples }, (_, sample) => {
      const startedMs = performance.now();
      call().dispose();
      const callMs = performance.now() - startedMs;
      onCall(warmupCalls + sample + 1);
      return callMs;
    });
    const { user, system } = process.cpuUsage(usage);
    return { ms, cpuMs: (user + system) / 1000 / samples };
  }

  #copy(tensor: Tensor | undefined, name: string): Tensorflow.Tensor {
    if (tensor === undefined) throw new TypeError(`there is no ${name} to compute with`);
    return this.#tf.tensor(viewOf(this.#memory, tensor, "float32"), [...tensor.shape]);
  }

  #give(out: Tensor | undefined, gradient: Tensorflow.Tensor | undefined, name: string): void {
    if (out === undefined || gradient === undefined) {
      throw new TypeError(`the gradient of ${name} has nowhere to go`);
    }
    viewOf(this.#memory, out, "float32").set(gradient.dataSync());
  }
}
