import * as v from "valibot";
import { rungName } from "./describe-rungs.ts";
import type { Operands } from "./operands.ts";
import { tfjsProductAnswerSchema, type TfjsProductRequest } from "../tfjs/tfjs-messages.ts";
import { TfjsThread } from "../tfjs/tfjs-thread.ts";
import type { Contender } from "./contender.ts";

/** TensorFlow.js as a rung, on a thread of its own for as long as a ladder lasts. */
export class TfjsRung {
  readonly #thread: TfjsThread;

  /** @param checkpoint Throws when the ladder is cancelled. */
  constructor(workerFile: string, memory: WebAssembly.Memory, checkpoint: () => void) {
    this.#thread = new TfjsThread(workerFile, memory, checkpoint);
  }

  /** @throws {TaskError} If TensorFlow.js cannot be loaded. @throws {ExperimentCancelled} */
  async contender({ a, b, out }: Operands): Promise<Contender> {
    await this.#ask({ command: "prepare", a, b });
    return {
      rung: "tfjs",
      name: rungName("tfjs"),
      threads: 1,
      restMs: 0,
      foreign: true,
      remark: "",
      first: async () => {
        const [coldMs = NaN] = await this.#ask({ command: "first", out });
        return { coldMs };
      },
      sample: (calls, samples) => this.#ask({ command: "sample", calls, samples }),
    };
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  async #ask(request: TfjsProductRequest): Promise<readonly number[]> {
    return v.parse(tfjsProductAnswerSchema, await this.#thread.ask(request)).samplesMs;
  }
}
