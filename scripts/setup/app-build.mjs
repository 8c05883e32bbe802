import fs from "node:fs";
import path from "node:path";
import { projectPaths } from "./project-paths.mjs";
import { runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";
import { fingerprintOf, openStamp } from "./stamp.mjs";

const INPUTS = ["src", "electron.vite.config.ts", "package.json", "package-lock.json"];

/**
 * Builds the app into `out/` when its sources have changed since the last build that succeeded.
 *
 * @param {{ electronPath: string, force?: boolean, projectDir?: string, outDir?: string }} options
 * @param {import("./report.mjs").Report} report
 */
export async function ensureBuild(
  {
    electronPath,
    force = false,
    projectDir = projectPaths.projectDir,
    outDir = path.join(projectDir, "out"),
  },
  report,
) {
  const stamp = openStamp(".build-stamp", outDir);
  const configs = fs.readdirSync(projectDir).filter((name) => /^tsconfig.*\.json$/.test(name));
  const fingerprint = () =>
    fingerprintOf([...INPUTS, ...configs.sort()].map((name) => path.join(projectDir, name)));
  const before = fingerprint();
  if (!force && stamp.matches(before) && fs.existsSync(path.join(outDir, "main", "index.js"))) return;

  report.say("Building the app");
  stamp.clear();
  const tool = path.join(projectPaths.modulesDir, "electron-vite", "bin", "electron-vite.js");
  const { code, answer } = await runCommand(process.execPath, [tool, "build"], {
    cwd: projectDir,
    // electron-vite wants to know an Electron even to build; without this it looks for one in node_modules.
    env: { ...process.env, NODE_ENV: "production", ELECTRON_EXEC_PATH: electronPath },
  });
  if (code !== 0) {
    throw new SetupError("The app could not be built", {
      tried: [`electron-vite build in ${projectDir}`],
      answer,
      todo: "Correct what is named above (npm run check finds the same) and run the command again.",
    });
  }
  // Sources edited during the build leave no stamp: the next start builds again.
  if (fingerprint() === before) stamp.write(before);
}
