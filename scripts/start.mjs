// Sets up what is missing and opens the app. Without a display it runs the notebook on a virtual one.
// Usage: npm start [-- [--timings] [-- app arguments]]
import path from "node:path";
import { ensureReady } from "./setup.mjs";
import { displayAvailable, startVirtualDisplay } from "./setup/display.mjs";
import { sandboxFlags } from "./setup/electron-sandbox.mjs";
import { launch, runtimeEnv } from "./setup/launch.mjs";
import { projectPaths } from "./setup/project-paths.mjs";
import { createReport } from "./setup/report.mjs";
import { runMain } from "./setup/run-main.mjs";

const USAGE = "Usage: npm start [-- [--timings] [-- app arguments]]\n";
// Chromium on a machine without a session bus or a graphics card; of no consequence to the app.
const HARMLESS =
  /:ERROR:(bus|viz_main_impl|shared_image_interface_proxy|one_copy_raster_buffer_provider|command_buffer_proxy_impl)\.cc\(/;

await runMain(async () => {
  const { own, appArgs } = splitArguments(process.argv.slice(2));
  const unknown = own.filter((argument) => argument !== "--timings" && argument !== "--help");
  if (unknown.length > 0 || own.includes("--help")) {
    process.stderr.write(`${unknown.map((argument) => `Unknown option ${argument}\n`).join("")}${USAGE}`);
    return unknown.length > 0 ? 2 : 0;
  }
  const timings = own.includes("--timings");
  const runtime = await ensureReady({ build: true, timings });
  const report = createReport({ timings });
  const flags = sandboxFlags(runtime.electronPath, report);
  const env = runtimeEnv(runtime);
  const args = [...flags, projectPaths.projectDir, ...(timings ? ["--report-usable"] : []), ...appArgs];
  const onStdout = timings ? watchForWindow : undefined;
  if (displayAvailable()) return launch(runtime.electronPath, args, { env, onStdout });
  return runWithoutDisplay({ electronPath: runtime.electronPath, args, env, onStdout, report });
});

/**
 * @param {{ electronPath: string, args: string[], env: NodeJS.ProcessEnv, onStdout: ((line: string) => void) | undefined, report: import("./setup/report.mjs").Report }} app
 */
async function runWithoutDisplay({ electronPath, args, env, onStdout, report }) {
  report.say("No display here: running the whole notebook on a virtual one (Xvfb)");
  const { display, stop } = await startVirtualDisplay();
  try {
    const code = await launch(electronPath, [...args, `--demo=${projectPaths.demoDir}`], {
      env: { ...env, DISPLAY: display },
      onStdout,
      onStderr: (line) => {
        if (!HARMLESS.test(line)) process.stderr.write(`${line}\n`);
      },
    });
    const place = path.relative(process.cwd(), projectPaths.demoDir);
    report.say(
      code === 0
        ? `Screenshot and database are in ${place}`
        : `The notebook run ended with exit code ${String(code)}; what it left is in ${place}`,
    );
    return code;
  } finally {
    stop();
  }
}

/** @param {string} line */
function watchForWindow(line) {
  if (line !== "window usable" && line !== "workers ready") {
    process.stdout.write(`${line}\n`);
    return;
  }
  // performance.now() counts from the start of this process.
  process.stderr.write(
    `  ${line.padEnd(18)} ${performance.now().toFixed(0).padStart(7)} ms after the command\n`,
  );
}

/** @param {string[]} argv */
function splitArguments(argv) {
  const divider = argv.indexOf("--");
  return divider === -1
    ? { own: argv, appArgs: [] }
    : { own: argv.slice(0, divider), appArgs: argv.slice(divider + 1) };
}
