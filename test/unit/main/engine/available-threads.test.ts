import { describe, expect, it } from "vitest";
import { availableThreads } from "../../../../src/main/engine/available-threads.ts";

/** A system whose only files are these. */
const files =
  (texts: Readonly<Partial<Record<string, string>>>) =>
  (path: string): string => {
    const text = texts[path];
    if (text === undefined) throw new Error(`ENOENT: ${path}`);
    return text;
  };
const none = files({});

describe("availableThreads() (issue 20, 9)", () => {
  it("is every core that the process may run on, where nothing else limits it", () => {
    expect(availableThreads({}, { cores: 8, read: none })).toBe(8);
  });

  it("is what a job of Slurm was given, also where the node has more and nobody enforces it", () => {
    const on = (env: NodeJS.ProcessEnv): number => availableThreads(env, { cores: 64, read: none });
    expect(on({ SLURM_CPUS_PER_TASK: "4", SLURM_CPUS_ON_NODE: "32" })).toBe(4);
    expect(on({ SLURM_CPUS_ON_NODE: "2" })).toBe(2);
    expect(on({ SLURM_CPUS_PER_TASK: "128" })).toBe(64);
    expect(on({ SLURM_CPUS_PER_TASK: "" })).toBe(64);
  });

  it.each([
    ["of its own group", { "/sys/fs/cgroup/job/step/cpu.max": "300000 100000\n" }, 3],
    ["of a group around it", { "/sys/fs/cgroup/job/cpu.max": "250000 100000\n" }, 2],
    ["of a container that sees its own root only", { "/sys/fs/cgroup/cpu.max": "150000 100000\n" }, 1],
    ["below one core", { "/sys/fs/cgroup/job/cpu.max": "20000 100000\n" }, 1],
    ["that is none", { "/sys/fs/cgroup/job/step/cpu.max": "max 100000\n" }, 16],
  ])("keeps to a quota %s", (_where, quota, threads) => {
    const read = files({ "/proc/self/cgroup": "0::/job/step\n", ...quota });
    expect(availableThreads({}, { cores: 16, read })).toBe(threads);
  });

  it("keeps to a quota of the first version of control groups", () => {
    const read = files({
      "/proc/self/cgroup": "7:memory:/job\n4:cpu,cpuacct:/job\n",
      "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "600000\n",
      "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "100000\n",
    });
    expect(availableThreads({}, { cores: 16, read })).toBe(6);
    const unlimited = files({
      "/proc/self/cgroup": "4:cpu,cpuacct:/\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    });
    expect(availableThreads({}, { cores: 16, read: unlimited })).toBe(16);
  });
});
