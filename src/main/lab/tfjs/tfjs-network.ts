import * as v from "valibot";
import { tfjsNetworkAnswerSchema, type TfjsNetworkAnswer, type TfjsNetworkRequest } from "./tfjs-messages.ts";
export type { TfjsNetworkAnswer, TfjsNetworkRequest } from "./tfjs-messages.ts";
import { TfjsThread } from "./tfjs-thread.ts";

/**
 * TensorFlow.js as the independent framework that PyTorch is in the notebook: it computes a network from its own
 * operations and derives the gradients itself. Its thread starts with the first network and stays until `close()`.
 */
export class TfjsNetwork {
  readonly #open: () => TfjsThread;
  #thread: TfjsThread | null = null;

  /** @param checkpoint Throws when the experiment is cancelled. */
  constructor(tfjsFile: string, memory: WebAssembly.Memory, checkpoint: () => void) {
    this.#open = () => new TfjsThread(tfjsFile, memory, checkpoint);
  }

  /**
   * Loss and gradients, and how long they took. The gradients lie in the request's tensors when it resolves.
   *
   * @throws {TaskError} If TensorFlow.js cannot compute it. @throws {ExperimentCancelled}
   */
  async run(
    request: TfjsNetworkRequest,
    onProgress?: (fraction: number) => void,
  ): Promise<TfjsNetworkAnswer> {
    this.#thread ??= this.#open();
    const answer = await this.#thread.ask({ command: "network", request }, onProgress);
    return v.parse(tfjsNetworkAnswerSchema, answer);
  }

  async close(): Promise<void> {
    await this.#thread?.close();
    this.#thread = null;
  }
}
