import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { promisify } from "node:util";

/** A Python that can import torch, or why there is none. */
export type FoundPyTorch =
  | { readonly python: string; readonly version: string }
  | { readonly reason: string };

const NAMES = process.platform === "win32" ? ["python.exe", "py.exe"] : ["python3", "python"];
/** The system's own, which is what apt installs for, also where the path names another first. */
const SYSTEM_PYTHONS = process.platform === "win32" ? [] : ["/usr/bin/python3"];
/** The first import reads hundreds of megabytes from a disk that may be slow. */
const IMPORT_MS = 120_000;
const PROGRAM = "import torch, numpy; print(torch.__version__)";

/** Isolated: neither the current folder, nor PYTHONPATH, nor a person's own packages can put another torch in its way. */
export const PYTHON_ARGUMENTS = ["-I"] as const;

/** Absolute paths of the Pythons on a PATH; its relative entries, "." and empty ones mean the current folder: skipped. */
export function pythonsOn(path: string): readonly string[] {
  const onPath = path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...new Set([...onPath, ...SYSTEM_PYTHONS])].filter((file) => existsSync(file));
}

/**
 * Looks for a Python with torch: what is tried is started, in an empty folder of its own, so it takes some seconds.
 *
 * @param onTry Told the whole path of each before it is started.
 */
export async function findPyTorch(
  onTry: (python: string) => void,
  path = process.env["PATH"] ?? "",
): Promise<FoundPyTorch> {
  const pythons = pythonsOn(path);
  const cwd = await mkdtemp(join(tmpdir(), "backprop-lab-python-"));
  try {
    for (const python of pythons) {
      onTry(python);
      try {
        const { stdout } = await promisify(execFile)(python, [...PYTHON_ARGUMENTS, "-c", PROGRAM], {
          timeout: IMPORT_MS,
          cwd,
        });
        return { python, version: stdout.trim() };
      } catch {
        // Without torch: the next one.
      }
    }
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
  return {
    reason:
      pythons.length === 0
        ? "there is no Python in the folders of PATH"
        : `no Python here can "import torch" (tried ${pythons.join(", ")})`,
  };
}

/** Each of these libraries listens to one of the variables. */
export const threadLimits = (threads: number): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"].map((name) => [name, String(threads)]),
  );
