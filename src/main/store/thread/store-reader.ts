import { Piscina } from "piscina";
import { messageOf } from "../../../core/thrown.ts";
import { StoreError } from "../../../core/errors.ts";
import type { StoreTaskMessage, StoreTaskName, StoreTasks, StoreThreadData } from "./store-tasks.ts";

export interface StoreReaderOptions extends StoreThreadData {
  /** The built thread, out/main/store-thread.js. */
  readonly threadFile: string;
  /** How long the thread stays when nothing is asked, milliseconds. */
  readonly idleMs: number;
}

/** A file that is not there, or is not the program that was built. */
const isDamagedFile = (cause: unknown): boolean =>
  cause instanceof SyntaxError ||
  (cause instanceof Error &&
    (/^ERR_(MODULE_NOT_FOUND|UNKNOWN_FILE_EXTENSION)$|^MODULE_NOT_FOUND$/.test(
      "code" in cause ? String(cause.code) : "",
    ) ||
      /No handler function|does not provide an export|Unexpected|Invalid or unexpected token/.test(
        cause.message,
      )));

/** A thread of the store as main sees it; started with its first question. */
export class StoreReader {
  readonly #options: StoreReaderOptions;
  #pool: Piscina | null = null;
  /** Rejects what waits for a thread that never came to be: Piscina leaves that in its queue. */
  readonly #waiting = new Set<(cause: unknown) => void>();

  constructor(options: StoreReaderOptions) {
    this.#options = options;
  }

  /** @throws {StoreError} What went wrong in the thread, or that it ended. */
  async ask<N extends StoreTaskName>(
    name: N,
    input: StoreTasks[N]["input"],
  ): Promise<StoreTasks[N]["output"]> {
    const message: StoreTaskMessage<N> = { name, input };
    let answer: { ok: StoreTasks[N]["output"] } | { failed: string };
    try {
      answer = (await this.#run(message)) as typeof answer;
    } catch (cause) {
      const reason = messageOf(cause);
      throw new StoreError(
        isDamagedFile(cause)
          ? `The store's thread cannot start: ${reason}. The installation is damaged ` +
              `(${this.#options.threadFile}): run the set-up again. No run is lost.`
          : `The store's thread ended: ${reason}. Try again.`,
        { cause },
      );
    }
    if ("failed" in answer) throw new StoreError(answer.failed);
    return answer.ok;
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = null;
    await pool?.destroy();
  }

  /** The thread's answer, or the error with which it ended before it took the question. */
  async #run(message: unknown): Promise<unknown> {
    let fail: (cause: unknown) => void = () => undefined;
    const death = new Promise<never>((_, reject) => (fail = reject));
    this.#waiting.add(fail);
    try {
      return await Promise.race([this.#started().run(message), death]);
    } finally {
      this.#waiting.delete(fail);
    }
  }

  #started(): Piscina {
    if (this.#pool !== null) return this.#pool;
    const { threadFile, idleMs, ...threadData } = this.#options;
    const pool = new Piscina({
      filename: threadFile,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: idleMs,
      // What is streamed to a file lets other questions in between.
      concurrentTasksPerWorker: 16,
      workerData: threadData satisfies StoreThreadData,
    });
    // Of a thread that had no question yet: it ended while it was loading.
    pool.on("error", (cause: unknown) => {
      for (const fail of this.#waiting) fail(cause);
      // A pool whose first thread failed starts no other.
      if (this.#pool === pool) this.#pool = null;
      void pool.destroy().catch(() => undefined);
    });
    return (this.#pool = pool);
  }
}
