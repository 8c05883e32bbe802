import { Worker } from "node:worker_threads";
import { messageOf } from "../../../core/thrown.ts";
import { TaskError } from "../../../core/errors.ts";
import type { CellSource, CheckSource } from "../../../shared/live/live-settings.ts";
import {
  SANDBOX_CONTROL,
  SANDBOX_CONTROL_WORDS,
  type FromSandbox,
  type SandboxData,
  type ToSandbox,
} from "../../../shared/live/sandbox-protocol.ts";
import { withTimeout } from "../../engine/with-timeout.ts";
import { interpreterModule } from "./interpreter-module.ts";

/** The interpreter is ready in half a second; a busy machine may need many times that. */
const START_TIMEOUT_MS = 60_000;
/** The interpreter's own memory is limited apart; this is for the graph of operations and what goes through. */
const HEAP_MB = 512;

export interface SandboxListener {
  readonly onNews: (news: FromSandbox) => void;
  /** The thread has ended by itself. */
  readonly onDeath: (reason: string) => void;
}

/** The sandbox's thread as main sees it: told by messages, woken and stopped by shared words. */
export class Sandbox {
  readonly #worker: Worker;
  readonly #control: Int32Array;

  private constructor(worker: Worker, control: Int32Array) {
    this.#worker = worker;
    this.#control = control;
  }

  /** Resolves when the interpreter is ready. @throws {TaskError} */
  static async start(
    file: string,
    settings: Pick<SandboxData, "seed" | "threads">,
    listener: SandboxListener,
  ): Promise<Sandbox> {
    const bytes = SANDBOX_CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT;
    const control = new Int32Array(new SharedArrayBuffer(bytes));
    const interpreter = await interpreterModule();
    const worker = new Worker(file, {
      workerData: { control, interpreter, ...settings } satisfies SandboxData,
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    let reason = "it ended";
    const ready = new Promise<void>((resolve, reject) => {
      worker.on("message", (news: FromSandbox) => {
        if (news.kind === "ready") resolve();
        else listener.onNews(news);
      });
      worker.on("error", (error: unknown) => {
        reason = messageOf(error);
      });
      worker.on("exit", () => {
        reject(new TaskError(`The sandbox cannot start: ${reason}`));
        listener.onDeath(reason);
      });
    });
    try {
      await withTimeout(ready, START_TIMEOUT_MS, "The sandbox cannot start: it gave no sign within a minute");
    } catch (error) {
      await worker.terminate();
      throw error;
    }
    return new Sandbox(worker, control);
  }

  run(cell: CellSource): void {
    Atomics.store(this.#control, SANDBOX_CONTROL.stop, 0);
    this.#send({ kind: "cell", cell });
  }

  /** Runs a lesson's check beside what the cells have defined. */
  check(check: CheckSource): void {
    Atomics.store(this.#control, SANDBOX_CONTROL.stop, 0);
    this.#send({ kind: "lessonCheck", check });
  }

  /** Wakes it with what it asked for. */
  answer(answer: Omit<Extract<ToSandbox, { kind: "answer" }>, "kind">): void {
    this.#send({ kind: "answer", ...answer });
    Atomics.add(this.#control, SANDBOX_CONTROL.answers, 1);
    Atomics.notify(this.#control, SANDBOX_CONTROL.answers);
  }

  /** Asks the running cell to end: the interpreter looks at this word all the time. */
  stop(): void {
    Atomics.store(this.#control, SANDBOX_CONTROL.stop, 1);
  }

  /** Ends the thread, whatever it does. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(message: ToSandbox): void {
    this.#worker.postMessage(message);
  }
}
