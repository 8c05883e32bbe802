import fs from "node:fs";
import path from "node:path";
import { projectPaths } from "./project-paths.mjs";
import { runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";
import { fingerprintOf, openStamp } from "./stamp.mjs";

const CHECKED_PAGE_CONFIG = path.join("test", "e2e", "checked-page.config.ts");
const INPUTS = ["src", "electron.vite.config.ts", CHECKED_PAGE_CONFIG, "package.json", "package-lock.json"];

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
  const tool = path.join(projectPaths.modulesDir, "electron-vite", "bin", "electron-vite.js");
  await buildOnce(
    {
      what: "the app",
      projectDir,
      outDir,
      force,
      product: path.join("main", "entry.js"),
      args: [tool, "build"],
      // electron-vite wants to know an Electron even to build; without this it looks for one in node_modules.
      env: { NODE_ENV: "production", ELECTRON_EXEC_PATH: electronPath },
    },
    report,
  );
}

/**
 * Builds the page once more, with the React that warns: the end-to-end tests fail on what it says.
 *
 * @param {import("./report.mjs").Report} report
 */
export async function ensureCheckedPage(report) {
  const { projectDir, modulesDir, checkedPageDir } = projectPaths;
  await buildOnce(
    {
      what: "the page for the tests",
      projectDir,
      outDir: checkedPageDir,
      product: "index.html",
      args: [
        path.join(modulesDir, "vite", "bin", "vite.js"),
        "build",
        "--config",
        path.join(projectDir, CHECKED_PAGE_CONFIG),
        "--outDir",
        checkedPageDir,
        "--emptyOutDir",
      ],
      env: { NODE_ENV: "development" },
    },
    report,
  );
}

/**
 * @param {{
 *   what: string, projectDir: string, outDir: string, product: string, force?: boolean,
 *   args: string[], env: NodeJS.ProcessEnv,
 * }} build `product` is there after a build that succeeded.
 * @param {import("./report.mjs").Report} report
 */
async function buildOnce({ what, projectDir, outDir, product, force = false, args, env }, report) {
  const stamp = openStamp(".build-stamp", outDir);
  const configs = fs.readdirSync(projectDir).filter((name) => /^tsconfig.*\.json$/.test(name));
  const fingerprint = () =>
    fingerprintOf([...INPUTS, ...configs.sort()].map((name) => path.join(projectDir, name)));
  const before = fingerprint();
  if (!force && stamp.matches(before) && fs.existsSync(path.join(outDir, product))) return;

  report.say(`Building ${what}`);
  stamp.clear();
  const { code, answer } = await runCommand(process.execPath, args, {
    cwd: projectDir,
    env: { ...process.env, ...env },
  });
  if (code !== 0) {
    throw new SetupError(`${capitalised(what)} could not be built`, {
      tried: [`${path.basename(args[0] ?? "")} build in ${projectDir}`],
      answer,
      todo: "Correct what is named above (npm run check finds the same) and run the command again.",
    });
  }
  // Sources edited during the build leave no stamp: the next start builds again.
  if (fingerprint() === before) stamp.write(before);
}

/** @param {string} text */
const capitalised = (text) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
