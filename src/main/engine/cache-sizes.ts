import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const UNITS = { K: 1024, M: 1024 ** 2, G: 1024 ** 3 } as const;

/** A cache that holds data, as the system describes it. */
interface Cache {
  readonly level: number;
  readonly sizeBytes: number;
  /** Logical processors that share it. */
  readonly sharedBy: number;
}

/** Processors in a list such as `0-3,8`; 1 where it says nothing. */
export function countOf(list: string): number {
  const count = list
    .split(",")
    .map((range) => /^(\d+)(?:-(\d+))?$/.exec(range.trim()))
    .reduce(
      (sum, range) => sum + (range === null ? 0 : Number(range[2] ?? range[1]) - Number(range[1]) + 1),
      0,
    );
  return Math.max(1, count);
}

const readText = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8").trim() : "");

/** Caches that hold data of the first processor; none where the system does not say, which only Linux does. */
function caches(sysDir: string): Cache[] {
  const folder = join(sysDir, "devices/system/cpu/cpu0/cache");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^index\d+$/.test(name))
    .flatMap((index) => {
      const read = (name: string): string => readText(join(folder, index, name));
      const size = /^(\d+)([KMG])$/.exec(read("size"));
      if (size === null || read("type") === "Instruction") return [];
      return [
        {
          level: Number(read("level")),
          sizeBytes: Number(size[1]) * UNITS[size[2] as keyof typeof UNITS],
          sharedBy: countOf(read("shared_cpu_list")),
        },
      ];
    });
}

/** The caches' whole sizes, smallest first. */
export const cacheSizes = (sysDir = "/sys"): { level: string; sizeBytes: number }[] =>
  caches(sysDir)
    .map(({ level, sizeBytes }) => ({ level: `L${level}`, sizeBytes }))
    .sort((left, right) => left.sizeBytes - right.sizeBytes);

/** What one core has of the second-level cache, which some CPUs share among a few of them; null where nobody says. */
export function coreCacheBytes(sysDir = "/sys"): number | null {
  const second = caches(sysDir).find(({ level }) => level === 2);
  if (second === undefined) return null;
  const threadsOfCore = countOf(
    readText(join(sysDir, "devices/system/cpu/cpu0/topology/thread_siblings_list")),
  );
  return second.sizeBytes / Math.max(1, second.sharedBy / threadsOfCore);
}
