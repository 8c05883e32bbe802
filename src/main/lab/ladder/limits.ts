import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LadderRecord } from "../../../shared/experiments/ladder.ts";
import type { BandwidthAnswer } from "../../../shared/engine/worker-tasks.ts";
import type { Engine } from "../../engine/engine.ts";
import { runTasks } from "../compute/programs.ts";

export type Limits = LadderRecord["limits"];

/** More than any cache of a processor; of all workers together no more than half a gigabyte. */
const COPY_BYTES = 64e6;
const ALL_COPIES_BYTES = 256e6;
const UNITS = { K: 1024, M: 1024 ** 2, G: 1024 ** 3 } as const;

/** Caches that hold data of the first processor, smallest first; none where the system does not say. */
export function cacheSizes(sysDir = "/sys"): Limits["cacheBytes"] {
  const folder = join(sysDir, "devices/system/cpu/cpu0/cache");
  if (!existsSync(folder)) return [];
  const read = (index: string, name: string): string => {
    const path = join(folder, index, name);
    return existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  };
  return readdirSync(folder)
    .filter((name) => /^index\d+$/.test(name) && read(name, "type") !== "Instruction")
    .flatMap((name) => {
      const size = /^(\d+)([KMG])$/.exec(read(name, "size"));
      if (size === null) return [];
      const unit = UNITS[size[2] as keyof typeof UNITS];
      return [{ level: `L${read(name, "level")}`, sizeBytes: Number(size[1]) * unit }];
    })
    .sort((left, right) => left.sizeBytes - right.sizeBytes);
}

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
