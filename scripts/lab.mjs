// The lab without a window: Electron as Node, same code, same database.
// Usage: npm run --silent lab -- <command>
import path from "node:path";
import { ensureReady } from "./setup.mjs";
import { launch, runtimeEnv } from "./setup/launch.mjs";
import { projectPaths } from "./setup/project-paths.mjs";
import { runMain } from "./setup/run-main.mjs";

await runMain(async () => {
  const runtime = await ensureReady({ build: true });
  const program = path.join(projectPaths.outDir, "main", "lab.js");
  return launch(runtime.electronPath, [program, ...process.argv.slice(2)], {
    env: { ...runtimeEnv(runtime), ELECTRON_RUN_AS_NODE: "1" },
  });
});
