import type { Stats } from "node:fs";

/** What a path leads to that is no regular file, as the end of a sentence; null where it is one. */
export function specialKind(stats: Stats): string | null {
  if (stats.isFile()) return null;
  if (stats.isDirectory()) return "is a folder";
  if (stats.isFIFO()) return "is a pipe";
  if (stats.isSocket()) return "is a socket";
  return "is a device";
}
