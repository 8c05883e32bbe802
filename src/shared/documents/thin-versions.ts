import type { DocumentVersion } from "./document-records.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MONTH_MS = 30 * DAY_MS;

/**
 * The versions that may go: all are kept for a day, then the last of each hour for 30 days, then the last of each day.
 * The newest and those with a name stay for good.
 */
export function thinVersions(versions: readonly DocumentVersion[], now: Date): readonly number[] {
  const kept = new Set<string>();
  const newestFirst = [...versions].sort((a, b) => b.version - a.version);
  return newestFirst.flatMap(({ version, at, name }, place) => {
    const time = Date.parse(at);
    const age = now.getTime() - time;
    if (place === 0 || name !== null || age < DAY_MS) return [];
    const slot = age < MONTH_MS ? `h${Math.floor(time / HOUR_MS)}` : `d${Math.floor(time / DAY_MS)}`;
    if (kept.has(slot)) return [version];
    kept.add(slot);
    return [];
  });
}
