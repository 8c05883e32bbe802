import { KernelUnavailableError } from "../../core/errors.ts";
import { USUAL_CACHE_BYTES } from "../../shared/engine/cache-blocks.ts";
import type { Tuning } from "../../shared/experiments/tuning.ts";
import type { Arena } from "./arena.ts";
import { coreCacheBytes } from "./cache-sizes.ts";
import type { EngineOptions } from "./engine-options.ts";
import { pinnedTuning, savedOrNewTuning, tuneKernels, type TuningInForce } from "./tune-kernels.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** Before the first workers have started: nothing is known. */
const NOT_TUNED: TuningInForce = {
  source: "measured",
  measuredAt: "",
  peakGflops: null,
  kernels: [],
  chosen: "javascript",
  cacheBytes: USUAL_CACHE_BYTES,
  systemCacheBytes: null,
  blocks: [],
};

/** Which kernels an engine computes with: chosen when its first workers start, again when asked, or when they prove wrong. */
export class KernelsInUse {
  readonly #options: Pick<EngineOptions, "tuning" | "kernels" | "joinsVectors">;
  readonly #arena: Arena;
  #tuning = NOT_TUNED;

  constructor(options: Pick<EngineOptions, "tuning" | "kernels" | "joinsVectors">, arena: Arena) {
    this.#options = options;
    this.#arena = arena;
  }

  /** What is known of every candidate and of this CPU's multiply-add peak, and which kernels are in use. */
  get tuning(): TuningInForce {
    return this.#tuning;
  }

  /**
   * The kernels for the first workers: those that are pinned, else the saved choice, else a new one.
   *
   * @throws {KernelUnavailableError} If no kernels compute rightly. @throws {TaskError} If the worker fails.
   */
  async chooseFirst(pool: WorkerPool): Promise<void> {
    const { tuning: cache, kernels: pinned, joinsVectors = null } = this.#options;
    const systemCacheBytes = coreCacheBytes();
    this.#tuning = await (pinned === undefined
      ? savedOrNewTuning(pool, this.#arena, { cache, joinsVectors, systemCacheBytes })
      : pinnedTuning(pool, this.#arena, { pinned, cache, systemCacheBytes }));
  }

  /**
   * Tests and times all candidates; `use` puts the result in force.
   *
   * @returns null when that was cancelled.
   * @throws {KernelUnavailableError} If no kernels compute rightly. @throws {TaskError} If the worker fails.
   */
  measure(pool: WorkerPool): Promise<Tuning | null> {
    const { joinsVectors = null } = this.#options;
    return tuneKernels(pool, this.#arena, { joinsVectors, systemCacheBytes: coreCacheBytes() });
  }

  /** Computes with what won from the next dispatch on, unless others are pinned, and keeps it for later starts. */
  use(tuning: Tuning, pool: WorkerPool): void {
    const { kernels: pinned } = this.#options;
    this.#tuning =
      pinned === undefined
        ? { ...tuning, source: "measured" }
        : { ...tuning, chosen: pinned, source: "pinned" };
    this.#options.tuning?.save(pool.kernels, tuning);
  }

  /** A worker found the kernels in use wrong: the choice is forgotten and made again. @returns What to tell. */
  async afterWrong(error: KernelUnavailableError, pool: WorkerPool): Promise<Error> {
    // Whoever has pinned them wants no others.
    if (this.#options.kernels !== undefined) return error;
    this.#options.tuning?.drop(pool.kernels);
    const tuning = await this.measure(pool);
    if (tuning === null) return error;
    this.use(tuning, pool);
    return new KernelUnavailableError(
      `${error.message}. All kernels were tested again and ${this.#tuning.chosen} is used from now on; ` +
        "run the experiment again.",
      { cause: error },
    );
  }
}
