import { availableParallelism } from "node:os";
import { messageOf } from "../../core/thrown.ts";
import { Piscina } from "piscina";
import { KernelUnavailableError, TaskError } from "../../core/errors.ts";
import {
  UNKNOWN_PROGRAM,
  type PingAnswer,
  type ProgramTask,
  type WorkerData,
  type WorkerTask,
} from "../../shared/engine/worker-tasks.ts";
import type { Result } from "../../shared/ipc/wire-error.ts";
import { SentPrograms } from "./sent-programs.ts";
import { compileTrusted } from "./v8-flags.ts";
import { withTimeout } from "./with-timeout.ts";

/**
 * A healthy worker answers its start-up test within milliseconds; many at once on a busy machine, or from a slow disk,
 * may need half a minute.
 */
const START_TIMEOUT_MS = 60_000;
/** Tensors live in the arena; a worker whose own heap grows past this has lost its way, and ends with a reason. */
const HEAP_MB = 256;
/** Threads that do not end by themselves are terminated; one that resists even that is left behind. */
const DESTROY_TIMEOUT_MS = 1_000;

/** Held as long as the process: workers that replace others find their kernels compiled. */
const compiledModules = new Map<string, PingAnswer["modules"]>();

export interface PoolOptions {
  readonly threads: number;
  /** The built worker, out/main/worker.js. */
  readonly workerFile: string;
  readonly memory: WebAssembly.Memory;
}

/** The Piscina pool behind the engine: started with a test of every worker, replaced after any failure. */
export class WorkerPool {
  readonly threads: number;
  /** Those that its threads may hold. */
  readonly programs = new SentPrograms();
  readonly #pool: Piscina | null;
  #kernels = "";
  #ended: Promise<void> = Promise.resolve();
  #failure: string | null = null;

  private constructor(pool: Piscina | null, threads: number) {
    this.#pool = pool;
    this.threads = threads;
    // Without a listener a worker's uncaught error would end the main process.
    pool?.on("error", (error: unknown) => {
      this.#failure = messageOf(error);
    });
  }

  /** A pool without threads, which runs nothing. */
  static empty(): WorkerPool {
    return new WorkerPool(null, 0);
  }

  /** @throws {TaskError} If a worker does not answer: a damaged installation, or more threads than the machine can run. */
  static start(options: PoolOptions): Promise<WorkerPool> {
    return compileTrusted(() => WorkerPool.#start(options));
  }

  static async #start({ threads, workerFile, memory }: PoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(
      new Piscina({
        filename: workerFile,
        name: "work",
        minThreads: threads,
        maxThreads: threads,
        idleTimeout: Infinity,
        concurrentTasksPerWorker: 1,
        resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
        workerData: { memory } satisfies WorkerData,
      }),
      threads,
    );
    // Apart from its message, a time-out is what too many threads for this machine look like, not a damaged file.
    const answers = Promise.all(Array.from({ length: threads }, () => pool.run({ kind: "ping" }))).catch(
      (error: unknown) => {
        throw new TaskError(
          `The worker threads cannot start: ${messageOf(error)}. ` +
            `The installation may be damaged (${workerFile}): run the set-up again.`,
          { cause: error },
        );
      },
    );
    try {
      const [answer] = await withTimeout(
        answers,
        START_TIMEOUT_MS,
        `The worker threads cannot start: ${threads} did not answer within ${START_TIMEOUT_MS / 1000} s on a machine ` +
          `of ${availableParallelism()} cores. Choose fewer threads, or close what keeps this machine busy.`,
      );
      const { hash, modules } = answer as PingAnswer;
      pool.#kernels = hash;
      compiledModules.set(hash, modules);
    } catch (error) {
      await pool.destroy();
      throw error;
    }
    return pool;
  }

  /** Hash of the workers' kernel modules. */
  get kernels(): string {
    return this.#kernels;
  }

  /** Why the pool last failed outside a task, or null. */
  get failure(): string | null {
    return this.#failure;
  }

  /**
   * Runs one task on a free worker and unpacks its answer.
   *
   * @throws {TaskError} With the worker's own message. @throws {KernelUnavailableError} If its kernels compute wrongly.
   */
  async run(task: WorkerTask): Promise<unknown> {
    if (this.#pool === null) throw new TaskError(`No worker thread is there to run "${task.kind}".`);
    let result: Result<unknown>;
    try {
      result = (await this.#pool.run(task)) as Result<unknown>;
    } catch (cause) {
      const reason = messageOf(cause);
      throw new TaskError(`A worker thread ended while it ran "${task.kind}": ${reason}`, { cause });
    }
    if (result.ok) return result.value;
    if (result.error.code === "KernelUnavailableError")
      throw new KernelUnavailableError(result.error.message);
    throw new TaskError(
      `${result.error.code} in a worker thread, in "${task.kind}": ${result.error.message}`,
    );
  }

  /** Runs one worker's part of a program, which is sent along where the thread does not hold it. Errors: as `run`. */
  async runProgram(task: ProgramTask, wasSent: boolean): Promise<unknown> {
    const answer = wasSent ? await this.run({ ...task, sections: null }) : UNKNOWN_PROGRAM;
    return answer === UNKNOWN_PROGRAM ? this.run(task) : answer;
  }

  /** Ends all threads, even hanging ones; not waiting longer than a moment for those that do not get a core. */
  async destroy(): Promise<void> {
    if (this.#pool === null) return;
    this.#ended = this.#pool.destroy();
    await withTimeout(this.#ended, DESTROY_TIMEOUT_MS, "threads did not end in time").catch(() => undefined);
  }

  /** Resolves when all threads of a destroyed pool have ended, however long that takes. */
  async ended(): Promise<void> {
    await this.#ended.catch(() => undefined);
  }
}
