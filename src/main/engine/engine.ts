import { ContractError, KernelUnavailableError, TaskError } from "../../core/errors.ts";
import type { InstructionSet } from "../../shared/instruction-sets.ts";
import { VERIFICATION_BYTES } from "../../shared/kernel-scratch.ts";
import type { Tuning } from "../../shared/tuning.ts";
import type { WorkerTask } from "../../shared/worker-tasks.ts";
import { Arena } from "./arena.ts";
import { ControlBlock, type MetricRecord } from "./control-block.ts";
import { planSections, type Section } from "./plan.ts";
import { savedOrNewTuning, tuneKernels, type TuningCache, type TuningInForce } from "./tune-kernels.ts";
import { Watchdog } from "./watchdog.ts";
import { WorkerPool } from "./worker-pool.ts";

/** Main looks at the ring, the heartbeats and the progress this often: 20 times a second. */
const TICK_MS = 50;
/**
 * Kernels report at least every few milliseconds; a worker that has had a core for this long without a report hangs.
 * With the time its peers have to leave and the time that ending its thread may take, a failed run has its reason
 * within 5 s on a machine that has a core to spare.
 */
const HANG_MS = 3_000;
/** How long the peers of a failed worker may take to leave before the pool is torn down under them. */
const LEAVE_MS = 500;

export interface EngineOptions {
  readonly threads: number;
  /** The built worker, out/main/worker.js. */
  readonly workerFile: string;
  /** A worker that computes, or sleeps, for this long without a sign of life has failed; tests shorten it. */
  readonly hangMs?: number;
  /** Where tunings are kept from one start to the next; without it every start tunes. */
  readonly tuning?: TuningCache;
}

export interface RunOptions {
  readonly threads: number;
  /** Values of `record` and `mark`, in order, at most 20 times a second. */
  readonly onRecords?: (records: readonly MetricRecord[]) => void;
  /** Repeats finished so far over all sections. */
  readonly onProgress?: (repeatsDone: number) => void;
}

export type RunStatus = "finished" | "cancelled";

/** Work cut into blocks that answer separately: reference arithmetic, comparisons. */
export interface BlockOptions {
  readonly threads: number;
  readonly onProgress?: (blocksDone: number) => void;
}

/** Answers of blocks in their order; null when the work was cancelled. */
export type BlockAnswers = readonly unknown[] | null;

/**
 * Runs programs on worker threads over one shared arena. One dispatch at a time: it takes every worker it names for
 * as long as it lasts. After a failure the pool is replaced before the error is thrown, so that the next run works.
 */
export class Engine {
  readonly arena: Arena;
  readonly #control: ControlBlock;
  readonly #options: EngineOptions;
  #tuning: TuningInForce;
  #pool: WorkerPool;
  #busy = false;
  #cancelled = false;

  private constructor(options: EngineOptions, arena: Arena, pool: WorkerPool, tuning: TuningInForce) {
    this.#tuning = tuning;
    this.#options = options;
    this.arena = arena;
    this.#control = new ControlBlock(arena.memory);
    this.#pool = pool;
  }

  /** @throws {TaskError} If the workers cannot start. @throws {KernelUnavailableError} If no kernels compute rightly. */
  static async start(options: EngineOptions): Promise<Engine> {
    const arena = new Arena();
    const pool = await WorkerPool.start({
      threads: options.threads,
      workerFile: options.workerFile,
      memory: arena.memory,
    });
    try {
      return new Engine(options, arena, pool, await savedOrNewTuning(pool, arena, options.tuning));
    } catch (error) {
      await pool.destroy();
      throw error;
    }
  }

  /** What is known of every candidate and of this CPU's multiply-add peak, and which kernels are in use. */
  get tuning(): TuningInForce {
    return this.#tuning;
  }

  /** The kernels in use. */
  get instructionSet(): InstructionSet {
    return this.#tuning.chosen;
  }

  /** Hash of the kernels' modules of this build. */
  get kernelsHash(): string {
    return this.#pool.kernels;
  }

  get workers(): number {
    return this.#pool.threads;
  }

  /** Why the current pool is unhealthy, or null. */
  get failure(): string | null {
    return this.#pool.failure;
  }

