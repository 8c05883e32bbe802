import fs from "node:fs";

const PATIENCE_MS = 5_000;
const PAUSE_MS = 100;
const HELD = new Set(["EPERM", "EACCES", "EBUSY"]);

/**
 * Renames a file or folder, and on Windows tries again while a virus scanner looks at what was just unpacked.
 *
 * @param {string} from
 * @param {string} to
 * @param {{ platform?: NodeJS.Platform, attempt?: (from: string, to: string) => void }} [options]
 */
export async function renamePatiently(
  from,
  to,
  { platform = process.platform, attempt = fs.renameSync } = {},
) {
  for (let left = platform === "win32" ? PATIENCE_MS / PAUSE_MS : 0; ; left--) {
    try {
      attempt(from, to);
      return;
    } catch (error) {
      const { code = "" } = /** @type {NodeJS.ErrnoException} */ (error);
      if (left <= 0 || !HELD.has(code)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
