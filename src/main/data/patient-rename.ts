import { renameSync } from "node:fs";
import { rename } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

/** Half a second in all: a scanner looks at what was just written, and Windows refuses to rename it meanwhile. */
const PAUSES_MS = [10, 20, 40, 80, 150, 200];
const HELD = new Set(["EPERM", "EACCES", "EBUSY"]);

const isHeld = (error: unknown): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "string" && HELD.has(error.code);

/** Elsewhere the same words mean permissions, which waiting does not change. */
const pausesOf = (platform: NodeJS.Platform): readonly number[] => (platform === "win32" ? PAUSES_MS : []);

interface RenameOptions<R> {
  readonly platform?: NodeJS.Platform;
  readonly attempt?: (from: string, to: string) => R;
}

/** Renames a file or folder, and on Windows tries again while another program has it open. @throws {Error} */
export async function renamePatiently(
  from: string,
  to: string,
  { platform = process.platform, attempt = rename }: RenameOptions<Promise<void>> = {},
): Promise<void> {
  for (const pause of pausesOf(platform)) {
    try {
      await attempt(from, to);
      return;
    } catch (error) {
      if (!isHeld(error)) throw error;
    }
    await wait(pause);
  }
  await attempt(from, to);
}

/** As `renamePatiently`, at once; it holds the thread up while it waits. @throws {Error} */
export function renamePatientlySync(
  from: string,
  to: string,
  { platform = process.platform, attempt = renameSync }: RenameOptions<void> = {},
): void {
  for (const pause of pausesOf(platform)) {
    try {
      attempt(from, to);
      return;
    } catch (error) {
      if (!isHeld(error)) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  }
  attempt(from, to);
}