  /**
   * Asks the running dispatch to end; it does so at its next block of work, in milliseconds. Between two dispatches
   * of an experiment it is the next one that ends, before it has begun.
   */
  cancel(): void {
    this.#cancelled = true;
    if (this.#busy) this.#control.abort("cancelled");
  }

  /** Forgets a cancellation that came after the last dispatch; called before an experiment begins. */
  clearCancellation(): void {
    if (!this.#busy) this.#cancelled = false;
  }

  /**
   * Tests and times all kernels again; those that win are used from the next dispatch on. Cancelled, all stays as it
   * was.
   *
   * @throws {KernelUnavailableError} If no kernels compute rightly. @throws {TaskError} If the worker fails.
   */
  async tune(): Promise<RunStatus> {
    return this.#dispatch(1, async () => {
      try {
        const tuning = await tuneKernels(this.#pool, this.arena);
        if (tuning === null || this.#cancelled) return "cancelled";
        this.#use(tuning);
        return "finished";
      } catch (error) {
        await this.#replacePool(this.#pool.threads);
        throw error;
      }
    });
  }

  /**
   * Runs the sections in order on `threads` workers in one dispatch.
   *
   * @throws {TaskError} If a worker dies, throws or hangs. @throws {OutOfMemoryError} If scratch does not fit.
   */
  async run(sections: readonly Section[], options: RunOptions): Promise<RunStatus> {
    return this.#dispatch(options.threads, async () => {
      const scope = this.arena.scope();
      try {
        const plan = planSections(sections, options.threads, (bytes) => scope.bytes(bytes));
        const scratchBytes = Math.max(VERIFICATION_BYTES, plan.scratchBytes);
        const tasks = Array.from({ length: options.threads }, (_, worker) => ({
          kind: "program" as const,
          sections: plan.sections,
          worker,
          threads: options.threads,
          instructionSet: this.instructionSet,
          scratchOffsetBytes: scope.bytes(scratchBytes),
        }));
        const report = (): void => {
          const records = this.#control.drain(plan.names);
          if (records.length > 0) options.onRecords?.(records);
          options.onProgress?.(this.#control.repeatsDone);
        };
        await this.#supervise(
          tasks.map((task) => this.#pool.run(task)),
          report,
        );
        return this.#cancelled ? "cancelled" : "finished";
      } finally {
        scope.release();
      }
    });
  }

  /**
   * Runs independent tasks, `threads` at a time, and gives their answers in order; null when cancelled.
   *
   * @throws {TaskError} If a worker dies, throws or hangs.
   */
  async runBlocks(
    tasks: readonly ((worker: number) => WorkerTask)[],
    options: BlockOptions,
  ): Promise<BlockAnswers> {
    return this.#dispatch(options.threads, async () => {
      const answers: unknown[] = [];
      let next = 0;
      let done = 0;
      const lane = async (worker: number): Promise<void> => {
        while (next < tasks.length && !this.#cancelled) {
          const index = next++;
          const task = tasks[index];
          if (task === undefined) return;
          answers[index] = await this.#pool.run(task(worker));
          options.onProgress?.(++done);
        }
      };
      await this.#supervise(
        Array.from({ length: options.threads }, (_, worker) => lane(worker)),
        () => undefined,
      );
      return this.#cancelled ? null : answers;
    });
  }

  async close(): Promise<void> {
    this.cancel();
    await this.#pool.destroy();
  }

  async #dispatch<T>(threads: number, body: () => Promise<T>): Promise<T> {
    if (this.#busy)
      throw new ContractError("Engine.run: another program is running; cancel it or wait for it");
    this.#busy = true;
    try {
      if (threads > this.#pool.threads) await this.#replacePool(threads);
      this.#control.reset();
      if (this.#cancelled) this.#control.abort("cancelled");
      return await body();
    } finally {
      this.#busy = false;
      this.#cancelled = false;
    }
  }

  /** Waits for all workers, reports at every tick, and turns a dead or silent worker into an error. */
  async #supervise(workers: readonly Promise<unknown>[], report: () => void): Promise<void> {
    const watchdog = new Watchdog(this.#control, workers.length, this.#options.hangMs ?? HANG_MS);
    let stopTicking = (): void => undefined;
    const hang = new Promise<never>((_resolve, reject) => {
      const timer = setInterval(() => {
        report();
        const silent = watchdog.silentWorker();
        if (silent !== null) reject(new TaskError(silent));
      }, TICK_MS);
      stopTicking = () => {
        clearInterval(timer);
      };
    });
    const settled = workers.map(async (worker, index) => {
      try {
        return await worker;
      } finally {
        watchdog.leave(index);
      }
    });
    try {
      await Promise.race([Promise.all(settled), hang]);
    } catch (error) {
      this.#control.abort("failed");
      await Promise.race([
        Promise.allSettled(settled),
        new Promise((resolve) => setTimeout(resolve, LEAVE_MS)),
      ]);
      await this.#replacePool(this.#pool.threads);
      throw error instanceof KernelUnavailableError ? await this.#afterWrongKernels(error) : error;
    } finally {
      stopTicking();
      report();
    }
  }

  /** A worker found the kernels in use wrong: the choice is forgotten and made again. @returns What to tell. */
  async #afterWrongKernels(error: KernelUnavailableError): Promise<Error> {
    this.#options.tuning?.drop(this.#pool.kernels);
    this.#control.reset();
    const tuning = await tuneKernels(this.#pool, this.arena);
    if (tuning === null) return error;
    this.#use(tuning);
    return new KernelUnavailableError(
      `${error.message}. All kernels were tested again and ${this.#tuning.chosen} is used from now on; ` +
        "run the experiment again.",
      { cause: error },
    );
  }

  #use(tuning: Tuning): void {
    this.#tuning = { ...tuning, source: "measured" };
    this.#options.tuning?.save(this.#pool.kernels, tuning);
  }

  async #replacePool(threads: number): Promise<void> {
    await this.#pool.destroy();
    this.#pool = await WorkerPool.start({
      threads,
      workerFile: this.#options.workerFile,
      memory: this.arena.memory,
    });
  }
}
