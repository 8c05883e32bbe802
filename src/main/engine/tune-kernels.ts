import { KernelUnavailableError, TaskError } from "../../core/errors.ts";
import { USUAL_CACHE_BYTES } from "../../shared/engine/cache-blocks.ts";
import { TUNING_BYTES, VERIFICATION_BYTES } from "../../shared/engine/kernel-scratch.ts";
import type { Tuning, TuningReport } from "../../shared/experiments/tuning.ts";
import type { InstructionSet } from "../../shared/engine/instruction-sets.ts";
import { VERIFIED_HALVES, type TuneAnswer, type WorkerTask } from "../../shared/engine/worker-tasks.ts";
import { COMMAND_NAME } from "../place/command-name.ts";
import type { Arena } from "./arena.ts";
import { cachesToTry, chooseBlocks } from "./choose-blocks.ts";
import { chooseKernels } from "./choose-kernels.ts";
import { withTimeout } from "./with-timeout.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** Compiling, testing and timing take half a second; a slow or busy machine may need some. */
const TUNE_TIMEOUT_MS = 60_000;

/** Remembers tunings from one start to the next, by a hash of the kernels' modules. Must not throw. */
export interface TuningCache {
  /** The last tuning of these modules on this CPU and runtime, or null. */
  load(kernels: string): Tuning | null;
  save(kernels: string, tuning: Tuning): void;
  /** Forgets a tuning whose choice turned out to compute wrongly. */
  drop(kernels: string): void;
}

export interface TuneOptions {
  readonly cache: TuningCache | undefined;
  /** See `chooseKernels`. */
  readonly joinsVectors: boolean | null;
  /** What a core has of the second-level cache, or null. */
  readonly systemCacheBytes: number | null;
}

/** The tuning that decides which kernels run. */
export interface TuningInForce extends Tuning {
  readonly source: TuningReport["source"];
}

async function withScratch(
  pool: WorkerPool,
  arena: Arena,
  scratchBytes: number,
  taskAt: (scratchOffsetBytes: number) => WorkerTask,
): Promise<unknown> {
  const scratch = arena.scope();
  try {
    return await withTimeout(
      pool.run(taskAt(scratch.bytes(scratchBytes))),
      TUNE_TIMEOUT_MS,
      `Testing the kernels took longer than ${TUNE_TIMEOUT_MS / 1000} s. Close what keeps this machine busy, then start again.`,
    );
  } finally {
    scratch.release();
  }
}

/**
 * Tests and times all kernels on one worker, and chooses; null when that was cancelled.
 *
 * @throws {KernelUnavailableError} If no kernels compute rightly. @throws {TaskError} If the worker fails.
 */
export async function tuneKernels(
  pool: WorkerPool,
  arena: Arena,
  { joinsVectors, systemCacheBytes }: Pick<TuneOptions, "joinsVectors" | "systemCacheBytes">,
): Promise<Tuning | null> {
  const answer = await withScratch(pool, arena, TUNING_BYTES, (scratchOffsetBytes) => ({
    kind: "tune",
    scratchOffsetBytes,
    cacheBytes: cachesToTry(systemCacheBytes),
  }));
  if (answer === "stopped") return null;
  const { kernels, peakGflops, blocks } = answer as TuneAnswer;
  return {
    measuredAt: new Date().toISOString(),
    peakGflops,
    kernels: kernels.map(({ instructionSet, failure, gflops }) => ({ instructionSet, failure, gflops })),
    chosen: chooseKernels(kernels, joinsVectors),
    cacheBytes: chooseBlocks(blocks),
    systemCacheBytes,
    blocks: blocks.map(({ cacheBytes, rounds }) => ({ cacheBytes, gflops: Math.max(0, ...rounds) })),
  };
}

/** Why kernels must not be used, or null: tested on two workers at a time if there are as many. */
async function wrongOf(
  pool: WorkerPool,
  arena: Arena,
  instructionSet: InstructionSet,
): Promise<string | null> {
  const wrong = await Promise.all(
    VERIFIED_HALVES.map((half) =>
      withScratch(pool, arena, VERIFICATION_BYTES, (scratchOffsetBytes) => ({
        kind: "verify",
        instructionSet,
        half,
        scratchOffsetBytes,
      })),
    ),
  );
  return wrong.find((one) => typeof one === "string") ?? null;
}

/**
 * The kernels that whoever starts the app wants, tested on one worker; nothing is timed and nothing kept.
 *
 * @throws {KernelUnavailableError} If they cannot be used here.
 */
export async function pinnedTuning(
  pool: WorkerPool,
  arena: Arena,
  {
    pinned,
    cache,
    systemCacheBytes,
  }: Omit<TuneOptions, "joinsVectors"> & { readonly pinned: InstructionSet },
): Promise<TuningInForce> {
  const wrong = await wrongOf(pool, arena, pinned);
  if (wrong !== null) {
    throw new KernelUnavailableError(
      `The kernels ${pinned} cannot be used on this machine and runtime: ${wrong}. ` +
        `Choose others with --kernels, or leave it out; "${COMMAND_NAME} tune" shows which are right here.`,
    );
  }
  const unknown = {
    measuredAt: new Date().toISOString(),
    peakGflops: null,
    kernels: [],
    cacheBytes: cachesToTry(systemCacheBytes)[0] ?? USUAL_CACHE_BYTES,
    systemCacheBytes,
    blocks: [],
  };
  return { ...(cache?.load(pool.kernels) ?? unknown), chosen: pinned, source: "pinned" };
}

/** The saved choice if it still computes rightly on one worker; else that is forgotten and all are tuned anew. */
export async function savedOrNewTuning(
  pool: WorkerPool,
  arena: Arena,
  { cache, joinsVectors, systemCacheBytes }: TuneOptions,
): Promise<TuningInForce> {
  const saved = cache?.load(pool.kernels) ?? null;
  if (saved !== null) {
    if ((await wrongOf(pool, arena, saved.chosen)) === null) return { ...saved, source: "saved" };
    cache?.drop(pool.kernels);
  }
  const tuning = await tuneKernels(pool, arena, { joinsVectors, systemCacheBytes });
  if (tuning === null) throw new TaskError("The first test of the kernels was stopped; start the app again.");
  cache?.save(pool.kernels, tuning);
  return { ...tuning, source: "measured" };
}
