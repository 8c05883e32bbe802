import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CommanderError } from "commander";
import { app } from "electron";
import { windowSystem } from "../shell/window-system.ts";
import { thisMachine } from "../timing/machine-system.ts";
import { MachineWatch } from "../timing/machine-watch.ts";
import { readBenchOptions } from "./bench-options.ts";
import { runBench } from "./run-bench.ts";

// The app without its window: Electron's main process and the worker threads, as they are when a person uses them.
// Electron is given the folder `bench`, whose package.json names this file.
const benchDir = app.getAppPath();
const projectDir = resolve(benchDir, "..");
const profileDir = mkdtempSync(join(tmpdir(), "backprop-lab-bench-profile-"));
app.setPath("userData", profileDir);
app.disableHardwareAcceleration();

async function bench(): Promise<number> {
  const folder = process.argv.findIndex((argument) => resolve(argument) === benchDir);
  try {
    const options = readBenchOptions(process.argv.slice(folder + 1));
    const report = await runBench(
      options,
      {
        workerFile: join(projectDir, "out", "main", "worker.js"),
        programsDir: join(benchDir, "peers"),
        pytorchFile: join(projectDir, "resources", "peers", "pytorch.py"),
        packagesDir: join(projectDir, ".runtime", "bench-peers"),
        resultsDir: join(projectDir, "bench-results"),
        live: {
          sandboxFile: join(projectDir, "out", "main", "sandbox.js"),
          resourcesDir: join(projectDir, "resources"),
          datasetsDir: join(profileDir, "datasets"),
        },
      },
      {
        say: (text) => process.stderr.write(`${text}\n`),
        machineWatch: new MachineWatch(thisMachine(windowSystem)),
      },
    );
    process.stdout.write(`${report}\n`);
    return 0;
  } catch (error) {
    // Commander has already said what is wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
}

void app.whenReady().then(async () => {
  const exitCode = await bench();
  rmSync(profileDir, { recursive: true, force: true });
  app.exit(exitCode);
});
