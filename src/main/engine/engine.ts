import { ContractError, KernelUnavailableError, TaskError } from "../../core/errors.ts";
import type { InstructionSet } from "../../shared/engine/instruction-sets.ts";
import type { ProgramTimes, WorkerTask } from "../../shared/engine/worker-tasks.ts";
import { Arena } from "./arena.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { ControlBlock } from "./control-block.ts";
import type { BlockAnswers, BlockOptions, EngineOptions, RunOptions, RunStatus } from "./engine-options.ts";
import { KernelsInUse } from "./kernels-in-use.ts";
import { PlanCache } from "./plan-cache.ts";
import { programTasks } from "./program-tasks.ts";
import { planSections, type Section } from "./plan.ts";
import type { TuningInForce } from "./tune-kernels.ts";
import { compileOnOwnThread } from "./v8-flags.ts";
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

/**
 * A cancelled dispatch is answered after this long, also if its workers have not had a core yet to notice: they leave
 * behind it, and the next dispatch waits for them.
 */
const ANSWER_CANCEL_MS = 80;

/** So long after a key or a turn of the wheel another one is reckoned with. */
const NAPS_MS = 1_000;

/** Less than this is not worth new workers. */
const WORTH_GIVING_BACK_BYTES = 64 * 2 ** 20;

/**
 * Runs programs on worker threads over one shared arena. One dispatch at a time: it takes every worker it names for
 * as long as it lasts. After a failure the pool is replaced before the error is thrown, so that the next run works.
 */
export class Engine {
  readonly arena: Arena;
  #control: ControlBlock;
  readonly #options: EngineOptions;
  readonly #kernels: KernelsInUse;
  #pool = WorkerPool.empty();
  #starting: Promise<void> | null = null;
  #busy = false;
  #cancelled = false;
  #closed = false;
  /** Told once the running dispatch is cancelled and need not be waited for any longer. */
  #answerCancel: () => void = () => undefined;
  /** Workers of a cancelled dispatch that have not left yet; never rejects. */
  #leaving: Promise<void> | null = null;
  /** Counts dispatches. */
  #dispatches = 0;
  readonly #plans = new PlanCache();
  #givingBack: Promise<number> = Promise.resolve(0);
  #givenBackBytes = 0;
  #givingWay: NodeJS.Timeout | undefined;

  private constructor(options: EngineOptions) {
    this.#options = options;
    this.arena = new Arena();
    this.#kernels = new KernelsInUse(options, this.arena);
    this.#control = new ControlBlock(this.arena.memory);
  }

  /** An engine whose workers start with the first dispatch, or before it with `startWorkers`. */
  static withoutWorkers(options: EngineOptions): Engine {
    compileOnOwnThread();
    return new Engine(options);
  }

  /** @throws {TaskError} If the workers cannot start. @throws {KernelUnavailableError} If no kernels compute rightly. */
  static async start(options: EngineOptions): Promise<Engine> {
    const engine = Engine.withoutWorkers(options);
    await engine.startWorkers();
    return engine;
  }

  /**
   * Starts the workers that the options ask for and chooses their kernels, once.
   *
   * @throws {TaskError} If the workers cannot start. @throws {KernelUnavailableError} If no kernels compute rightly.
   */
  startWorkers(): Promise<void> {
    return this.#options.threads > 0 ? this.#haveWorkers(this.#options.threads) : Promise.resolve();
  }

  /** What is known of every candidate and of this CPU's multiply-add peak, and which kernels are in use. */
  get tuning(): TuningInForce {
    return this.#kernels.tuning;
  }

  /** The kernels in use. */
  get instructionSet(): InstructionSet {
    return this.tuning.chosen;
  }

  /** Second-level cache that a worker's blocks count on. */
  get cacheBytes(): number {
    return this.tuning.cacheBytes;
  }

  /** Hash of the kernels' modules of this build. */
  get kernelsHash(): string {
    return this.#pool.kernels;
  }

  /** Those that run, or where none do yet those that will. */
  get workers(): number {
    return this.#pool.threads === 0 ? this.#options.threads : this.#pool.threads;
  }

  /** How often a plan was known already. */
  get plansReused(): number {
    return this.#plans.hits;
  }

  /** How often it was the earlier one to the last byte, which is neither sent nor compiled again. */
  get plansUnchanged(): number {
    return this.#plans.unchanged;
  }

