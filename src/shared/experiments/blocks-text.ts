import type { TuningReport } from "./tuning.ts";

/** As processors' caches are counted, in powers of two: 512 KiB, 1.25 MiB. */
const cacheSize = (bytes: number): string =>
  bytes < 2 ** 20 ? `${Math.round(bytes / 2 ** 10)} KiB` : `${Number((bytes / 2 ** 20).toFixed(2))} MiB`;

/** For which cache blocks are cut, what the system says of it, and how fast the others were. */
export function blocksText({
  cacheBytes,
  systemCacheBytes,
  blocks,
}: Pick<TuningReport, "cacheBytes" | "systemCacheBytes" | "blocks">): string {
  const system =
    systemCacheBytes === null
      ? "the system does not say how large it is"
      : `${cacheSize(systemCacheBytes)} a core, says the system`;
  const timed = blocks.map((one) => `${cacheSize(one.cacheBytes)} at ${one.gflops.toFixed(1)} GFLOP/s`);
  const others = timed.length === 0 ? "not timed" : `a large product in blocks for ${timed.join(", ")}`;
  return `Blocks for a second-level cache of ${cacheSize(cacheBytes)} (${system}); ${others}`;
}
