import type { TuningReport } from "./tuning.ts";

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1024)} kB`;

/** For which cache blocks are cut, what the system says of it, and how fast the others were. */
export function blocksText({
  cacheBytes,
  systemCacheBytes,
  blocks,
}: Pick<TuningReport, "cacheBytes" | "systemCacheBytes" | "blocks">): string {
  const system =
    systemCacheBytes === null
      ? "the system does not say how large it is"
      : `${kilobytes(systemCacheBytes)} a core, says the system`;
  const timed = blocks.map((one) => `${kilobytes(one.cacheBytes)} ${one.gflops.toFixed(1)} GFLOP/s`);
  const others = timed.length === 0 ? "not timed" : `a large product in blocks for ${timed.join(", ")}`;
  return `Blocks for a second-level cache of ${kilobytes(cacheBytes)} (${system}); ${others}`;
}
