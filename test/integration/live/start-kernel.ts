import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatasetLibrary } from "../../../src/main/lab/datasets/dataset-library.ts";
import type { LiveKernel } from "../../../src/main/lab/live/live-kernel.ts";
import { NO_SAVED_RUNS } from "../../../src/main/lab/live/saved-runs.ts";
import { LiveLab } from "../../../src/main/lab/live/live-lab.ts";
import type { Engine } from "../../../src/main/engine/engine.ts";
import { MachineWatch } from "../../../src/main/timing/machine-watch.ts";
import type { CellResult } from "../../../src/shared/live/cell-result.ts";
import type { LiveSettings } from "../../../src/shared/live/live-settings.ts";
import { startEngine } from "../engine/start-engine.ts";
import { unwatchedActivity } from "../lab/unwatched-activity.ts";

export interface TestKernel {
  readonly kernel: LiveKernel;
  readonly engine: Engine;
  /** Runs a cell of this name and gives everything; the name keys its random numbers. */
  run(source: string, id?: string): Promise<CellResult>;
  /** Runs a cell that must succeed, and gives what it printed. */
  print(source: string): Promise<string[]>;
  /** Runs a cell that must fail. */
  fail(source: string): Promise<NonNullable<CellResult["error"]>>;
  close(): Promise<void>;
}

/** What a cell said in words. */
export const textsOf = ({ outputs }: CellResult): string[] =>
  outputs.flatMap((output) => ("text" in output ? [output.text] : []));

/** A real sandbox thread, on a real engine. */
export async function startKernel(
  settings: Partial<LiveSettings> = {},
  shared?: Engine,
  machineWatch = new MachineWatch(),
): Promise<TestKernel> {
  const engine = shared ?? (await startEngine(2));
  const lab = new LiveLab({
    engine,
    datasets: new DatasetLibrary({
      root: mkdtempSync(join(tmpdir(), "backprop-lab-datasets-")),
      resourcesDir: "resources",
    }),
    runs: NO_SAVED_RUNS,
    sandboxFile: resolve("out/main/sandbox.js"),
    machineWatch,
    asActivity: (_title, body) => body(unwatchedActivity()),
  });
  const kernel = await lab.open({ seed: 42, threads: 2, rows: 500, limitMs: null, ...settings });
  const run = (source: string, id = "cell"): Promise<CellResult> => kernel.runCell({ id, source });
  return {
    kernel,
    engine,
    run,
    print: async (source) => {
      const result = await run(source);
      if (result.error !== null)
        throw new Error(`${result.error.name}: ${result.error.message}\nin ${source}`);
      return textsOf(result);
    },
    fail: async (source) => {
      const { error } = await run(source);
      if (error === null) throw new Error(`the cell did not fail: ${source}`);
      return error;
    },
    close: async () => {
      await lab.close();
      if (shared === undefined) await engine.close();
    },
  };
}
