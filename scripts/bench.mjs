// Sets up what is missing and measures the engine in the app's own runtime.
// Usage: npm run bench [-- --peers] [-- --help], npm run bench -- store, npm run bench -- window,
// npm run bench -- time-to-98
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ensureReady } from "./setup.mjs";
import { displayAvailable, startVirtualDisplay } from "./setup/display.mjs";
import { sandboxFlags } from "./setup/electron-sandbox.mjs";
import { launch, runtimeEnv } from "./setup/launch.mjs";
import { ensurePeers } from "./setup/peers.mjs";
import { projectPaths } from "./setup/project-paths.mjs";
import { createReport } from "./setup/report.mjs";
import { runMain } from "./setup/run-main.mjs";

// Chromium on a machine without a session bus or a graphics card; of no consequence to the figures.
const CHROMIUM = /^\[\d+:\d+\/.*:(ERROR|WARNING):.*\.cc\(/;

await runMain(async () => {
  const args = process.argv.slice(2);
  const runtime = await ensureReady({ build: true });
  const report = createReport();
  const flags = sandboxFlags(runtime.electronPath, report);
  if (args.includes("--peers")) await ensurePeers("bench", report);
  const bench = [...flags, path.join(projectPaths.projectDir, "bench")];
  if (args[0] === "time-to-98") {
    const file = path.join(projectPaths.projectDir, "bench", "time-to-98", "measure.mjs");
    const { measureTimeTo98 } = await import(pathToFileURL(file).href);
    return measureTimeTo98({
      electronPath: runtime.electronPath,
      env: runtimeEnv(runtime),
      outDir: projectPaths.outDir,
      resultsDir: path.join(projectPaths.projectDir, "bench-results"),
      pytorchFile: path.join(projectPaths.projectDir, "resources", "peers", "pytorch.py"),
    });
  }
  const { display, stop } = displayAvailable()
    ? { display: undefined, stop: () => {} }
    : await startVirtualDisplay();
  try {
    if (args[0] === "store" || args[0] === "window") {
      // Here, because it needs a package that is only there for development.
      const file = path.join(projectPaths.projectDir, "bench", args[0], "measure.mjs");
      const { measure } = await import(pathToFileURL(file).href);
      return await measure({
        electronPath: runtime.electronPath,
        args: flags,
        env: { ...runtimeEnv(runtime), ...(display === undefined ? {} : { DISPLAY: display }) },
        outDir: projectPaths.outDir,
        resultsDir: path.join(projectPaths.projectDir, "bench-results"),
        projectDir: projectPaths.projectDir,
      });
    }
    return await launch(runtime.electronPath, [...bench, ...args], {
      env: { ...runtimeEnv(runtime), ...(display === undefined ? {} : { DISPLAY: display }) },
      onStderr: (line) => {
        if (!CHROMIUM.test(line)) process.stderr.write(`${line}\n`);
      },
    });
  } finally {
    stop();
  }
});