  /** What the arena has given back to the system since the start. */
  get givenBackBytes(): number {
    return this.#givenBackBytes;
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
    if (!this.#busy) return;
    this.#control.abort("cancelled");
    setTimeout(this.#answerCancel, ANSWER_CANCEL_MS);
  }

  /**
   * A program that gives way leaves the processors to others for so long from now on, the one that is on or the next:
   * the window draws what somebody types. For a second more its workers nap a little every millisecond, so that the
   * next key need not wait until the system takes a core from them.
   */
  giveWay(ms: number): void {
    clearTimeout(this.#givingWay);
    this.#control.giveWay("wait");
    this.#givingWay = setTimeout(() => {
      this.#control.giveWay("nap");
      this.#givingWay = setTimeout(() => this.#control.giveWay("no"), NAPS_MS);
    }, ms);
  }

  /** Forgets a cancellation that came after the last dispatch; called before an experiment begins. */
  clearCancellation(): void {
    if (!this.#busy) this.#cancelled = false;
  }

  /** Resolves when no worker writes into the arena any more: a cancelled dispatch may have left some behind. */
  async settled(): Promise<void> {
    await this.#leaving;
  }

  /**
   * Tests and times all kernels again; those that win are used from the next dispatch on. Cancelled, all stays as it
   * was.
   *
   * @throws {KernelUnavailableError} If no kernels compute rightly. @throws {TaskError} If the worker fails.
   */
  async tune(): Promise<RunStatus> {
    return this.#dispatch(1, "cancelled", async (cancelled) => {
      const tuned = this.#kernels.measure(this.#pool).catch(async (error: unknown) => {
        await this.#replacePool(this.#pool.threads);
        throw error;
      });
      await this.#unlessLeftBehind(tuned, cancelled);
      const tuning = this.#cancelled ? null : await tuned;
      if (tuning === null) return "cancelled";
      this.#kernels.use(tuning, this.#pool);
      return "finished";
    });
  }

  /**
   * Runs the sections in order on `threads` workers in one dispatch.
   *
   * @throws {TaskError} If a worker dies, throws or hangs. @throws {OutOfMemoryError} If scratch does not fit.
   */
  async run(sections: readonly Section[], options: RunOptions): Promise<RunStatus> {
    return this.#dispatch(options.threads, "cancelled", async (cancelled) => {
      const scope = this.arena.scope();
      try {
        const plan = planSections(sections, options.threads, (bytes) => scope.bytes(bytes), {
          known: this.#plans,
          cacheBytes: this.cacheBytes,
        });
        const { tasks, wasSent } = programTasks(plan, {
          threads: options.threads,
          instructionSet: this.instructionSet,
          cacheBytes: this.cacheBytes,
          profiled: options.onProfile !== undefined,
          givesWay: options.givesWay === true,
          allocateBytes: (bytes) => scope.bytes(bytes),
          programs: this.#pool.programs,
        });
        const answers: unknown[] = [];
        const report = (): void => {
          const records = this.#control.drain(plan.names);
          if (records.length > 0) options.onRecords?.(records);
          options.onProgress?.(this.#control.repeatsDone);
        };
        await this.#supervise(
          tasks.map(async (task) => {
            answers[task.worker] = await this.#pool.runProgram(task, wasSent);
          }),
          report,
          cancelled,
        );
        if (this.#cancelled) return "cancelled";
        // A profiled program's workers answer with their times.
        options.onProfile?.({ sections: plan.sections, times: answers as ProgramTimes[] });
        return "finished";
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
    return this.#dispatch(options.threads, null, async (cancelled) => {
      const answers: unknown[] = [];
      let next = 0;
      let done = 0;
      const wait = { over: false };
      const waiting = (): boolean => !wait.over;
      const lane = async (worker: number): Promise<void> => {
        while (next < tasks.length && !this.#cancelled && waiting()) {
          const index = next++;
          const task = tasks[index];
          if (task === undefined) return;
          answers[index] = await this.#pool.run(task(worker));
          if (waiting()) options.onProgress?.(++done);
        }
      };
      await this.#supervise(
        Array.from({ length: options.threads }, (_, worker) => lane(worker)),
        () => undefined,
        cancelled,
      );
      wait.over = true;
      return this.#cancelled ? null : answers;
    });
  }

  /**
   * Gives back to the system what the arena has grown to and no tensor uses: tensors move into a smaller memory, and
   * workers that share it take over. Nothing happens where that is not worth it, or anything else begins meanwhile.
   *
   * @param idle Whether nobody holds the arena's memory. @returns How many bytes.
   */
  giveBack(idle: () => boolean): Promise<number> {
    this.#givingBack = this.#givingBack.then(() => this.#moveIntoSmallerMemory(idle));
    return this.#givingBack;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#givingWay);
    this.cancel();
    await this.#givingBack;
    // Whoever waits for them is told why they did not start.
    await this.#starting?.catch(() => undefined);
    await this.#pool.destroy();
  }

  async #moveIntoSmallerMemory(idle: () => boolean): Promise<number> {
    const dispatches = this.#dispatches;
    const mayMove = (): boolean =>
      idle() && !this.#busy && !this.#closed && this.#leaving === null && this.#dispatches === dispatches;
    const before = this.arena.committedBytes;
    if (this.arena.spareBytes < WORTH_GIVING_BACK_BYTES || !mayMove()) return 0;
    let pool: WorkerPool;
    let memory: WebAssembly.Memory;
    try {
      memory = this.arena.smallerMemory();
      pool = await WorkerPool.start({
        threads: this.#pool.threads,
        workerFile: this.#options.workerFile,
        memory,
      });
    } catch {
      // No address space or no threads for a moment of both: all stays as it is, and works.
      return 0;
    }
    if (!mayMove() || !this.arena.moveTo(memory)) {
      await pool.destroy();
      return 0;
    }
    const old = this.#pool;
    this.#pool = pool;
    this.#control = new ControlBlock(memory);
    const bytes = before - this.arena.committedBytes;
    this.#givenBackBytes += bytes;
    await old.destroy();
    // The old memory is the system's again only when its last view is collected, which an idle process does not do.
    void old.ended().then(collectGarbage);
    return bytes;
  }

  /**
   * Does one piece of work on the workers; `cancelled` resolves when it is cancelled and must be answered now.
   *
   * @param ifCancelled The answer when it was cancelled before it could begin.
   */
  async #dispatch<T>(
    threads: number,
    ifCancelled: T,
    body: (cancelled: Promise<void>) => Promise<T>,
  ): Promise<T> {
    if (this.#busy)
      throw new ContractError("Engine.run: another program is running; cancel it or wait for it");
    this.#busy = true;
    this.#dispatches++;
    const cancelled = new Promise<void>((resolve) => {
      this.#answerCancel = resolve;
    });
    try {
      if (this.#leaving !== null) {
        const left = await Promise.race([this.#leaving.then(() => true), cancelled.then(() => false)]);
        if (!left) return ifCancelled;
      }
      await this.#haveWorkers(Math.max(threads, this.#options.threads));
      if (threads > this.#pool.threads) await this.#replacePool(threads);
      this.#control.reset();
      if (this.#cancelled) this.cancel();
      return await body(cancelled);
    } finally {
      this.#busy = false;
      this.#cancelled = false;
    }
  }

  /**
   * Waits for `work` until it is cancelled and must be answered; what it uses of the arena stays untouched until it has
   * ended all the same.
   */
  async #unlessLeftBehind(work: Promise<unknown>, cancelled: Promise<void>): Promise<void> {
    const whole = work.then(() => "ended" as const);
    if ((await Promise.race([whole, cancelled])) === "ended") return;
    this.arena.holdReleases();
    const leaving = whole
      .then(
        () => undefined,
        // What a worker died of after its work was cancelled concerns nobody; the pool has been replaced.
        () => undefined,
      )
      .finally(() => {
        this.#leaving = null;
        this.arena.freeHeld();
      });
    this.#leaving = leaving;
  }

  /** Waits for all workers, or for a cancellation; reports at every tick while it waits. */
  async #supervise(
    workers: readonly Promise<unknown>[],
    report: () => void,
    cancelled: Promise<void>,
  ): Promise<void> {
    let waiting = true;
    const reportWhileWaiting = (): void => {
      if (waiting) report();
    };
    try {
      await this.#unlessLeftBehind(this.#watch(workers, reportWhileWaiting), cancelled);
    } finally {
      report();
      waiting = false;
    }
  }

  /** Resolves when all workers have answered; turns a dead or silent one into an error and replaces the pool. */
  async #watch(workers: readonly Promise<unknown>[], onTick: () => void): Promise<void> {
    const watchdog = new Watchdog(this.#control, workers.length, this.#options.hangMs ?? HANG_MS);
    let stopTicking = (): void => undefined;
    const hang = new Promise<never>((_resolve, reject) => {
      const timer = setInterval(() => {
        onTick();
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
      if (!(error instanceof KernelUnavailableError)) throw error;
      this.#control.reset();
      throw await this.#kernels.afterWrong(error, this.#pool);
    } finally {
      stopTicking();
    }
  }

  /** Of those that ask while the first workers start, all wait for the same. */
  async #haveWorkers(threads: number): Promise<void> {
    if (this.#pool.threads > 0) return;
    this.#starting ??= this.#startFirstWorkers(threads).finally(() => {
      this.#starting = null;
    });
    await this.#starting;
  }

  /** The first workers, and the kernels that are chosen for them. */
  async #startFirstWorkers(threads: number): Promise<void> {
    const { workerFile } = this.#options;
    const pool = await WorkerPool.start({ threads, workerFile, memory: this.arena.memory });
    try {
      await this.#kernels.chooseFirst(pool);
    } catch (error) {
      await pool.destroy();
      throw error;
    }
    this.#pool = pool;
    // Closed meanwhile, there was no pool yet to end.
    if (this.#closed) await pool.destroy();
  }

  async #replacePool(threads: number): Promise<void> {
    await this.#pool.destroy();
    if (this.#closed) return;
    this.#pool = await WorkerPool.start({
      threads,
      workerFile: this.#options.workerFile,
      memory: this.arena.memory,
    });
  }
}
