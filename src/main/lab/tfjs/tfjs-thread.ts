import { createRequire } from "node:module";
import { messageOf } from "../../../core/thrown.ts";
import { Worker } from "node:worker_threads";
import * as v from "valibot";
import { TaskError } from "../../../core/errors.ts";
import { compileTrusted } from "../../engine/v8-flags.ts";
import { unlessCancelled } from "../rungs/unless-cancelled.ts";
import {
  tfjsFailureSchema,
  tfjsProgressSchema,
  type TfjsRequest,
  type TfjsWorkerData,
} from "./tfjs-messages.ts";

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

/** Who waits for the thread's answer. */
interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: (fraction: number) => void;
}

/** TensorFlow.js on a thread of its own, for as long as an experiment lasts. */
export class TfjsThread {
  readonly #worker: Worker;
  readonly #checkpoint: () => void;
  #started: Promise<unknown> | null = null;
  #waiting: Waiting | null = null;
  #failure: TaskError | null = null;

  /** @param checkpoint Throws when the experiment is cancelled. */
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
      const news = v.safeParse(tfjsProgressSchema, answer);
      if (news.success) {
        waiting?.onProgress(news.output.progress);
        return;
      }
      this.#waiting = null;
      waiting?.resolve(answer);
    });
    this.#worker.on("error", (error: unknown) => {
      this.#fail(messageOf(error));
    });
    this.#worker.on("exit", () => {
      this.#fail("its thread ended");
    });
  }

  /** Gives the thread a request. @throws {TaskError} If it cannot be done. @throws {ExperimentCancelled} */
  async ask(
    request: TfjsRequest,
    onProgress: (fraction: number) => void = () => undefined,
  ): Promise<unknown> {
    this.#started ??= compileTrusted(() => this.#answer({ command: "start" }, () => undefined));
    await this.#started;
    return this.#answer(request, onProgress);
  }

  async #answer(request: TfjsRequest, onProgress: (fraction: number) => void): Promise<unknown> {
    const work = new Promise<unknown>((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      this.#waiting = { resolve, reject, onProgress };
      this.#worker.postMessage(request);
    });
    const answer = await unlessCancelled(work, this.#checkpoint, () => void this.#worker.terminate());
    const failure = v.safeParse(tfjsFailureSchema, answer);
    if (failure.success) throw new TaskError(`TensorFlow.js: ${failure.output.error}`);
    return answer;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(reason: string): void {
    this.#failure ??= new TaskError(`TensorFlow.js: ${reason}`);
    this.#waiting?.reject(this.#failure);
    this.#waiting = null;
  }
}
