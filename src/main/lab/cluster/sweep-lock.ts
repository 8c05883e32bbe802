import { rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { ContractError } from "../../../core/errors.ts";

/** Longer than sbatch waits for a cluster that is full. */
const STALE_MS = 300_000;

/**
 * Lets one process at a time submit a sweep: the same command typed twice at once must train nothing twice. The lock
 * names its holder, and ends by itself when that was killed.
 *
 * @throws {ContractError} If another process holds it.
 */
export async function withSweepLock<T>(file: string, body: () => Promise<T>): Promise<T> {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found !== undefined && Date.now() - found.mtimeMs > STALE_MS) rmSync(file, { force: true });
  try {
    writeFileSync(file, `${hostname()} ${process.pid} ${new Date().toISOString()}\n`, { flag: "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    throw new ContractError(
      `This sweep is being submitted by another process; its name is in ${file}. Wait for it, or remove the file if it is gone.`,
      { cause: error },
    );
  }
  try {
    return await body();
  } finally {
    rmSync(file, { force: true });
  }
}
