import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { MOST_THREADS } from "../../shared/specs/threads.ts";

type ReadText = (path: string) => string;

const positive = (text: string | undefined): number => {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : Infinity;
};

/** Cores of a control group's quota: `max 100000` or `150000 100000` (version 2), or two files (version 1). */
function quotaOf(folder: string, read: ReadText): number {
  const text = (name: string): string => {
    try {
      return read(join(folder, name));
    } catch {
      return "";
    }
  };
  const [quota, period] = text("cpu.max").trim().split(/\s+/);
  const cores =
    quota === undefined || period === undefined
      ? Number(text("cpu.cfs_quota_us")) / Number(text("cpu.cfs_period_us"))
      : Number(quota) / Number(period);
  return cores > 0 ? Math.max(1, Math.floor(cores)) : Infinity;
}

/** The least quota of this process's control group and those around it; Infinity where there is none. */
function cgroupCores(read: ReadText): number {
  let groups: string;
  try {
    groups = read("/proc/self/cgroup");
  } catch {
    // Not Linux.
    return Infinity;
  }
  let least = Infinity;
  for (const line of groups.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    if (controllers !== "" && !controllers.split(",").includes("cpu")) continue;
    const root = controllers === "" ? "/sys/fs/cgroup" : `/sys/fs/cgroup/${controllers}`;
    // In a container the path may be the host's, of which only the root is to be seen.
    for (let at = path; ; at = dirname(at)) {
      least = Math.min(least, quotaOf(join(root, at), read));
      if (at === "/") break;
    }
  }
  return least;
}

/**
 * Cores that this process may use: those that the system lets it run on, the quota of its control group, and what a job
 * of Slurm was given, which without control groups nobody enforces. At least 1, at most MOST_THREADS.
 */
export function availableThreads(
  env: NodeJS.ProcessEnv = process.env,
  {
    cores = availableParallelism(),
    read = (path: string) => readFileSync(path, "utf8"),
  }: { readonly cores?: number; readonly read?: ReadText } = {},
): number {
  // Without --cpus-per-task the first is not set; a job of one task has all that it was given on the node.
  const ofJob = positive(env["SLURM_CPUS_PER_TASK"] ?? env["SLURM_CPUS_ON_NODE"]);
  return Math.min(cores, ofJob, cgroupCores(read), MOST_THREADS);
}
