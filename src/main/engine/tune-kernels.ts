import { TaskError } from "../../core/errors.ts";
import { VERIFICATION_BYTES } from "../../shared/engine/kernel-scratch.ts";
import type { Tuning, TuningReport } from "../../shared/experiments/tuning.ts";
import type { TuneAnswer, WorkerTask } from "../../shared/engine/worker-tasks.ts";
import type { Arena } from "./arena.ts";
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

/** The tuning that decides which kernels run. */
export interface TuningInForce extends Tuning {
  readonly source: TuningReport["source"];
}

async function withScratch(
  pool: WorkerPool,
  arena: Arena,
  taskAt: (scratchOffsetBytes: number) => WorkerTask,
): Promise<unknown> {
  const scratch = arena.scope();
  try {
    return await withTimeout(
      pool.run(taskAt(scratch.bytes(VERIFICATION_BYTES))),
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
export async function tuneKernels(pool: WorkerPool, arena: Arena): Promise<Tuning | null> {
  const answer = await withScratch(pool, arena, (scratchOffsetBytes) => ({
    kind: "tune",
    scratchOffsetBytes,
  }));
  if (answer === "stopped") return null;
  const { kernels, peakGflops } = answer as TuneAnswer;
  return {
    measuredAt: new Date().toISOString(),
    peakGflops,
    kernels: [...kernels],
    chosen: chooseKernels(kernels),
  };
}

/** The saved choice if it still computes rightly on one worker; else that is forgotten and all are tuned anew. */
export async function savedOrNewTuning(
  pool: WorkerPool,
  arena: Arena,
  cache: TuningCache | undefined,
): Promise<TuningInForce> {
  const saved = cache?.load(pool.kernels) ?? null;
  if (saved !== null) {
    const wrong = await withScratch(pool, arena, (scratchOffsetBytes) => ({
      kind: "verify",
      instructionSet: saved.chosen,
      scratchOffsetBytes,
    }));
    if (wrong === null) return { ...saved, source: "saved" };
    cache?.drop(pool.kernels);
  }
  const tuning = await tuneKernels(pool, arena);
  if (tuning === null) throw new TaskError("The first test of the kernels was stopped; start the app again.");
  cache?.save(pool.kernels, tuning);
  return { ...tuning, source: "measured" };
}
