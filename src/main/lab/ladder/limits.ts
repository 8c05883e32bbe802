import type { LadderRecord } from "../../../shared/experiments/ladder.ts";
import type { BandwidthAnswer } from "../../../shared/engine/worker-tasks.ts";
import { cacheSizes } from "../../engine/cache-sizes.ts";
import type { Engine } from "../../engine/engine.ts";
import { runTasks } from "../compute/programs.ts";

export type Limits = LadderRecord["limits"];

/** More than any cache of a processor; of all workers together no more than half a gigabyte. */
const COPY_BYTES = 64e6;
const ALL_COPIES_BYTES = 256e6;

/**
 * The limits that a roofline needs: the multiply-add peak of one worker, and the memory bandwidth of all workers
 * copying at the same time.
 *
 * @throws {ExperimentCancelled} @throws {TaskError}
 */
export async function measureLimits(engine: Engine, threads: number): Promise<Limits> {
  const copyBytes = Math.min(COPY_BYTES, Math.floor(ALL_COPIES_BYTES / threads));
  const answers = await runTasks<BandwidthAnswer>(
    engine,
    Array.from({ length: threads }, () => (worker) => ({ kind: "bandwidth", worker, copyBytes })),
    { threads },
  );
  const bytesPerSecond = answers.reduce((sum, answer) => sum + answer.bytesPerSecond, 0);
  return {
    peakGflops: engine.tuning.peakGflops,
    bandwidthGBs: bytesPerSecond / 1e9,
    cacheBytes: cacheSizes(),
  };
}
