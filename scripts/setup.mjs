// Makes a fresh clone ready: packages, Electron, system libraries, SQLite, data, build. Every step is quick
// when its work is already done. Usage: node scripts/setup.mjs [--timings]
import { pathToFileURL } from "node:url";
import { ensureBuild } from "./setup/app-build.mjs";
import { lockedOrAsItIs } from "./setup/locked-or-as-it-is.mjs";
import { ensureMnistData } from "./setup/mnist-data.mjs";
import { requireNode } from "./setup/node-version.mjs";
import { ensurePackages } from "./setup/packages.mjs";
import { projectPaths } from "./setup/project-paths.mjs";
import { createReport } from "./setup/report.mjs";
import { runMain } from "./setup/run-main.mjs";
import { ensureRuntime } from "./setup/runtime-record.mjs";

/**
 * Runs every set-up step that still has work to do.
 *
 * @param {{ build: boolean | "forced", timings?: boolean, onPackages?: () => void }} options
 *   `onPackages` is called as soon as what needs only node_modules may begin.
 * @returns {Promise<import("./setup/runtime-record.mjs").RuntimeRecord>}
 */
export async function ensureReady({ build, timings = false, onPackages = () => undefined }) {
  requireNode();
  const report = createReport({ timings });
  const work = async () => {
    await report.timed("packages", () => ensurePackages(report));
    onPackages();
    // Packing the images is seconds of one core; fetching and compiling leave one idle.
    const [runtime] = await Promise.all([
      ensureRuntime(report),
      report.timed("data", () => ensureMnistData(report)),
    ]);
    if (build !== false) {
      const { electronPath } = runtime;
      await report.timed("build", () => ensureBuild({ electronPath, force: build === "forced" }, report));
    }
    return runtime;
  };
  return report.timed("set-up", () =>
    lockedOrAsItIs(projectPaths.lockFile, work, {
      onWait: ({ pid, host, at }) =>
        report.say(
          `Another set-up (process ${String(pid)} on ${host}, since ${at}) is at work; waiting for it`,
        ),
    }),
  );
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    const runtime = await ensureReady({ build: true, timings: process.argv.includes("--timings") });
    process.stdout.write(
      `Ready: Electron ${runtime.electronVersion} (${runtime.source}) at ${runtime.electronPath}\n`,
    );
    return 0;
  });
}
