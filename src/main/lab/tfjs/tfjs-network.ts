import { TaskError } from "../../../core/errors.ts";
import type { Network } from "../../../core/network/network.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";

/** A network on arena tensors, to be computed by TensorFlow.js on a thread of its own. */
export interface TfjsNetworkRequest {
  readonly network: Network;
  readonly x: Tensor;
  readonly y: Tensor;
  /** w1, b1, … */
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** Where the gradients go: x, w1, b1, …, float32. */
  readonly gradients: Readonly<Record<string, Tensor>>;
  /** Calls before the samples that are not counted, then timed calls; 0 samples compute once. */
  readonly warmupCalls: number;
  readonly samples: number;
}

export interface TfjsNetworkAnswer {
  readonly loss: number;
  /** Milliseconds a call, forward alone. */
  readonly forwardMs: readonly number[];
  /** Milliseconds a call, forward and backward, which TensorFlow.js does in one. */
  readonly bothMs: readonly number[];
  /** Processor time of the process, a call. */
  readonly forwardCpuMs: number;
  readonly bothCpuMs: number;
  /** Largest number of bytes its tensors took at a time, by tf.memory(); NaN when not known. */
  readonly peakBytes: number;
}

/** TensorFlow.js as the independent framework that PyTorch is in the notebook. */
export class TfjsNetwork {
  readonly tfjsFile: string;
  readonly memory: WebAssembly.Memory;

  /** @param checkpoint Throws when the experiment is cancelled. */
  constructor(tfjsFile: string, memory: WebAssembly.Memory, checkpoint: () => void) {
    this.tfjsFile = tfjsFile;
    this.memory = memory;
    checkpoint();
  }

  /** Loss and gradients, and how long they took. @throws {TaskError} @throws {ExperimentCancelled} */
  run(request: TfjsNetworkRequest): Promise<TfjsNetworkAnswer> {
    throw new TaskError(`TensorFlow.js cannot compute ${request.network.loss} yet`);
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}
