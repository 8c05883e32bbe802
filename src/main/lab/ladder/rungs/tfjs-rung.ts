import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import * as v from "valibot";
import { TaskError } from "../../../../core/errors.ts";
import { rungName } from "../describe-rungs.ts";
import type { Operands } from "../operands.ts";
import { tfjsAnswerSchema, type TfjsRequest, type TfjsWorkerData } from "../tfjs/tfjs-messages.ts";
import type { Contender } from "./contender.ts";
import { unlessCancelled } from "./unless-cancelled.ts";

/** Why TensorFlow.js is not there, or "". */
export function tfjsMissing(): string {
  const require = createRequire(import.meta.url);
  try {
    for (const name of ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm"]) require.resolve(name);
    return "";
  } catch {
    return "the packages of TensorFlow.js are not installed; run the set-up again";
  }
}

/** TensorFlow.js on a thread of its own, for as long as a ladder lasts. */
export class TfjsThread {
  readonly #worker: Worker;
  readonly #checkpoint: () => void;
  #waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void } | null = null;
  #failure: TaskError | null = null;

  /** @param checkpoint Throws when the ladder is cancelled. */
  constructor(workerFile: string, memory: WebAssembly.Memory, checkpoint: () => void) {
    this.#checkpoint = checkpoint;
    // It greets on stdout, which is the command line's answer.
    this.#worker = new Worker(workerFile, {
      workerData: { memory } satisfies TfjsWorkerData,
      stdout: true,
      stderr: true,
    });
    this.#worker.on("message", (answer: unknown) => {
      const waiting = this.#waiting;
      this.#waiting = null;
      waiting?.resolve(answer);
    });
    this.#worker.on("error", (error: unknown) => {
      this.#fail(error instanceof Error ? error.message : String(error));
    });
    this.#worker.on("exit", () => {
      this.#fail("its thread ended");
    });
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

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async #ask(request: TfjsRequest): Promise<readonly number[]> {
    const work = new Promise<unknown>((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      this.#waiting = { resolve, reject };
      this.#worker.postMessage(request);
    });
    const answer = v.parse(
      tfjsAnswerSchema,
      await unlessCancelled(work, this.#checkpoint, () => void this.#worker.terminate()),
    );
    if ("error" in answer) throw new TaskError(`TensorFlow.js: ${answer.error}`);
    return answer.samplesMs;
  }

  #fail(reason: string): void {
    this.#failure ??= new TaskError(`TensorFlow.js: ${reason}`);
    this.#waiting?.reject(this.#failure);
    this.#waiting = null;
  }
}
