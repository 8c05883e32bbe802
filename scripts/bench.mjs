// Sets up what is missing and measures the engine in the app's own runtime.
// Usage: npm run bench [-- --peers] [-- --help]
import path from "node:path";
import { ensureReady } from "./setup.mjs";
import { ensureBenchPeers } from "./setup/bench-peers.mjs";
import { displayAvailable, startVirtualDisplay } from "./setup/display.mjs";
import { sandboxFlags } from "./setup/electron-sandbox.mjs";
import { launch, runtimeEnv } from "./setup/launch.mjs";
import { projectPaths } from "./setup/project-paths.mjs";
import { createReport } from "./setup/report.mjs";
import { runMain } from "./setup/run-main.mjs";

// Chromium on a machine without a session bus or a graphics card; of no consequence to the figures.
const CHROMIUM = /^\[\d+:\d+\/.*:(ERROR|WARNING):.*\.cc\(/;

await runMain(async () => {
  const args = process.argv.slice(2);
  const runtime = await ensureReady({ build: true });
  const report = createReport();
  if (args.includes("--peers")) await ensureBenchPeers(report);
  const bench = [...sandboxFlags(runtime.electronPath, report), path.join(projectPaths.projectDir, "bench")];
  const { display, stop } = displayAvailable()
    ? { display: undefined, stop: () => {} }
    : await startVirtualDisplay();
  try {
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
