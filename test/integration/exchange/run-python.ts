import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { pythonsOn, threadLimits } from "../../../src/main/peers/find-pytorch.ts";

/** The first Python that can run a line, or why there is none. */
function pythonThat(program: string): string | null {
  return (
    pythonsOn(process.env["PATH"] ?? "").find((python) => {
      const { status } = spawnSync(python, ["-I", "-c", program], { timeout: 120_000 });
      return status === 0;
    }) ?? null
  );
}

export const PYTHON = pythonThat("import json");
export const TORCH_PYTHON = pythonThat("import torch");
export const ONNX_PYTHON = pythonThat("import onnx");

/** Runs each folder's train.py in one process, as `python3 train.py` in that folder would. */
const DRIVER = `
import os, runpy, sys
for folder in sys.argv[1:]:
    os.chdir(folder)
    sys.path.insert(0, folder)
    sys.argv = ["train.py"]
    print("folder", folder)
    runpy.run_path("train.py", run_name="__main__")
    sys.path.pop(0)
    for name in ("model", "lab_support", "backprop_lab"):
        sys.modules.pop(name, None)
`;

/** @returns what it printed. @throws {Error} With what it wrote to stderr. */
export async function runPython(python: string, args: readonly string[], cwd?: string): Promise<string> {
  const { stdout } = await promisify(execFile)(python, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...threadLimits(1) },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 400_000,
  });
  return stdout;
}

export const runTrainings = (python: string, folders: readonly string[]): Promise<string> =>
  runPython(python, ["-c", DRIVER, ...folders]);
