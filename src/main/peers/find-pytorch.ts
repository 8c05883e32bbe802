import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A Python that can import torch, or why there is none. */
export type FoundPyTorch =
  { readonly python: string; readonly version: string } | { readonly reason: string };

/** The one on the path may be another than the system's, which is what apt installs for. */
const PYTHONS = process.platform === "win32" ? ["python", "py"] : ["python3", "/usr/bin/python3", "python"];
/** The first import reads hundreds of megabytes from a disk that may be slow. */
const IMPORT_MS = 120_000;
const PROGRAM = "import torch, numpy; print(torch.__version__)";

/** Looks for a Python with torch: what is tried is started, so it takes some seconds. */
export async function findPyTorch(): Promise<FoundPyTorch> {
  for (const python of PYTHONS) {
    try {
      const { stdout } = await promisify(execFile)(python, ["-c", PROGRAM], { timeout: IMPORT_MS });
      return { python, version: stdout.trim() };
    } catch {
      // Not there, or without torch: the next one.
    }
  }
  return { reason: `no Python here can "import torch" (tried ${PYTHONS.join(", ")})` };
}

/** Each of these libraries listens to one of the variables. */
export const threadLimits = (threads: number): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"].map((name) => [name, String(threads)]),
  );
