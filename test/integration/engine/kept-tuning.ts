import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import type { TuningCache } from "../../../src/main/engine/tune-kernels.ts";
import type { Tuning } from "../../../src/shared/experiments/tuning.ts";

/** Beside what the set-up makes: deleted with it. */
const FOLDER = resolve(".runtime/test-tunings");

/** Those of another build, runtime or CPU are others. */
function fileOf(kernels: string): string {
  const key = [kernels, process.versions.v8, process.execArgv.join(" "), cpus()[0]?.model ?? ""].join("\n");
  return join(FOLDER, `${createHash("sha256").update(key).digest("hex")}.json`);
}

/** What the first engine of all test files has measured; the others only test the chosen kernels, as a later start of the app does. */
export const keptTuning: TuningCache = {
  load: (kernels) => {
    try {
      return JSON.parse(readFileSync(fileOf(kernels), "utf8")) as Tuning;
    } catch {
      // Nobody has measured yet.
      return null;
    }
  },
  save: (kernels, tuning) => {
    mkdirSync(FOLDER, { recursive: true });
    const own = `${fileOf(kernels)}.${process.pid}`;
    writeFileSync(own, JSON.stringify(tuning));
    renameSync(own, fileOf(kernels));
  },
  drop: (kernels) => rmSync(fileOf(kernels), { force: true }),
};
