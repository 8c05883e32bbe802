import { rmSync } from "node:fs";
import { backupsOf, latestBackupPath } from "./backup.ts";
import { compactTime } from "./set-aside.ts";

const WEEK_MS = 7 * 86_400_000;
const KEPT = 3;

/** Weekly backups of the database at `path`, newest first. */
export const weeklyBackups = (path: string): ReturnType<typeof backupsOf> => backupsOf(path, /^-weekly-\w+$/);

/** Where this week's backup is to be written, or null when the last one is younger than a week. */
export function dueBackupPath(path: string, now: Date): string | null {
  const last = weeklyBackups(path)[0]?.date.getTime() ?? -Infinity;
  return now.getTime() - last < WEEK_MS ? null : `${latestBackupPath(path)}-weekly-${compactTime(now)}`;
}

/** Keeps the newest three. */
export function dropOldBackups(path: string): void {
  for (const old of weeklyBackups(path).slice(KEPT)) rmSync(old.path, { force: true });
}
